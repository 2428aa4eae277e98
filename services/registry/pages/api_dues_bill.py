"""The API of bank and WeChat bills: send one, see what may belong to what, confirm a row or let it go (DOMAIN R10)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.bill import Payment, Proposal
from services.registry.pages.common import EntityId, Office, Waited, rules, show_own_write
from services.registry.pages.dues_bill import Compared, TakeRow, compared, row_released, row_taken, taken_in
from services.registry.pages.plain import answered
from services.shell.acting import facts_of

router = APIRouter(prefix="/api/dues/bills", tags=["dues"])

_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": ".csv, .xlsx or .xls"},
                        "community": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=201, openapi_extra=_BODY)
async def send(request: Request, caller: Office) -> Response:
    """Send a bill; it is kept for a day, and nothing is written down by that. The answer is what GET gives."""
    kept = await taken_in(request, caller)
    return answered(_bill_json(request, await compared(request, caller, kept.upload_id)), 201)


@router.get("/{bill_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, bill_id: EntityId) -> Response:
    """The rows beside the receipts. `found`: confirmed, sure, perhaps, new (a member's name, no receipt), unknown;
    `receipts_without_row` are receipts by transfer of these days that no row belongs to.
    """
    return answered(_bill_json(request, await compared(request, caller, bill_id)))


@router.post("/{bill_id}/rows", status_code=201)
async def take(request: Request, caller: Office, bill_id: EntityId, command: TakeRow) -> Response:
    """A row is the money of `receipt_no`, or becomes a payment of `member_id` for `months`. What the row says comes
    from the file.
    """
    receipt = await row_taken(request, caller, bill_id, command)
    await show_own_write(request, receipt)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{bill_id}/rows/{number}/release", status_code=201)
async def release(request: Request, caller: Office, bill_id: EntityId, number: int) -> Response:
    """A row is not that receipt's after all; the receipt stays."""
    receipt = await row_released(request, caller, bill_id, number)
    await show_own_write(request, receipt)
    return answered({"facts": facts_of(receipt)}, 201)


def _bill_json(request: Request, found: Compared) -> dict[str, Any]:
    rule = rules(request, found.upload.community).dues.bill
    return {
        "bill_id": found.upload.upload_id,
        "filename": found.upload.filename,
        "community": found.upload.community,
        "rows": [_row_json(found, one) for one in found.proposals],
        "unreadable_rows": list(found.bill.unreadable),
        "receipts_without_row": [_payment_json(one) for one in found.unmatched],
        "days_apart": rule.days_apart,
        "clause": rule.clause,
    }


def _row_json(found: Compared, one: Proposal) -> dict[str, Any]:
    line = found.line(one)
    members = [
        {"member_id": who.member_id, "name": who.name, "months": list(months)} for who, months in one.members
    ]  # fmt: skip
    return {
        "row": line.number,
        "on": line.on,
        "amount_fen": line.fen,
        "payer": line.payer,
        "remark": line.remark,
        "found": one.found,
        "receipt_no": one.receipt_no or None,
        "receipts": [_payment_json(each) for each in one.payments],
        "members": members,
    }


def _payment_json(one: Payment) -> dict[str, Any]:
    return {
        "receipt_no": one.receipt_no,
        "member_id": one.member_id,
        "name": one.name,
        "payer": one.payer or None,
        "on": one.on,
        "amount_fen": one.fen,
        "taken_fen": one.taken_fen,
    }
