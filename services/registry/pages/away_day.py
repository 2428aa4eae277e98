"""The day of leaving set right: first what would change, then, confirmed, the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.decision import Refused
from events.facts.member import AwayKind
from events.facts.member_away import AwayDayCorrected
from events.log.command import CommandRefused
from services.registry.decide.away_day import CorrectAwayDay, correct_day, months_paid_there
from services.registry.decide.away_due import Due, Stay, due_of
from services.registry.decide.days import months_between
from services.registry.pages import words
from services.registry.pages.away_due import SAID
from services.registry.pages.common import (
    EntityId,
    Office,
    Waited,
    doing,
    member_card,
    of_member,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.dues_words import months
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.member_away import absences_of
from services.registry.pages.plain import answered
from services.registry.project import ledger
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/members/{member_id}", tags=["away"])


@dataclass(frozen=True, slots=True)
class Side:
    """What holds with one day of leaving."""

    since: date
    kind: AwayKind
    clause: str
    days: int
    due: list[Due]
    paid_there: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a correction would change; `paid_here` are months that would be due there and have a receipt here."""

    before: Side
    after: Side
    paid_here: list[str]
    clause: str


async def looked_at(request: Request, caller: Caller, member_id: str, command: CorrectAwayDay) -> Look | None:
    """What would change; None if it is so already. Errors: Refusal, as the deed itself would be refused."""
    card = await member_card(request, caller, member_id)
    today, state = speech().today, await registry(request).state(member_id)
    policy = rules(request, card["community"], command.since).away
    async with doing(request, caller, card["community"], "look"):
        decided = correct_day(state, command, policy, today)
        if isinstance(decided, Refused):
            raise CommandRefused(decided)
    if not decided.facts:
        return None
    async with reading(request, caller) as db:
        row = await ledger.stay(db, member_id)
    assert row is not None, "whoever is away stands in the ledger"
    fact = decided.facts[0][0]
    assert isinstance(fact, AwayDayCorrected)
    here = rules(request, card["community"]).away
    new = {"since": command.since, "kind": fact.kind, "clause": fact.clause, "card_until": fact.card_until}
    sides = []
    for one in (row, {**row, **new}):
        stay = Stay.model_validate({name: one[name] for name in Stay.model_fields})
        there = months_paid_there(stay.kind, stay.since, stay.received_on, here, today)
        sides.append(
            Side(stay.since, stay.kind, one["clause"], (today - stay.since).days, due_of(stay, here, today), there)
        )
    receipts = set(state.paid) | set(state.alias.paid)
    span = sides[1].paid_there
    paid_here = [month for month in months_between(*span) if month in receipts] if span else []
    return Look(sides[0], sides[1], paid_here, here.dues.clause)


@router.get("/members/{member_id}/away/day")
async def form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """On which day the member really left."""
    return await _form(request, caller, member_id)


async def _form(
    request: Request, caller: Caller, member_id: str, form: Form | None = None, look: Look | None = None
) -> Response:
    card = await member_card(request, caller, member_id)
    form = form or fresh(request, card["seq"], since=card["away_since"] or "")
    return await page(
        request, "away_day.html", status=form.status, card=card, form=form, look=look, words=words,
        lines=_lines(look) if look else [], months=months,
    )  # fmt: skip


def _lines(look: Look) -> list[tuple[str, date | None, date | None, str]]:
    """What is due, its day before and after the correction, and its clause; what stays as it is is left out."""
    before = {one.kind: one for one in look.before.due}
    after = {one.kind: one for one in look.after.due}
    found = []
    for kind in SAID:
        old, new = before.get(kind), after.get(kind)
        if (old and old.on) != (new and new.on):
            said = SAID[kind]
            clause = new.clause if new else old.clause if old else ""
            found.append((_(said), old.on if old else None, new.on if new else None, clause))
    return found


@router.post("/members/{member_id}/away/day")
async def send(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Show what would change; with `confirmed`, do it."""
    sent = await request.form()
    try:
        given = {name: value for name, value in sent.items() if name != "confirmed"}
        command = read_form(CorrectAwayDay, type(sent)(given))
        if "confirmed" not in sent:
            look = await looked_at(request, caller, member_id, command)
            if look is None:
                return done(request, f"/registry/members/{member_id}/away", _("已经是这样了，没有改动。"))
            card = await member_card(request, caller, member_id)
            shown = fresh(request, card["seq"], since=command.since, reason=command.reason)
            return await _form(request, caller, member_id, shown, look)
        async with of_member(request, caller, member_id, "away-day", sent) as asked:
            receipt = await absences_of(request).correct_day(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        card = await member_card(request, caller, member_id)
        return await _form(request, caller, member_id, again(request, sent, problem, card["seq"]))
    await show_own_write(request, receipt)
    told = _("已更正外出日期，后面的期限都按新的日期算。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/members/{member_id}/away", told)


def _side_json(side: Side) -> dict[str, Any]:
    due = [{"kind": one.kind, "on": one.on, "clause": one.clause} for one in side.due]
    span = {"from": side.paid_there[0], "to": side.paid_there[1]} if side.paid_there else None
    plain: Mapping[str, Any] = {"since": side.since, "kind": side.kind, "clause": side.clause, "days_away": side.days}
    return {**plain, "due": due, "dues_paid_there": span}


@api.get("/away-day", dependencies=[Waited])
async def api_look(request: Request, caller: Office, member_id: EntityId, since: date) -> Response:
    """What would change if the member had left on that day: `before`, `after`, months with a receipt here."""
    look = await looked_at(request, caller, member_id, CorrectAwayDay(since=since, reason="—"))
    if look is None:
        return answered({"before": None, "after": None, "paid_here": [], "clause": None})
    sides = {"before": _side_json(look.before), "after": _side_json(look.after)}
    return answered({**sides, "paid_here": look.paid_here, "clause": look.clause})


@api.post("/away-day", status_code=201)
async def api_correct(request: Request, caller: Office, member_id: EntityId, command: CorrectAwayDay) -> Response:
    """The member left on that day; kind and days are reckoned anew."""
    async with of_member(request, caller, member_id, "away-day") as asked:
        receipt = await absences_of(request).correct_day(asked, member_id, command)
    fact = receipt.facts[0].fact if receipt.facts else None
    more = {name: getattr(fact, name) for name in ("kind", "clause", "card_until", "was")} if fact else {}
    return answered({"facts": facts_of(receipt), **more}, 201)
