"""Who goes this week: the proposal in words, day by day and visitor by visitor; a person changes it and confirms it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Receipt
from services.care.decide.rota import ConfirmRota
from services.care.handle.rota import Rota
from services.care.pages import rota_words, visitors, words
from services.care.pages.common import EntityId, Office, care, doing, read_form, rules, rules_by_row
from services.care.pages.forms import empty
from services.care.pages.rota_week import WEEK, Laid, communities_of, laid_out, monday_of
from services.care.project import rota
from services.care.rota.week import Placed, Proposal, Share, Week
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, NotFound
from services.shell.reading import Waited, reading, show_own_write, within
from services.shell.works import Work, Works

router = APIRouter(include_in_schema=False)

RotaWork = Work[Week, Proposal]
RotaWorks = Works[tuple[str, date], Week, Proposal]
"""By community and Monday."""
REFRESH_SECONDS: Final = 2
LINES_MAX: Final = 240
"""So many visits are shown at once, two fields each; more of them are looked at visitor by visitor."""
FIELDS_MAX: Final = 2 * LINES_MAX + 20
NAMED_MAX: Final = 6


class RotaQuery(BaseModel):
    """Which week, of which community; `visitor`: only what falls to this account."""

    week: date | None = None
    community: str = ""
    visitor: str = Field(default="", max_length=63)


@dataclass(frozen=True, slots=True)
class Line:
    """One visit as the page shows it. `settled`: confirmed already, just so."""

    row: Mapping[str, Any]
    visitor: str
    day: date
    why: str
    settled: bool
    warn: bool


@dataclass
class Stretch:
    """One visitor's week: lines in the order of days, and of each day as one walks."""

    share: Share
    lines: list[Line] = field(default_factory=list)


def works(request: Request) -> RotaWorks:
    """The proposals of this process."""
    found: RotaWorks = request.app.state.works
    return found


def rota_of(request: Request) -> Rota:
    """The handler."""
    return Rota(care(request))


async def chosen(request: Request, caller: Caller, asked: RotaQuery) -> tuple[str, list[str], date]:
    """The community ("" if it must be chosen first), those there are, and the Monday. Errors: Forbidden."""
    within(caller, asked.community)
    async with reading(request, caller) as db:
        places = await communities_of(db, caller)
    community = asked.community if asked.community in places else (places[0] if len(places) == 1 else "")
    return community, places, monday_of(asked.week, speech().today, rules(request, community).rota.workdays)


async def begun(request: Request, caller: Caller, community: str, monday: date) -> tuple[Laid, RotaWork]:
    """The week as it is now, and its proposal, made or in the making."""
    laid = await laid_out(request, caller, community, monday)
    return laid, works(request).begin((community, monday), laid.week, care(request).commands.new_id())


@router.get("/rota", dependencies=[Waited])
async def show(request: Request, caller: Office, asked: Annotated[RotaQuery, Query()]) -> Response:
    """The week: looking at it reckons, and writes nothing."""
    community, places, monday = await chosen(request, caller, asked)
    if not community:
        return await page(request, "rota.html", community="", places=places, monday=monday, work=None)
    laid, work = await begun(request, caller, community, monday)
    await work.waited()
    made, rule = work.proposal, rules(request, community).rota
    return await page(
        request,
        "rota.html",
        community=community,
        places=places,
        monday=monday,
        sunday=laid.days[-1],
        before=monday - timedelta(days=WEEK),
        after=monday + timedelta(days=WEEK),
        work=work,
        made=made,
        refresh_seconds=REFRESH_SECONDS if work.running else 0,
        form=empty(request),
        rule=rule,
        words=words,
        rota_words=rota_words,
        policy=rules_by_row(request),
        called=laid.called,
        leaves=laid.leaves,
        visitor=asked.visitor,
        choices=sorted(laid.goers.items(), key=lambda item: item[1]),
        days=[day for day in laid.days if day >= speech().today],
        **(_shown(laid, made, asked.visitor) if made else {}),
    )


def _shown(laid: Laid, made: Proposal, visitor: str) -> dict[str, Any]:
    """The proposal by visitor and day, with what could not be placed."""
    stretches = {share.name: Stretch(share) for share in made.shares}
    wanted = [one for one in made.placed if visitor in ("", one.visitor)]
    for one in sorted(wanted, key=lambda each: (each.visitor, each.day, each.turn))[:LINES_MAX]:
        stretches[one.visitor].lines.append(_line(laid, one))
    by_count = sorted(made.shares, key=lambda share: (-share.minutes, share.name))
    return {
        "stretches": [stretches[share.name] for share in by_count if stretches[share.name].lines],
        "more": max(0, len(wanted) - LINES_MAX),
        "shares": [share for share in by_count if share.minutes or share.room],
        "spread": spread(made.shares),
        "open": sum(not _settled(laid, one) for one in made.placed),
        "unplaced": [(laid.rows[visit_id], why) for visit_id, why in made.unplaced.items()],
    }


def _settled(laid: Laid, one: Placed) -> bool:
    row = laid.rows[one.visit_id]
    return (row["assigned"], row["set_for"]) == (one.visitor, laid.days[one.day])


def _line(laid: Laid, one: Placed) -> Line:
    return Line(
        row=laid.rows[one.visit_id],
        visitor=one.visitor,
        day=laid.days[one.day],
        why=rota_words.why(one.why, laid.called),
        settled=_settled(laid, one),
        warn=any(reason.code == "no_skill" for reason in one.why),
    )


def spread(shares: Sequence[Share]) -> tuple[float, float] | None:
    """The least and the most of what each can do that is asked of them; None while nobody has anything to do."""
    used = [share.visits / share.room for share in shares if share.room]
    return (min(used), max(used)) if any(used) else None


@router.post("/rota/confirm")
async def confirm(request: Request, caller: Office) -> Response:
    """Do what stands in the form, in one append; what cannot be done by now is left out and named."""
    form = await request.form(max_fields=FIELDS_MAX)
    asked = read_form(RotaQuery, form, ("week", "community", "visitor"))
    community, _places, monday = await chosen(request, caller, asked)
    if not community:
        raise NotFound(_("请先选一个社区。"))
    back = f"/care/rota?community={community}&week={monday}" + (f"&visitor={asked.visitor}" if asked.visitor else "")
    laid = await laid_out(request, caller, community, monday)
    try:
        command = read_form(ConfirmRota, form, ("rota_id",), placings=_lines(form, laid))
    except Invalid:
        return done(request, back, _("没有要定的，什么都没有改。"))
    receipt, left_out = await confirmed(request, caller, community, command, form)
    told = ngettext("已定下 %(num)s 次走访谁去、哪天去。", "已定下 %(num)s 次走访谁去、哪天去。", len(receipt.facts))
    if left_out:
        told += _("没有定的：%(who)s。", who=_named(laid, left_out))
    undo = Undo(f"/care/rota/{command.rota_id}/undo", {"back": back}) if receipt.facts else None
    return done(request, back, told, undo=undo)


def _lines(form: FormData, laid: Laid) -> list[dict[str, Any]]:
    """The lines whose visitor or day differs from what stands; whoever was set to nobody stays as it was."""
    found = []
    for visit_id, row in laid.rows.items():
        visitor, on = str(form.get(f"to-{visit_id}") or ""), str(form.get(f"on-{visit_id}") or "")
        if visitor and on and (visitor, on) != (row["assigned"], str(row["set_for"])):
            found.append({"member_id": row["member_id"], "visit_id": visit_id, "visitor": visitor, "on": on})
    return found


def _named(laid: Laid, left_out: Mapping[str, str]) -> str:
    said = [
        f"{(laid.rows.get(visit_id) or {}).get('name') or '—'}（{words.word(rota_words.LEFT_OUT, code)}）"
        for visit_id, code in left_out.items()
    ]
    return _("、").join(said[:NAMED_MAX]) + (_(" 等 %(count)s 次", count=len(said)) if len(said) > NAMED_MAX else "")


async def confirmed(
    request: Request, caller: Caller, community: str, command: ConfirmRota, form: FormData | None = None
) -> tuple[Receipt, dict[str, str]]:
    """The lines in one append: the receipt, and which visits were left out and why.

    Errors: Invalid, when somebody is to go who may not be sent there, or a visit is none of this community.
    """
    who = await visitors.who_may_go(request, community)
    async with reading(request, caller) as db:
        known = await rota.members_of(db, [line.visit_id for line in command.placings], community)
    wrong = [
        FieldError(f"placings.{number}", _("这个人不能派到这里"), _("请在走访的人里选。"))
        if line.visitor not in who
        else FieldError(f"placings.{number}", _("这个社区没有这次走访"), _("请重新打开本周谁去。"))
        for number, line in enumerate(command.placings)
        if line.visitor not in who or known.get(line.visit_id) != line.member_id
    ]
    if wrong:
        raise Invalid(wrong)
    async with doing(request, caller, community, f"confirm-rota/{command.rota_id}", form) as asked:
        receipt, left_out = await rota_of(request).confirm(asked, command)
    await show_own_write(request, receipt)
    return receipt, left_out


@router.post("/rota/{rota_id}/undo")
async def undo(request: Request, caller: Office, rota_id: EntityId) -> Response:
    """Everything this plan said, and nobody changed since, is as it was."""
    form = await request.form()
    receipt = await undone(request, caller, rota_id, form)
    told = ngettext("%(num)s 次走访恢复原样。", "%(num)s 次走访恢复原样。", len(receipt.facts))
    return done(request, str(form.get("back") or "/care/rota"), told)


async def undone(request: Request, caller: Caller, rota_id: str, form: FormData | None = None) -> Receipt:
    """Take a confirmed plan back. Errors: NotFound, when nothing stands as it said."""
    async with reading(request, caller) as db:
        rows = await rota.brought_by(db, rota_id)
    if not rows:
        raise NotFound(_("没有可以撤销的安排。"))
    async with doing(request, caller, rows[0]["community"], f"undo-rota/{rota_id}", form) as asked:
        receipt = await rota_of(request).take_back(asked, rota_id, [row["member_id"] for row in rows])
    await show_own_write(request, receipt)
    return receipt
