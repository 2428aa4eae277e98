"""The API of dues that were paid or are owed: receipts and refunds, reductions, calls."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.dues_correct import (
    ApproveReduction,
    DecideReduction,
    DropReduction,
    EndWaiver,
    NoteDuesCall,
    RefundDues,
)
from services.registry.pages.as_of import Travels
from services.registry.pages.common import EntityId, Office, Reader, Waited, member_card, of_member, reading, within
from services.registry.pages.dues_common import Number, Paper, Superior, dues_desk, receipts_of
from services.registry.pages.plain import answered
from services.registry.project import dues_more
from services.shell.acting import facts_of

router = APIRouter(prefix="/api", tags=["dues"])


def receipt_json(paper: Paper) -> dict[str, Any]:
    """A receipt as the API gives it, with what was given back."""
    months = [
        {
            "month": line["month"],
            "paid_fen": line["paid_fen"],
            "clause": line["clause"],
            "refunded_on": line["refunded_on"],
            "refund_no": line["refund_no"],
        }
        for line in paper.lines
    ]
    plain = {name: getattr(paper, name) for name in ("member_id", "method", "payer", "taken_by")}
    return {"receipt_no": paper.number, "paid_on": paper.on, "total_fen": paper.fen, "months": months, **plain}


@router.get("/members/{member_id}/receipts", dependencies=[Waited, Travels])
async def receipts(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """A person's receipts, the newest first."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await receipts_of(db, member_id)
    return answered({"items": [receipt_json(one) for one in found]})


@router.post("/members/{member_id}/receipts/{number}/issue", status_code=201)
async def issue(request: Request, caller: Office, member_id: EntityId, number: Number) -> Response:
    """The paper is about to be printed; `copy`: it was printed before."""
    async with of_member(request, caller, member_id, f"issue-receipt/{number}") as asked:
        receipt = await dues_desk(request).issue(asked, member_id, number)
    return answered({"copy": not receipt.facts, "facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/receipts/{number}/refund", status_code=201)
async def refund(
    request: Request, caller: Office, member_id: EntityId, number: Number, command: RefundDues
) -> Response:
    """Money of a receipt is given back, under a number of its own; the months are owing again."""
    async with of_member(request, caller, member_id, f"refund-dues/{number}") as asked:
        refunded, receipt = await dues_desk(request).refund(asked, member_id, number, command)
    said = {"refund_no": refunded.refund_no, "amount_fen": refunded.amount.total_fen}
    return answered({**said, "facts": facts_of(receipt)}, 201)


@router.get("/members/{member_id}/reductions", dependencies=[Waited, Travels])
async def reductions(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Reductions of a member's dues. `state`: decided (by the branch), approved, refused, withdrawn."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await dues_more.reductions_of(db, member_id)
    return answered({"items": found})


@router.get("/dues/reductions", dependencies=[Waited])
async def waiting(request: Request, caller: Reader, community: str = "") -> Response:
    """What the branches decided and the superior committee has not answered."""
    async with reading(request, caller) as db:
        found = await dues_more.waiting(db, within(caller, community))
    return answered({"items": found})


@router.post("/members/{member_id}/reductions", status_code=201)
async def decide_reduction(request: Request, caller: Office, member_id: EntityId, command: DecideReduction) -> Response:
    """The branch decided that less is paid for some months. Nothing changes until it is approved."""
    async with of_member(request, caller, member_id, "reduce-dues") as asked:
        reduction_id, receipt = await dues_desk(request).decide_reduction(asked, member_id, command)
    return answered({"reduction_id": reduction_id, "facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/reductions/{reduction_id}/approve", status_code=201)
async def approve(
    request: Request, caller: Superior, member_id: EntityId, reduction_id: EntityId, command: ApproveReduction
) -> Response:
    """The superior committee approves: somebody else than who wrote down the branch's decision."""
    async with of_member(request, caller, member_id, f"approve-reduction/{reduction_id}") as asked:
        receipt = await dues_desk(request).approve(asked, member_id, reduction_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/reductions/{reduction_id}/refuse", status_code=201)
async def refuse(
    request: Request, caller: Superior, member_id: EntityId, reduction_id: EntityId, command: DropReduction
) -> Response:
    """The superior committee does not approve."""
    async with of_member(request, caller, member_id, f"refuse-reduction/{reduction_id}") as asked:
        receipt = await dues_desk(request).drop(asked, member_id, reduction_id, command, withdrawn=False)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/reductions/{reduction_id}/withdraw", status_code=201)
async def withdraw(
    request: Request, caller: Office, member_id: EntityId, reduction_id: EntityId, command: DropReduction
) -> Response:
    """The branch takes its decision back, while nobody has answered."""
    async with of_member(request, caller, member_id, f"withdraw-reduction/{reduction_id}") as asked:
        receipt = await dues_desk(request).drop(asked, member_id, reduction_id, command, withdrawn=True)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/reductions/{reduction_id}/end", status_code=201)
async def end(
    request: Request, caller: Office, member_id: EntityId, reduction_id: EntityId, command: EndWaiver
) -> Response:
    """An approved reduction ends with a month, or never held; what was due is reckoned again."""
    async with of_member(request, caller, member_id, f"end-waiver/{reduction_id}") as asked:
        receipt = await dues_desk(request).end_waiver(asked, member_id, reduction_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/dues-call", status_code=201)
async def note_call(request: Request, caller: Office, member_id: EntityId, command: NoteDuesCall) -> Response:
    """A friendly call about unpaid months was made. Nothing follows from it."""
    async with of_member(request, caller, member_id, "dues-call") as asked:
        receipt = await dues_desk(request).note_call(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
