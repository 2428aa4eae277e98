"""The API of absences: contact cards, letters of transfer, being in touch (DOMAIN R6)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.afar import FlagLost, Reestablish, ReportAfar
from services.registry.decide.contact_card import InspectCard, IssueCard, RevokeCard
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer, WithdrawTransfer
from services.registry.pages.as_of import Travels
from services.registry.pages.common import EntityId, Office, Reader, Waited, member_card, of_member, reading
from services.registry.pages.member_away import absences_of, last_contact_of
from services.registry.pages.plain import answered
from services.registry.project import contact_card
from services.shell.acting import facts_of

router = APIRouter(prefix="/api/members/{member_id}", tags=["away"])

_CARD = (
    "card_id", "number", "valid_from", "valid_until", "destination", "clause", "state", "ended_on", "why",
    "inspected_by", "written_there",
)  # fmt: skip


def _card_json(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in _CARD}


@router.get("/contact-cards", dependencies=[Waited, Travels])
async def cards(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Every card of the member, the newest first. `state`: issued, replaced, revoked, handed_in, lost."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        rows = await contact_card.of_member(db, member_id)
    return answered({"items": [_card_json(row) for row in rows], "next_page_token": ""})


@router.post("/contact-card", status_code=201)
async def issue(request: Request, caller: Office, member_id: EntityId, command: IssueCard) -> Response:
    """Give a card, or another in its place; until when and by which clause is the policy's."""
    async with of_member(request, caller, member_id, "issue-card") as asked:
        card_id, receipt = await absences_of(request).issue_card(asked, member_id, command)
    issued = receipt.facts[0].fact if receipt.facts else None
    more = {name: getattr(issued, name) for name in ("number", "valid_until", "clause")} if issued else {}
    return answered({"card_id": card_id, "facts": facts_of(receipt), **more}, 201)


@router.post("/contact-card/revoke", status_code=201)
async def revoke(request: Request, caller: Office, member_id: EntityId, command: RevokeCard) -> Response:
    """The card holds no more."""
    async with of_member(request, caller, member_id, "revoke-card") as asked:
        receipt = await absences_of(request).revoke_card(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/contact-card/inspect", status_code=201)
async def inspect(request: Request, caller: Office, member_id: EntityId, command: InspectCard) -> Response:
    """The card was looked at after the return."""
    async with of_member(request, caller, member_id, "inspect-card") as asked:
        receipt = await absences_of(request).inspect_card(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/transfer", status_code=201)
async def send(request: Request, caller: Office, member_id: EntityId, command: SendTransfer) -> Response:
    """A letter that moves the relation for a while; whoever sends stays responsible until it is received."""
    async with of_member(request, caller, member_id, "send-transfer") as asked:
        receipt = await absences_of(request).send_transfer(asked, member_id, command)
    sent = receipt.facts[0].fact if receipt.facts else None
    more = {name: getattr(sent, name) for name in ("letter_no", "valid_until", "clause")} if sent else {}
    return answered({"facts": facts_of(receipt), **more}, 201)


@router.post("/transfer/receive", status_code=201)
async def receive(request: Request, caller: Office, member_id: EntityId, command: ReceiveTransfer) -> Response:
    """The organisation there has the relation."""
    async with of_member(request, caller, member_id, "receive-transfer") as asked:
        receipt = await absences_of(request).receive_transfer(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/transfer/withdraw", status_code=201)
async def withdraw(request: Request, caller: Office, member_id: EntityId, command: WithdrawTransfer) -> Response:
    """The letter counts for nothing, and the absence is what it was before."""
    async with of_member(request, caller, member_id, "withdraw-transfer") as asked:
        receipt = await absences_of(request).withdraw_transfer(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/report-from-afar", status_code=201)
async def report(request: Request, caller: Office, member_id: EntityId, command: ReportAfar) -> Response:
    """The member told the branch how they are, from where they live."""
    async with of_member(request, caller, member_id, "report-from-afar") as asked:
        receipt = await absences_of(request).report(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/lost-contact", status_code=201)
async def flag_lost(request: Request, caller: Office, member_id: EntityId, command: FlagLost) -> Response:
    """A person looked into it and found the contact lost; refused while the clause's time is not over."""
    last = await last_contact_of(request, caller, member_id)
    async with of_member(request, caller, member_id, "lost-contact") as asked:
        receipt = await absences_of(request).flag_lost(asked, member_id, command, last)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/contact-reestablished", status_code=201)
async def reestablish(request: Request, caller: Office, member_id: EntityId, command: Reestablish) -> Response:
    """Somebody reached the member again."""
    async with of_member(request, caller, member_id, "contact-reestablished") as asked:
        receipt = await absences_of(request).reestablish(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
