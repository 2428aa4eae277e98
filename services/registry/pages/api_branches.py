"""The API of branches: forming one, what it is called, who belongs to it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.registry.decide.branch import FormBranch, RenameBranch
from services.registry.pages.advice import advice_of
from services.registry.pages.as_of import Travels
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, Reader, Waited, doing, reading, registry
from services.registry.pages.history import fact_json
from services.registry.pages.plain import answered
from services.registry.project import belonging, committee, history
from services.shell.acting import facts_of
from services.shell.i18n import speech

router = APIRouter(prefix="/api/branches", tags=["branches"])

HISTORY = 200
"""Facts of a branch that are shown, newest first."""


@router.post("", status_code=201)
async def form(request: Request, caller: Office, command: Annotated[FormBranch, Body()]) -> Response:
    """A branch begins. The same name in the same community is the same branch."""
    async with doing(request, caller, command.community, "form-branch") as asked:
        branch_id, receipt = await registry(request).form_branch(asked, command)
    return answered({"branch_id": branch_id, "facts": facts_of(receipt)}, 201)


@router.get("/{branch_id}", dependencies=[Waited, Travels])
async def show(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """A branch, its members, and what to think about at its size, with the clause."""
    row = await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        people = await belonging.people(db, branch_id, speech().today)
        led = await committee.led(db, branch_id, speech().today)
    advice = [
        {"code": one.code, "text": one.text, "clause": one.clause}
        for one in advice_of(request, row["community"], people, led=led)
    ]
    body = branch_json(row) | {"members": [member_json(one) for one in people], "advice": advice}
    return answered(body, headers={"ETag": f'"REGISTRY:{row["seq"]}"'})


def branch_json(row: Any) -> dict[str, Any]:
    """A branch as the API gives it."""
    return {name: value for name, value in row.items() if name != "seq"} | {"version": f"REGISTRY:{row['seq']}"}


def member_json(one: Any) -> dict[str, Any]:
    """One of its members, no more than is needed to find the card."""
    return {name: one[name] for name in ("member_id", "name", "state", "group_id")}


@router.get("/{branch_id}/history", dependencies=[Waited, Travels])
async def told(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """The branch's facts, newest first."""
    await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        found = await history.newest(db, branch_id, stream="branch", limit=HISTORY)
    items = [fact_json(one) for one in await registry(request).opened(found.messages, sealed=False)]
    return answered({"items": items, "next_page_token": "", "count": found.count})


@router.post("/{branch_id}/rename", status_code=201)
async def rename(request: Request, caller: Office, branch_id: EntityId, command: RenameBranch) -> Response:
    """The branch is called otherwise from a day on."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"rename-branch/{branch_id}") as asked:
        receipt = await registry(request).rename_branch(asked, branch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
