"""Assistance over the API: asked for, approved, paid, signed for, taken back (DOMAIN R15). Amounts are integer fen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from events.log.command import Receipt
from services.care.decide.assistance_commands import (
    AcknowledgeAssistance,
    ApproveAssistance,
    CorrectAssistance,
    DeclineAssistance,
    PayAssistance,
    RequestAssistance,
    UndoAssistance,
    WithdrawAssistance,
)
from services.care.pages.assistance import in_state, listed
from services.care.pages.assistance_case import may_undo
from services.care.pages.assistance_common import Decider, Seer, assistance_row, assisting, may_see, told
from services.care.pages.common import Carer, EntityId, Office, doing, person_row
from services.care.pages.reveal import Reveal
from services.care.pages.support_reveal import assistance_seen
from services.care.project import assistance
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import Forbidden
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(prefix="/api", tags=["assistance"])


def assistance_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """An assistance as the API gives it; `state` is one of `Progress`."""
    plain = (
        "assistance_id", "member_id", "name", "community", "kind", "clause", "proposed_on", "requested_on",
        "requested_by", "evidence", "endorsed_on", "endorsed_by", "approved_on", "approved_by", "approved_fen",
        "paid_fen", "outstanding_fen", "payments", "acknowledged_on", "acknowledged_by", "closed_on",
    )  # fmt: skip
    return {
        **{name: row[name] for name in plain},
        "amount_fen": row["asked_fen"],
        "state": row["progress"].value,
        "due": row["due"],
        "overdue": row["late"],
    }


def _done(receipt: Receipt, **more: Any) -> JSONResponse:
    return JSONResponse(plain_json({**more, "facts": facts_of(receipt)}), 201)


@router.get("/assistance", dependencies=[Waited])
async def list_json(
    request: Request,
    caller: Seer,
    state: Annotated[str, Query(pattern="^(open|pay|sign|done|late|)$")] = "",
    community: str = "",
    member_id: Annotated[str, Query(max_length=64)] = "",
) -> JSONResponse:
    """What is open and what was asked for this year; with `member_id`, all of that person."""
    place = within(caller, community)
    if member_id:
        async with reading(request, caller) as db:
            found = await assistance.of_member(db, member_id)
        rows = [told(request, row) for row in found if may_see(caller, row)]
    else:
        rows = await listed(request, caller, place)
    return JSONResponse(plain_json({"items": [assistance_json(row) for row in rows if in_state(row, state)]}))


@router.get("/assistance/{assistance_id}", dependencies=[Waited])
async def one_json(request: Request, caller: Seer, assistance_id: EntityId) -> JSONResponse:
    """One of them."""
    return JSONResponse(plain_json(assistance_json(await assistance_row(request, caller, assistance_id))))


@router.post("/members/{member_id}/assistance", status_code=201)
async def request_json(
    request: Request, caller: Office, member_id: EntityId, command: RequestAssistance
) -> JSONResponse:
    """Help is asked for, within the ceilings of its year."""
    person = await person_row(request, caller, member_id)
    async with doing(request, caller, person["community"], f"request-assistance/{member_id}") as asked:
        assistance_id, receipt = await assisting(request).request(asked, member_id, command)
    return _done(receipt, assistance_id=assistance_id)


@router.post("/assistance/{assistance_id}/correct", status_code=201)
async def correct_json(
    request: Request, caller: Office, assistance_id: EntityId, command: CorrectAssistance
) -> JSONResponse:
    """What is asked for was put down otherwise; whoever agreed already must look again."""
    return await _deed(request, caller, assistance_id, "correct-assistance", command, assisting(request).correct)


@router.post("/assistance/{assistance_id}/approve", status_code=201)
async def approve_json(
    request: Request, caller: Decider, assistance_id: EntityId, command: ApproveAssistance
) -> JSONResponse:
    """An account agrees; not the one that asked, and of a large amount two."""
    return await _deed(request, caller, assistance_id, "approve-assistance", command, assisting(request).approve)


@router.post("/assistance/{assistance_id}/decline", status_code=201)
async def decline_json(
    request: Request, caller: Decider, assistance_id: EntityId, command: DeclineAssistance
) -> JSONResponse:
    """It is not given."""
    return await _deed(request, caller, assistance_id, "decline-assistance", command, assisting(request).decline)


@router.post("/assistance/{assistance_id}/withdraw", status_code=201)
async def withdraw_json(
    request: Request, caller: Office, assistance_id: EntityId, command: WithdrawAssistance
) -> JSONResponse:
    """It is not asked for any more."""
    return await _deed(request, caller, assistance_id, "withdraw-assistance", command, assisting(request).withdraw)


@router.post("/assistance/{assistance_id}/pay", status_code=201)
async def pay_json(request: Request, caller: Office, assistance_id: EntityId, command: PayAssistance) -> JSONResponse:
    """It came to the member, all of it or a part."""
    return await _deed(request, caller, assistance_id, "pay-assistance", command, assisting(request).pay)


@router.post("/assistance/{assistance_id}/acknowledge", status_code=201)
async def acknowledge_json(
    request: Request, caller: Office, assistance_id: EntityId, command: AcknowledgeAssistance
) -> JSONResponse:
    """Somebody signed for it."""
    act = assisting(request).acknowledge
    return await _deed(request, caller, assistance_id, "acknowledge-assistance", command, act)


@router.post("/assistance/{assistance_id}/undo", status_code=201)
async def undo_json(request: Request, caller: Seer, assistance_id: EntityId, command: UndoAssistance) -> JSONResponse:
    """A step was a slip; a decision is taken back by those who decide."""
    if not may_undo(caller, command.step):
        raise Forbidden(_("这一步由书记或者上级撤销。"))
    return await _deed(request, caller, assistance_id, "undo-assistance", command, assisting(request).undo)


@router.post("/assistance/{assistance_id}/reveal", status_code=201)
async def reveal_json(request: Request, caller: Carer, assistance_id: EntityId, command: Reveal) -> JSONResponse:
    """Why it was asked for, after it was written down who reads it."""
    seen = await assistance_seen(request, caller, assistance_id, command)
    return _done(seen.receipt, **seen.values)


async def _deed(
    request: Request, caller: Caller, assistance_id: str, name: str, command: Any, act: Any
) -> JSONResponse:
    row = await assistance_row(request, caller, assistance_id)
    async with doing(request, caller, row["community"], f"{name}/{assistance_id}") as asked:
        receipt = await act(asked, row["member_id"], assistance_id, command)
    return _done(receipt)
