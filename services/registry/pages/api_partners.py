"""The API of partner units, their offers and their pairings with branches."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.partner import (
    DescribePartner,
    EndPairing,
    LeavePartner,
    MakeOffer,
    PairPartner,
    RegisterPartner,
)
from services.registry.pages.branches import branch_row
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, PageSize, Reader, Waited, doing, reading
from services.registry.pages.partner_rows import Row, Wanted, left_by, partner_row, partners_of, stage_of, together
from services.registry.pages.plain import answered
from services.registry.project import partner
from services.shell.acting import facts_of
from services.shell.formats import mask_phone
from services.shell.i18n import speech

router = APIRouter(prefix="/api", tags=["partners"])


def partner_json(row: Row, offers: list[dict[str, Any]], paired: list[dict[str, Any]]) -> dict[str, Any]:
    """A unit as the API gives it; the phone of the person one asks for is masked, as members' are."""
    today = speech().today
    found = {name: value for name, value in row.items() if name != "seq"}
    found["contact_phone"] = mask_phone(row["contact_phone"]) if row["contact_phone"] else None
    names = ("offer_id", "kind", "what", "since", "until", "ended_on")
    return found | {
        "offers": [{name: one[name] for name in names} | {"stage": stage_of(one, today)} for one in offers],
        "branches": [
            {name: one[name] for name in ("branch_id", "branch", "since", "ended_on", "why_ended")} for one in paired
        ],
        "version": f"REGISTRY:{row['seq']}",
    }


@router.get("/partners", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, wanted: Wanted, page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """The units by name, with what they offer now or later. `q`: a word of their name, address or offers."""
    async with reading(request, caller) as db:
        found = await partner.partners(db, wanted, size=page_size, token=page_token)
        ids = [row["partner_id"] for row in found.items]
        offers = await partner.offers_of(db, ids, wanted.on)
        paired = await partner.pairings_of(db, partner_ids=ids) if ids else []
    items = [
        partner_json(row, offers[row["partner_id"]], [one for one in paired if one["partner_id"] == row["partner_id"]])
        for row in found.items
    ]
    return answered({"items": items, "next_page_token": found.next_token})


@router.post("/partners", status_code=201)
async def register(request: Request, caller: Office, command: RegisterPartner) -> Response:
    """A unit works together with a community from today on. The same name in the same community is the same unit."""
    async with doing(request, caller, command.community, "register-partner") as asked:
        partner_id, receipt = await partners_of(request).register(asked, command)
    return answered({"partner_id": partner_id, "facts": facts_of(receipt)}, 201)


@router.get("/partners/{partner_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, partner_id: EntityId) -> Response:
    """A unit with all it ever offered, and every branch it is or was paired with."""
    row = await partner_row(request, caller, partner_id)
    async with reading(request, caller) as db:
        offers = (await partner.offers_of(db, [partner_id]))[partner_id]
        paired = await partner.pairings_of(db, partner_ids=[partner_id], ended=True)
    return answered(partner_json(row, offers, paired), headers={"ETag": f'"REGISTRY:{row["seq"]}"'})


@router.post("/partners/{partner_id}/change", status_code=201)
async def change(request: Request, caller: Office, partner_id: EntityId, command: DescribePartner) -> Response:
    """All of this is so of the unit from today on."""
    row = await partner_row(request, caller, partner_id)
    async with doing(request, caller, row["community"], f"describe-partner/{partner_id}") as asked:
        receipt = await partners_of(request).describe(asked, partner_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/partners/{partner_id}/offers", status_code=201)
async def offer(request: Request, caller: Office, partner_id: EntityId, command: MakeOffer) -> Response:
    """The unit offers something. The same thing twice is one offer."""
    row = await partner_row(request, caller, partner_id)
    async with doing(request, caller, row["community"], f"offer/{partner_id}") as asked:
        offer_id, receipt = await partners_of(request).make_offer(asked, partner_id, command)
    return answered({"offer_id": offer_id, "facts": facts_of(receipt)}, 201)


@router.post("/partners/{partner_id}/offers/{offer_id}/end", status_code=201)
async def end_offer(request: Request, caller: Office, partner_id: EntityId, offer_id: EntityId) -> Response:
    """The unit offers that no more."""
    row = await partner_row(request, caller, partner_id)
    async with doing(request, caller, row["community"], f"end-offer/{partner_id}/{offer_id}") as asked:
        receipt = await partners_of(request).end_offer(asked, partner_id, offer_id)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/partners/{partner_id}/leave", status_code=201)
async def leave(request: Request, caller: Office, partner_id: EntityId, command: LeavePartner) -> Response:
    """The unit works together with the community no more; its pairings end in the same append."""
    row = await partner_row(request, caller, partner_id)
    return answered({"facts": facts_of(await left_by(request, caller, row, command))}, 201)


@router.post("/partners/{partner_id}/resume", status_code=201)
async def resume(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """The unit is back; its pairings are not."""
    row = await partner_row(request, caller, partner_id)
    async with doing(request, caller, row["community"], f"resume/{partner_id}") as asked:
        receipt = await partners_of(request).resume(asked, partner_id)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/branches/{branch_id}/pair", status_code=201)
async def pair(request: Request, caller: Office, branch_id: EntityId, command: PairPartner) -> Response:
    """The branch and a unit work together."""
    row = await branch_row(request, caller, branch_id)
    together(row, await partner_row(request, caller, command.partner))
    async with doing(request, caller, row["community"], f"pair/{branch_id}/{command.partner}") as asked:
        receipt = await partners_of(request).pair(asked, branch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/branches/{branch_id}/end-pairing", status_code=201)
async def end_pairing(request: Request, caller: Office, branch_id: EntityId, command: EndPairing) -> Response:
    """They do no more."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"end-pairing/{branch_id}/{command.partner}") as asked:
        receipt = await partners_of(request).end_pairing(asked, branch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
