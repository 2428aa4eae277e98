"""The API of the branches' activity money (DOMAIN R20)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.log.command import Receipt
from services.registry.decide.funds import AllocateFunds, Because, CorrectSpending, SpendFunds
from services.registry.decide.funds_ledger import YearOfFunds
from services.registry.pages.as_of import Travels
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, Reader, Waited, reading
from services.registry.pages.funds_common import (
    Approver,
    YearAsked,
    at,
    given,
    payment_row,
    spending,
    spent,
    standing,
)
from services.registry.pages.plain import answered, fields_of
from services.shell.acting import facts_of
from services.shell.i18n import speech

router = APIRouter(prefix="/api/branches/{branch_id}/funds", tags=["funds"])


def year_json(year: YearOfFunds) -> dict[str, Any]:
    """One year: carried + allocated = spent + left; `free_fen` is what nobody waits for either."""
    told = {name: value for name, value in fields_of(year).items() if name != "lapsed_before_fen"}
    return {**told, "left_fen": year.left_fen, "free_fen": year.free_fen}


@router.get("", dependencies=[Waited, Travels])
async def show(request: Request, caller: Reader, branch_id: EntityId, year: YearAsked = None) -> Response:
    """A year (this one) of a branch: its sums, by purpose, and every line."""
    row = await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        found = await standing(request, db, row, year or speech().today.year)
    purposes = [{"called": name, "spent_fen": fen, "payments": times} for name, fen, times in found.by_purpose]
    lines = {"allocations": found.allocations, "spending": found.payments}
    return answered({"branch_id": branch_id, **year_json(found.year), "by_purpose": purposes, **lines})


@router.post("/allocate", status_code=201)
async def allocate(request: Request, caller: Office, branch_id: EntityId, command: AllocateFunds) -> Response:
    """The branch is given money for a year; by the head the amount follows from the rule, once a year."""
    row = await branch_row(request, caller, branch_id)
    allocation_id, receipt = await given(request, caller, row, command)
    return answered({"allocation_id": allocation_id, "facts": facts_of(receipt)}, 201)


@router.post("/allocations/{allocation_id}/take-back", status_code=201)
async def take_allocation_back(
    request: Request, caller: Office, branch_id: EntityId, allocation_id: EntityId, command: Because
) -> Response:
    """That money was never given."""
    row = await branch_row(request, caller, branch_id)
    async with at(request, caller, row, f"take-allocation-back/{allocation_id}") as asked:
        receipt = await spending(request).take_allocation_back(asked, branch_id, allocation_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/spend", status_code=201)
async def spend(request: Request, caller: Office, branch_id: EntityId, command: SpendFunds) -> Response:
    """Money was paid. `state`: `spent`, or `asked` where somebody else has to approve, by `clause`."""
    row = await branch_row(request, caller, branch_id)
    spending_id, receipt = await spent(request, caller, row, command)
    return answered({"spending_id": spending_id, **_state(receipt), "facts": facts_of(receipt)}, 201)


def _state(receipt: Receipt) -> dict[str, Any]:
    if not receipt.facts:
        return {}
    fact = receipt.facts[0].fact
    return {"state": fact.NAME.rpartition("_")[2], "clause": getattr(fact, "clause", "") or None}


@router.get("/{spending_id}", dependencies=[Waited, Travels])
async def one(request: Request, caller: Reader, branch_id: EntityId, spending_id: EntityId) -> Response:
    """One payment. `state`: spent, asked, refused, withdrawn, taken_back, replaced (by `replaced_by`)."""
    return answered(await payment_row(request, caller, branch_id, spending_id))


@router.post("/{spending_id}/correct", status_code=201)
async def correct(
    request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId, command: CorrectSpending
) -> Response:
    """The payment as it really was; `spending_id` in the answer is the one that holds, or will when it is approved."""
    row = await branch_row(request, caller, branch_id)
    new_id, receipt = await spent(request, caller, row, command, of=spending_id)
    return answered({"spending_id": new_id, **_state(receipt), "facts": facts_of(receipt)}, 201)


@router.post("/{spending_id}/approve", status_code=201)
async def approve(request: Request, caller: Approver, branch_id: EntityId, spending_id: EntityId) -> Response:
    """Somebody else than who asked approves: only now it is spent."""
    row = await branch_row(request, caller, branch_id)
    async with at(request, caller, row, f"approve-spending/{spending_id}") as asked:
        receipt = await spending(request).approve(asked, branch_id, spending_id)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{spending_id}/refuse", status_code=201)
async def refuse(
    request: Request, caller: Approver, branch_id: EntityId, spending_id: EntityId, command: Because
) -> Response:
    """It is not approved."""
    row = await branch_row(request, caller, branch_id)
    async with at(request, caller, row, f"refuse-spending/{spending_id}") as asked:
        receipt = await spending(request).drop(asked, branch_id, spending_id, command, withdrawn=False)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{spending_id}/withdraw", status_code=201)
async def withdraw(
    request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId, command: Because
) -> Response:
    """It is not asked for any longer."""
    row = await branch_row(request, caller, branch_id)
    async with at(request, caller, row, f"withdraw-spending/{spending_id}") as asked:
        receipt = await spending(request).drop(asked, branch_id, spending_id, command, withdrawn=True)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{spending_id}/take-back", status_code=201)
async def take_back(
    request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId, command: Because
) -> Response:
    """It was never paid, or the money came back."""
    row = await branch_row(request, caller, branch_id)
    async with at(request, caller, row, f"take-spending-back/{spending_id}") as asked:
        receipt = await spending(request).take_spending_back(asked, branch_id, spending_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
