"""The API of being in touch: who was not reached for how long, one member's log, and what the office tried (R8)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.contact import SetSilenceAside, TakeContactBack, TryContact
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    PAGE_SIZE,
    EntityId,
    Office,
    PageSize,
    Reader,
    Waited,
    member_card,
    of_member,
    reading,
    rules,
    within,
)
from services.registry.pages.contact_common import (
    Asked,
    Branch,
    Days,
    Place,
    Which,
    contacts_of,
    counted,
    last_contact,
    silent_days,
)
from services.registry.pages.contacts import lines_of
from services.registry.pages.plain import answered
from services.registry.project import silence
from services.shell.acting import facts_of
from services.shell.i18n import speech

router = APIRouter(prefix="/api", tags=["contacts"])

_ROW = (
    "member_id", "name", "community", "branch_id", "branch", "since", "reached_on", "tries", "tried_on", "away_to",
    "lost_since", "aside_until", "wrong_number",
)  # fmt: skip
_LINE = ("day", "kind", "outcome", "detail", "meeting_id", "until", "service", "actor", "by", "note", "what", "came")


@router.get("/unreached", dependencies=[Waited])
async def unreached(
    request: Request, caller: Reader, days: Days = 0, which: Which = "", community: Place = "", branch_id: Branch = "",
    page_token: str = "", page_size: PageSize = PAGE_SIZE,
) -> Response:  # fmt: skip
    """Who was not reached for `days` (by default the first step of the rules), the longest first.

    `which`: `wrong-number` (the number is known to be wrong) or `review` (a person looks into it, by `clause`).
    """
    place, today = within(caller, community), speech().today
    here = rules(request, place or caller.scope)
    asked = Asked(days or here.contact.silence.days[0], which, place, branch_id)
    async with reading(request, caller) as db:
        found = await silence.silent(db, asked.wanted(here, today), size=page_size, token=page_token)
    clause = here.away.lost.clause if which == "review" else here.contact.silence.clause
    items = [{**{name: row[name] for name in _ROW}, "days": silent_days(row), "clause": clause} for row in found.items]
    return answered({"items": items, "next_page_token": found.next_token})


@router.get("/members/{member_id}/contacts", dependencies=[Waited, Travels])
async def log(
    request: Request, caller: Reader, member_id: EntityId, page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """Every contact, the newest first. `counts`: whether the rules take it for having reached the member.

    `outcome`: reached, tried, told (word is under way), slip (taken back), aside (a silence was looked into).
    """
    card = await member_card(request, caller, member_id)
    here = rules(request, card["community"])
    kinds = counted(here)
    async with reading(request, caller) as db:
        found = await silence.log_of(db, member_id, size=page_size, token=page_token)
        reached = await silence.reached_on(db, member_id, kinds)
    items = [_line(one, kinds) for one in await lines_of(request, caller, found.items, kinds)]
    head = {"reached_on": reached, "clause": here.contact.reached.clause}
    return answered({**head, "items": items, "next_page_token": found.next_token})


def _line(one: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    own = {"contact_id": one["ref"].removeprefix("call:")} if one["ref"].startswith("call:") else {}
    counts = one["outcome"] == "reached" and one["kind"] in kinds
    return {**own, **{name: one[name] for name in _LINE}, "counts": counts}


@router.post("/members/{member_id}/contacts", status_code=201)
async def tried(request: Request, caller: Office, member_id: EntityId, command: TryContact) -> Response:
    """The office tried to reach the member: `outcome` reached, not_reached or wrong_number."""
    async with of_member(request, caller, member_id, "contact") as asked:
        contact_id, receipt = await contacts_of(request).tried(asked, member_id, command)
    return answered({"contact_id": contact_id, "facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/contacts/{contact_id}/take-back", status_code=201)
async def take_back(request: Request, caller: Office, member_id: EntityId, contact_id: EntityId) -> Response:
    """That was a slip; it stays in the log and counts no more."""
    async with of_member(request, caller, member_id, f"contact-taken-back/{contact_id}") as asked:
        receipt = await contacts_of(request).take_back(asked, member_id, TakeContactBack(contact=contact_id))
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/silence-aside", status_code=201)
async def set_aside(request: Request, caller: Office, member_id: EntityId, command: SetSilenceAside) -> Response:
    """A person looked into a long silence and does not find the contact lost; refused while it is not that long."""
    card = await member_card(request, caller, member_id)
    last = await last_contact(request, caller, card)
    async with of_member(request, caller, member_id, "silence-aside") as asked:
        receipt = await contacts_of(request).set_aside(asked, member_id, command, last)
    return answered({"facts": facts_of(receipt)}, 201)
