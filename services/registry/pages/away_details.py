"""Somebody who is away lives elsewhere now, or is reached otherwise: one form, without a census (DOMAIN R6).

A slip is put back by the same fact with what was known before; what it was is read from the member's own history, so
that no address travels through the browser.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.base import is_hidden
from events.facts.member import MovedAway, Returned
from events.facts.member_away import AwayDayCorrected, AwayDetailsChanged
from events.log.command import Receipt
from services.registry.decide.commands import ChangeAway
from services.registry.pages.common import (
    EntityId,
    Office,
    member_card,
    of_member,
    read,
    read_form,
    reading,
    registry,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.history import own_facts
from services.registry.pages.plain import answered
from services.registry.project import ledger
from services.shell.acting import facts_of
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/members/{member_id}", tags=["away"])

LOOKED_THROUGH: Final = 200
"""So many of a member's newest facts, among which the place before stands."""
PUT_BACK: Final = N_("刚才改错了，恢复原来的")
_PLACE: Final = ("destination", "address", "phone", "fixed_place", "expected_return")


@router.get("/members/{member_id}/away/details")
async def form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The form with what is known now."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        stay = await ledger.stay(db, member_id)
    known: dict[str, Any] = {name: stay[name] for name in _PLACE} if stay else {}
    today = speech().today
    if known.get("expected_return") and known["expected_return"] < today:
        known["expected_return"] = None  # it has passed: whoever changes the rest would be refused because of it
    known |= {"fixed_place": "on" if known.get("fixed_place") else "", "from": today}
    return await _form(request, caller, member_id, fresh(request, card["seq"], **known))


async def _form(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        stay = await ledger.stay(db, member_id)
    away = stay is not None and stay["state"] == ledger.OPEN
    return await page(
        request, "away_details.html", status=form.status, card=card, form=form, stay=stay if away else None
    )  # fmt: skip


@router.post("/members/{member_id}/away/details")
async def change(request: Request, caller: Office, member_id: EntityId) -> Response:
    """It is so from a day on."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(ChangeAway, sent)
        async with of_member(request, caller, member_id, "away-details", sent) as asked:
            receipt = await registry(request).change_away(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await member_card(request, caller, member_id)
        return await _form(request, caller, member_id, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    told = _("已记下%(name)s在外的新情况。", name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    undo = Undo(f"/registry/members/{member_id}/away/details/undo") if receipt.facts else None
    return done(request, f"/registry/members/{member_id}/away", told, undo=undo)


@router.post("/members/{member_id}/away/details/undo")
async def undo(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put back what was known before the last change."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        receipt = await put_back(request, caller, member_id, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("%(name)s在外的情况已恢复成改之前的。", name=card["name"])
    return done(request, f"/registry/members/{member_id}/away", told)


async def put_back(request: Request, caller: Caller, member_id: str, sent: Any = None) -> Receipt:
    """The place before the last change, from the same day on. Errors: Refusal `nothing_to_put_back`."""
    command = await _before(request, caller, member_id)
    if command is None:
        raise Refusal("nothing_to_put_back", _("这次外出没有改过联系方式，或者已经恢复过了。"))
    async with of_member(request, caller, member_id, "away-details-undo", sent) as asked:
        return await registry(request).change_away(asked, member_id, command)


async def _before(request: Request, caller: Caller, member_id: str) -> ChangeAway | None:
    """What was known before the newest change of this absence; None if nothing was changed, or it cannot be read."""
    async with reading(request, caller) as db:
        found = await own_facts(request, db, member_id, limit=LOOKED_THROUGH)
    places = [one for one in found.facts if isinstance(one.fact, MovedAway | AwayDetailsChanged | Returned)]
    if len(places) < 2 or not isinstance(places[0].fact, AwayDetailsChanged):
        return None
    if places[0].fact.reason == _(PUT_BACK):
        return None  # it was put back already: once more would bring the slip back
    last, before = places[0], places[1].fact
    if isinstance(before, Returned):
        return None
    told = {name: getattr(before, name) for name in _PLACE}
    if any(is_hidden(value) for value in told.values()):
        return None
    since = max(last.about.effective, *(each.about.effective for each in found.facts if _moves_day(each.fact)))
    given = {**told, "from": since, "reason": _(PUT_BACK)}
    back = given["expected_return"]
    if back is not None and back < since:
        given["expected_return"] = None
    return read(ChangeAway, given)


def _moves_day(fact: Any) -> bool:
    return isinstance(fact, AwayDayCorrected | AwayDetailsChanged)


@api.post("/away-details", status_code=201)
async def change_json(request: Request, caller: Office, member_id: EntityId, command: ChangeAway) -> Response:
    """Somebody who is away lives at this place from `from` on, all of it; what is left out is not known of it."""
    async with of_member(request, caller, member_id, "away-details") as asked:
        receipt = await registry(request).change_away(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@api.post("/away-details/undo", status_code=201)
async def undo_json(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put back what was known before the last change of this absence, by a change of its own."""
    return answered({"facts": facts_of(await put_back(request, caller, member_id))}, 201)
