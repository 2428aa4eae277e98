"""Who is behind with dues: for a friendly call, never more. The list, its worksheet, and the call itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.decide.days import month_of, months_after
from services.registry.decide.dues_correct import NoteDuesCall
from services.registry.decide.policy import ArrearsRule
from services.registry.handle.registry import Registry
from services.registry.pages import dues_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    PAGE_SIZE,
    EntityId,
    Office,
    PageSize,
    Reader,
    Waited,
    member_card,
    of_member,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.due import dues_sheet
from services.registry.pages.dues_common import dues_desk
from services.registry.pages.dues_words import months
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import again, fresh
from services.registry.pages.plain import answered
from services.registry.pages.reveal import Reveal, What, revealed
from services.registry.project import arrears as behind
from services.registry.project import dues, dues_more, dues_review
from services.registry.project.arrears import Owing
from services.shell.formats import day, mask_phone
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["dues"])

EXPORT_MAX: Final = 20_000
_HEAD: Final = (
    N_("姓名"),
    N_("支部"),
    N_("欠几个月"),
    N_("连续几个月"),
    N_("哪些月"),
    N_("合计（元）"),
    N_("电话"),
    N_("最近电话"),
)
_NUMBERS: Final = {"phone": N_("电话"), "family": N_("家属电话")}
Kind = Annotated[str, Query(pattern="^(flag|call|review)?$")]
Least = Annotated[int, Query(ge=0, le=120)]
Place = Annotated[str, Query(max_length=200)]


def last_over() -> str:
    """The last month that is over."""
    return month_of(months_after(speech().today.replace(day=1), -1))


def wanted_of(kind: str, place: str, rule: ArrearsRule, least: int = 0) -> Owing:
    """Whom one of the three lists is about: everybody shown, those to call, those a person looks into."""
    match kind:
        case "call":
            return Owing(last_over(), place, max(rule.call_months, least))
        case "review":
            return Owing(last_over(), place, max(rule.flag_months, least), rule.review_months, speech().today)
        case _:
            return Owing(last_over(), place, max(rule.flag_months, least))


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody on the list: what is unpaid, what it comes to (None if that cannot be known), the last call."""

    row: Mapping[str, Any]
    unpaid: list[str]
    owing_fen: int | None
    run: int
    call: Mapping[str, Any] | None
    review: Mapping[str, Any] | None
    """The last time a person looked into it."""

    @property
    def reviewed(self) -> bool:
        """Somebody did, and nobody looks again yet."""
        return self.review is not None and bool(self.review["again_on"] > speech().today)

    @property
    def phones(self) -> str:
        """The member's phone and the family's, masked."""
        family = [one for one in self.row["family"] or () if one.get("phone")]
        theirs = [f"{one.get('relation') or ''}{mask_phone(one['phone'])}" for one in family]
        own = [mask_phone(self.row["phone"])] if self.row["phone"] else []
        return "，".join([*own, *theirs])


async def _known(handler: Registry, db: Any, rows: Iterable[Mapping[str, Any]], last: str) -> list[Behind]:
    rows = list(rows)
    ids = [row["member_id"] for row in rows]
    states, calls = await handler.states(ids), await dues_more.calls_to(db, ids)
    reviews = await dues_review.last_of(db, ids)
    found = []
    for row in rows:
        unpaid = behind.unpaid_of(row, last)
        state = states.get(row["member_id"])
        due = handler.due(row["community"], state.terms, unpaid) if state else []
        fen = sum(each.due_fen for each in due if each) if all(due) and due else None
        found.append(
            Behind(
                row, unpaid, fen, behind.longest_run(unpaid), calls.get(row["member_id"]), reviews.get(row["member_id"])
            )
        )
    return found


@router.get("/dues", dependencies=[Waited, Travels])
async def arrears(
    request: Request, caller: Reader, kind: Kind = "", least: Least = 0, community: Place = "", page_token: str = ""
) -> Response:
    """Who is behind, the longest first, and what was taken this month and this year."""
    today, place = speech().today, within(caller, community)
    rule = rules(request, place or caller.scope).dues.arrears
    if not kind and least >= rule.call_months:
        kind = "call"
    wanted = wanted_of(kind, place, rule, least)
    async with reading(request, caller) as db:
        found = await behind.owing(db, wanted, size=PAGE_SIZE, token=page_token)
        people = await _known(registry(request), db, found.items, wanted.last)
        lists = {each: wanted_of(each, place, rule) for each in ("flag", "call", "review")}
        counts = {each: await behind.owing_count(db, who) for each, who in lists.items()}
        month = await dues.taken(db, today.replace(day=1), place)
        year = await dues.taken(db, date(today.year, 1, 1), place)
        waiting = len(await dues_more.waiting(db, place))
    called = await request.app.state.shell.identity.called.of({one.call["called_by"] for one in people if one.call})
    more = f"/registry/dues?kind={kind}&community={place}&page_token={found.next_token}" if found.next_token else ""
    return await page(
        request, "dues.html", people=people, counts=counts, month=month, year=year, kind=kind or "flag", rule=rule,
        community=place, next_href=more, months=months, may_write=caller.has(*OFFICE), words=words, called=called,
        clauses=rules(request, place or caller.scope).clauses, spoke=dues_words.SPOKE_WITH, waiting=waiting,
        outcomes=dues_words.OUTCOME,
    )  # fmt: skip


@router.get("/dues/arrears.xlsx", dependencies=[Waited])
async def sheet(request: Request, caller: Reader, kind: Kind = "", community: Place = "") -> Response:
    """The list as a worksheet; phones stay masked."""
    place = within(caller, community)
    wanted = wanted_of(kind, place, rules(request, place or caller.scope).dues.arrears)
    async with reading(request, caller) as db:
        found = await behind.owing(db, wanted, size=EXPORT_MAX)
        if found.next_token:
            too_many = _("超过 %(most)s 人，一张表放不下", most=EXPORT_MAX)
            raise Invalid([FieldError("kind", too_many, _("请按社区分次导出。"))])
        people = await _known(registry(request), db, found.items, wanted.last)
    head = [_(each) for each in _HEAD]
    rows = [
        [
            one.row["name"] or "",
            one.row["branch"] or "",
            len(one.unpaid),
            one.run,
            months(one.unpaid),
            one.owing_fen / 100 if one.owing_fen is not None else "",
            one.phones,
            f"{day(one.call['called_on'], year=True)} {words.word(dues_words.SPOKE_WITH, one.call['spoke_with'])}"
            if one.call
            else "",
        ]
        for one in people
    ]
    return await asyncio.to_thread(sheet_response, _("党费提醒名单"), head, rows)


@api.get("/dues/arrears", dependencies=[Waited, Travels])
async def listed(
    request: Request, caller: Reader, kind: Kind = "", community: Place = "", page_token: str = "",
    page_size: PageSize = PAGE_SIZE,
) -> Response:  # fmt: skip
    """Who is behind, the longest first. `kind`: flag (all shown), call, review (so many in a row: a person looks,
    and nobody has closed it with a note that still holds).
    """
    place = within(caller, community)
    rule = rules(request, place or caller.scope).dues.arrears
    wanted = wanted_of(kind, place, rule)
    async with reading(request, caller) as db:
        found = await behind.owing(db, wanted, size=page_size, token=page_token)
        people = await _known(registry(request), db, found.items, wanted.last)
    items = [
        {
            **{name: one.row[name] for name in ("member_id", "name", "community", "branch", "away_to")},
            "months": one.unpaid,
            "in_a_row": one.run,
            "owing_fen": one.owing_fen,
            "clause": rule.clause_review if one.run >= rule.review_months else rule.clause,
            "last_call": one.call and {name: one.call[name] for name in ("called_on", "spoke_with", "months")},
            "last_review": one.review and {name: one.review[name] for name in ("reviewed_on", "outcome", "again_on")},
        }
        for one in people
    ]
    return answered({"items": items, "next_page_token": found.next_token})


@router.post("/members/{member_id}/dues-call")
async def call(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Whom to call and about what: the numbers in clear, after it was written down who asked for them."""
    return await _call(request, caller, member_id, fresh(request))


async def _call(request: Request, caller: Caller, member_id: str, form: Any) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        sheet = await dues_sheet(request, db, member_id)
        last = (await dues_more.calls_to(db, [member_id])).get(member_id)
    numbers = {}
    asked_for: tuple[What, ...] = ("phone", "family")
    for what in asked_for:
        if card[what]:
            secret = await revealed(request, caller, member_id, Reveal(what=what, reason=_("打电话问近况、说党费")))
            numbers[_(_NUMBERS[what])] = secret.value
    called = await request.app.state.shell.identity.called.of([last["called_by"]] if last else [])
    return await page(
        request, "dues_call.html", status=form.status, card=card, sheet=sheet, numbers=numbers, form=form,
        months=months, words=words, spoke=dues_words.SPOKE_WITH, last=last, called=called,
        rule=rules(request, card["community"]).dues.arrears,
    )  # fmt: skip


@router.post("/members/{member_id}/dues-called")
async def note_call(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The call was made."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(NoteDuesCall, sent)
        async with of_member(request, caller, member_id, "dues-call", sent) as asked:
            receipt = await dues_desk(request).note_call(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _call(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, "/registry/dues", _("已记下给%(name)s的电话。", name=card["name"]))
