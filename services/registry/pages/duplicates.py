"""Records that may be one person: the pairs, two side by side, and what somebody who compared them says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from pydantic import StringConstraints
from starlette.responses import Response

from events.facts.decision import Command
from events.facts.merging import Likeness
from services.registry.decide.merging import MemberId, Merge, TellApart
from services.registry.decide.values import Line, Text
from services.registry.pages import words
from services.registry.pages.common import (
    EntityId,
    Office,
    Waited,
    member_card,
    read,
    read_form,
    reading,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.of_two import alike_words, merging, of_two, scale, told_apart
from services.registry.project import history, likeness, member, register
from services.registry.project.register import Wanted
from services.shell.formats import day, mask_phone
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Problem, Refusal, Stale

router = APIRouter(include_in_schema=False)

OtherId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Card = Mapping[str, Any]
PAIRS: Final = 30
"""Pairs on a page: each is a conversation, not a click."""


class Decided(Command):
    """What the form under the two records says: which one is kept, why, what was looked at, and their versions."""

    keep: MemberId
    reason: Text
    evidence: Line | None = None
    one_version: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    other_version: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]


@router.get("/duplicates", dependencies=[Waited])
async def pairs(request: Request, caller: Office, page_token: str = "") -> Response:
    """Whom to compare, the likeliest first."""
    async with reading(request, caller) as db:
        found = await likeness.pairs(db, scale(request, caller.scope), size=PAIRS, token=page_token)
        both = {one for row in found.items for one in (row["one"], row["other"])}
        cards = await register.cards(db, Wanted(state="all", only=sorted(both)), size=len(both)) if both else None
    people = {card["member_id"]: card for card in cards.items} if cards else {}
    return await page(
        request,
        "duplicates.html",
        pairs=[row for row in found.items if {row["one"], row["other"]} <= people.keys()],
        people=people,
        alike_words=alike_words,
        is_strict=likeness.is_strict,
        rule=rules(request, caller.scope).duplicates,
        next_href=f"/registry/duplicates?page_token={found.next_token}" if found.next_token else "",
        first_href="/registry/duplicates" if page_token else "",
        words=words,
    )


@router.get("/duplicates/{one}/{other}", dependencies=[Waited])
async def side_by_side(request: Request, caller: Office, one: EntityId, other: OtherId) -> Response:
    """Two records beside each other, what differs marked."""
    return await _pair(request, caller, one, other, fresh(request))


@router.post("/duplicates/{one}/{other}/merge")
async def merge(request: Request, caller: Office, one: EntityId, other: OtherId) -> Response:
    """They are one person: the record that is not kept is merged into the one that is."""
    sent = await request.form()
    try:
        decided = read_form(Decided, sent)
        absorbed = one if decided.keep == other else other
        versions = {one: decided.one_version, other: decided.other_version}
        command = read(
            Merge,
            {
                "into": decided.keep,
                "reason": decided.reason,
                "evidence": decided.evidence,
                "version": versions[absorbed],
                "into_version": versions.get(decided.keep),
            },
        )
        async with of_two(request, caller, absorbed, decided.keep, "merge", sent) as asked:
            receipt = await merging(request).merge(asked, absorbed, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _pair(request, caller, one, other, again(request, sent, problem))
    await show_own_write(request, receipt)
    undo = Undo(f"/registry/members/{absorbed}/unmerge", {"reason": _("合并错了，随即撤回")})
    told = _("已合并成一份。并入的那份还查得到，合并随时可以撤销。")
    return done(request, f"/registry/members/{decided.keep}", told, undo=undo)


@router.post("/duplicates/{one}/{other}/told-apart")
async def apart(request: Request, caller: Office, one: EntityId, other: OtherId) -> Response:
    """They are two people."""
    sent = await request.form()
    try:
        command = read(TellApart, {"other": other, "reason": str(sent.get("reason") or "").strip()})
        receipt = await told_apart(request, caller, one, command, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _pair(request, caller, one, other, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, "/registry/duplicates", _("已记下：不是同一个人。有了别的相同之处才会再提醒。"))


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the two cards. `same` is None where nothing can be said: one of them says nothing."""

    label: str
    one: str
    other: str
    same: bool | None
    reveal: str = ""


async def _pair(request: Request, caller: Caller, one: str, other: str, form: Form) -> Response:
    cards = [await member_card(request, caller, each) for each in (one, other)]
    async with reading(request, caller) as db:
        found = await likeness.likeness_of(db, scale(request, caller.scope), one, other)
        facts = [(await history.newest(db, each, limit=1)).count for each in (one, other)]
    alike = found["alike"] if found else []
    keep = form["keep"] or _kept_rather(cards, facts)
    return await page(
        request,
        "duplicate.html",
        status=form.status,
        one=cards[0],
        other=cards[1],
        lines=_compared(cards[0], cards[1], alike),
        facts=facts,
        alike=alike_words(alike),
        apart=bool(found and found["apart"]),
        comparable=found is not None,
        keep=keep,
        form=form,
        telling=_is_about(form.problem, form),
        rule=rules(request, caller.scope).duplicates,
        words=words,
    )


def _is_about(problem: Problem | None, form: Form) -> bool:
    """Whether what was sent says that they are two people."""
    return problem is not None and not form["keep"]


def _kept_rather(cards: Sequence[Card], facts: Sequence[int]) -> str:
    """Which of the two to keep, if nobody says otherwise: the one a merge is possible into, or that says more."""
    ranks = [(card["state"] == member.DEAD, card["absorbs"], count) for card, count in zip(cards, facts, strict=True)]
    kept: str = cards[1 if ranks[1] > ranks[0] else 0]["member_id"]
    return kept


def _compared(one: Card, other: Card, alike: Sequence[str]) -> list[Compared]:
    lines = []
    for label, shown, same_by, what in _LINES:
        left, right = shown(one), shown(other)
        same = left == right if left and right else None
        if same_by is not None and left and right:  # what is masked may look the same and not be
            same = same_by.value in alike
        if left or right:
            lines.append(Compared(_(label), left, right, same, what))
    return lines


def _date(name: str) -> Callable[[Card], str]:
    return lambda card: day(card[name], year=True) if card[name] else ""


def _family(card: Card) -> str:
    relatives = card["family"] or ()
    told = (
        f"{each.get('relation') or ''} {each['name']} {mask_phone(each['phone']) if each.get('phone') else ''}".strip()
        for each in relatives
    )
    return "；".join(told)


_LINES: Final[Sequence[tuple[str, Callable[[Card], str], Likeness | None, str]]] = (
    (N_("姓名"), lambda card: card["name"] or "", None, ""),
    (N_("身份证号"), lambda card: card["id_masked"] or "", Likeness.ID_NUMBER, "id_number"),
    (N_("性别"), lambda card: words.word(words.SEX, card["sex"]) if card["sex"] else "", None, ""),
    (N_("出生"), _date("birth"), None, ""),
    (N_("民族"), lambda card: card["ethnicity"] or "", None, ""),
    (N_("电话"), lambda card: mask_phone(card["phone"]) if card["phone"] else "", Likeness.PHONE, "phone"),
    (N_("家属"), _family, None, "family"),
    (N_("住址"), lambda card: card["address"] or "", None, ""),
    (N_("入党"), _date("joined_on"), None, ""),
    (N_("转正"), _date("full_member_on"), None, ""),
    (N_("人员类别"), lambda card: words.word(words.KIND, card["kind"]) if card["kind"] else "", None, ""),
    (N_("支部"), lambda card: card["branch"] or "", None, ""),
    (N_("社区"), lambda card: card["community"], None, ""),
    (N_("状态"), lambda card: words.word(words.STATE, card["state"]), None, ""),
    (N_("在册"), _date("enrolled_on"), None, ""),
    (N_("最近见到"), _date("last_contact"), None, ""),
)
"""(label, what a card says, the likeness that tells whether masked values are the same, what can be revealed)."""
