"""When and how one member was reached, by whom; the call itself, its slip, and what a long silence comes to (R8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.member_contact import ContactOutcome
from services.registry.decide.contact import SetSilenceAside, TakeContactBack, TryContact, dialled
from services.registry.pages import contact_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    PAGE_SIZE,
    EntityId,
    Office,
    Reader,
    Waited,
    member_card,
    of_member,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.contact_common import contacts_of, counted, last_contact
from services.registry.pages.contacts import lines_of
from services.registry.pages.export import csv_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.reveal import Reveal, revealed
from services.registry.project import ledger, member, silence
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

TOLD: Final = {
    ContactOutcome.REACHED: N_("已记下：联系上了%(name)s。"),
    ContactOutcome.NOT_REACHED: N_("已记下：没联系上%(name)s，改天再试。"),
    ContactOutcome.WRONG_NUMBER: N_("已记下：%(name)s的号码不对，请问到新号码后改过来。"),
}
_HEAD: Final = (N_("哪天"), N_("怎样"), N_("结果"), N_("谁联系的"), N_("哪里记的"), N_("说明"))
CSV_MAX: Final = 5000


@router.get("/members/{member_id}/contacts", dependencies=[Waited, Travels])
async def log(request: Request, caller: Reader, member_id: EntityId, page_token: str = "") -> Response:
    """All contacts, the newest first, whichever service has them."""
    return await _log(request, caller, member_id, page_token=page_token)


async def _log(
    request: Request, caller: Caller, member_id: str, form: Form | None = None, page_token: str = ""
) -> Response:
    card = await member_card(request, caller, member_id)
    here, today = rules(request, card["community"]), speech().today
    kinds = counted(here)
    async with reading(request, caller) as db:
        found = await silence.log_of(db, member_id, size=PAGE_SIZE, token=page_token)
        reached = await silence.reached_on(db, member_id, kinds)
        stay = await ledger.stay(db, member_id)
    open_stay = stay if stay and stay["state"] == ledger.OPEN else None
    since = max(filter(None, (reached, open_stay and open_stay["since"])), default=card["enrolled_on"])
    on_roll = card["state"] in member.ON_ROLL
    more = f"/registry/members/{member_id}/contacts?page_token={found.next_token}" if found.next_token else ""
    return await page(
        request, "member_contacts.html", status=form.status if form else 200, card=card, since=since, reached=reached,
        lines=await lines_of(request, caller, found.items, kinds), next_href=more, open_stay=open_stay,
        silent_days=(today - since).days if since else None, ways=words.options(contact_words.WAY),
        review=on_roll and since is not None and here.away.is_lost(since, today),
        aside=_resting(found.items, today, since), rule=here.contact, clauses=here.clauses, lost=here.away.lost,
        form=form or fresh(request, on=today), may_write=caller.has(*OFFICE) and on_roll,
    )  # fmt: skip


def _resting(rows: Any, today: date, since: date | None) -> Mapping[str, Any] | None:
    """The latest word of whoever looked into the silence, as long as it holds."""
    said = next((row for row in rows if row["until"] is not None), None)
    holds = said is not None and said["until"] >= today and (since is None or said["day"] >= since)
    return said if holds else None


@router.get("/members/{member_id}/contacts.csv", dependencies=[Waited])
async def sheet(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """The same as a text file."""
    card = await member_card(request, caller, member_id)
    kinds = counted(rules(request, card["community"]))
    async with reading(request, caller) as db:
        found = await silence.log_of(db, member_id, size=CSV_MAX)
    lines = await lines_of(request, caller, found.items, kinds)
    rows = [[one["day"], one["what"], one["came"], one["by"], one["where"], one["note"] or ""] for one in lines]
    title = _("%(name)s的联系记录", name=card["name"] or "")
    return csv_response(title, [_(each) for each in _HEAD], rows)


# ── ringing somebody up ──────────────────────────────────────────────────────────────────────────────────────────


@router.post("/members/{member_id}/contact-call")
async def call(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The numbers in clear, after it was written down who asked for them; and what came of the call."""
    sent = await request.form()
    return await _call(request, caller, member_id, fresh(request, days=str(sent.get("days") or ""), on=speech().today))


async def _call(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    phone = await revealed(request, caller, member_id, Reveal(what="phone", reason=_("打电话联系")))
    family = await revealed(request, caller, member_id, Reveal(what="family", reason=_("打电话联系")))
    there = dialled(await registry(request).state(member_id)) or ""
    kinds = counted(rules(request, card["community"]))
    async with reading(request, caller) as db:
        found = await silence.log_of(db, member_id, size=3)
    numbers = {_("电话"): phone.value, _("家属电话"): family.value}
    if there and there != phone.value:
        numbers = {_("在外的电话"): there, **numbers}
    return await page(
        request, "contact_call.html", status=form.status, card=card, form=form,
        numbers={label: value for label, value in numbers.items() if value},
        lines=await lines_of(request, caller, found.items, kinds), ways=words.options(contact_words.WAY),
    )  # fmt: skip


@router.post("/members/{member_id}/contact-tried")
async def tried(request: Request, caller: Office, member_id: EntityId) -> Response:
    """What came of it is noted; a press on the wrong button is taken back."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    days = str(sent.get("days") or "")
    try:
        command = read_form(TryContact, _without_days(sent))
        async with of_member(request, caller, member_id, "contact", sent) as asked:
            contact_id, receipt = await contacts_of(request).tried(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _log(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    undo = Undo(f"/registry/members/{member_id}/contact-tried/take-back", {"contact": contact_id, "days": days})
    said = _(TOLD[command.outcome], name=card["name"] or "")
    return done(request, _back(member_id, days), said, undo=undo if receipt.facts else None)


@router.post("/members/{member_id}/contact-tried/take-back")
async def take_back(request: Request, caller: Office, member_id: EntityId) -> Response:
    """It was a slip."""
    sent = await request.form()
    try:
        command = read_form(TakeContactBack, _without_days(sent))
        async with of_member(request, caller, member_id, "contact-taken-back", sent) as asked:
            receipt = await contacts_of(request).take_back(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _log(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, _back(member_id, str(sent.get("days") or "")), _("已撤回这次联系，它划掉了，不再算数。"))


def _without_days(sent: FormData) -> FormData:
    """What the command is made of; the list one came from is no part of it."""
    return FormData([(name, value) for name, value in sent.multi_items() if name != "days"])


def _back(member_id: str, days: str) -> str:
    return f"/registry/contacts?days={days}" if days.isdigit() else f"/registry/members/{member_id}/contacts"


@router.post("/members/{member_id}/silence-aside")
async def set_aside(request: Request, caller: Office, member_id: EntityId) -> Response:
    """A person looked into it and does not find the contact lost."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(SetSilenceAside, sent)
        last = await last_contact(request, caller, card)
        async with of_member(request, caller, member_id, "silence-aside", sent) as asked:
            receipt = await contacts_of(request).set_aside(asked, member_id, command, last)
    except (Invalid, Refusal, Stale) as problem:
        return await _log(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    days = rules(request, card["community"]).contact.silence.review_rest_days
    return done(
        request,
        "/registry/contacts?which=review",
        _("已记下核实的情况，%(days)s 天后还没有联系上会再提醒。", days=days),
    )
