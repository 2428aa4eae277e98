"""The API of changing many at once: freeze a selection, look at it, carry it out, offer the opposite."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from services.registry.bulk import Plan
from services.registry.pages import bulk_words as words
from services.registry.pages.bulk_plan import Choose, frozen, frozen_back
from services.registry.pages.bulk_work import CarryOut, Outcome, carried_out, changer, outcome_of, planned
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, PageSize, Waited, reading
from services.registry.pages.narrowed import Narrowing
from services.registry.pages.plain import answered
from services.registry.project import bulk
from services.shell.i18n import gettext as _
from services.shell.problems import Refusal

router = APIRouter(prefix="/api/bulk", tags=["bulk"])


@router.post("", status_code=201)
async def choose(request: Request, caller: Office, narrowed: Narrowing, choice: Annotated[Choose, Body()]) -> Response:
    """Freeze a selection: the members named, or with `which: all` whomever the address finds. Nothing is changed."""
    return answered(plan_json(await frozen(request, caller, narrowed, choice)), 201)


@router.get("", dependencies=[Waited])
async def changes(request: Request, caller: Office, page_token: str = "", page_size: PageSize = PAGE_SIZE) -> Response:
    """The changes that were carried out, newest first."""
    async with reading(request, caller) as db:
        found = await bulk.changes(db, size=page_size, token=page_token)
    watched = changer(request).watched
    items = []
    for row in found.items:
        work = watched.get(row["bulk_id"])
        stage = words.stage_of(row, running=work is not None and work.well)
        items.append(Outcome({**row, "undone_by": None}, stage, work).as_json())
    return answered({"items": items, "next_page_token": found.next_token})


@router.get("/{bulk_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, bulk_id: EntityId) -> Response:
    """A plan of the caller's own with everybody in it, or a change that was begun and how far it is."""
    plan = await planned(request, caller, bulk_id)
    if plan is not None and not plan.begun:
        return answered(plan_json(plan))
    return answered((await outcome_of(request, caller, bulk_id)).as_json())


@router.get("/{bulk_id}/people", dependencies=[Waited])
async def people(
    request: Request,
    caller: Office,
    bulk_id: EntityId,
    left_out: Annotated[bool, Query(description="Those it left out, and why.")] = False,
    page_token: str = "",
    page_size: PageSize = PAGE_SIZE,
) -> Response:
    """Whom a change changed from what to what, or whom it left out."""
    await outcome_of(request, caller, bulk_id)
    async with reading(request, caller) as db:
        found = await bulk.people_of(db, bulk_id, left_out=left_out, size=page_size, token=page_token)
    names = ("member_id", "name", "left_out") if left_out else ("member_id", "name", "before", "after")
    items = [{name: row[name] for name in names} for row in found.items]
    return answered({"items": items, "next_page_token": found.next_token})


@router.post("/{bulk_id}/commit", status_code=201)
async def commit(request: Request, caller: Office, bulk_id: EntityId, wish: Annotated[CarryOut, Body()]) -> Response:
    """Carry it out for exactly those in the plan, as they were then. Asked again, it is the same change."""
    plan = await planned(request, caller, bulk_id)
    if plan is not None:
        await carried_out(request, caller, plan, wish.reason)
    return answered((await outcome_of(request, caller, bulk_id)).as_json(), 201)


@router.post("/{bulk_id}/undo", status_code=201)
async def undo(request: Request, caller: Office, bulk_id: EntityId) -> Response:
    """Freeze the opposite for those who still are as the change left them. It is carried out like any other."""
    outcome = await outcome_of(request, caller, bulk_id)
    if outcome.stage != bulk.COMMITTED:
        raise Refusal("not_committed", _("这次更改还没有做完。"))
    return answered(plan_json(await frozen_back(request, caller, outcome.row)), 201)


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as the API gives it."""
    return {
        "bulk_id": plan.bulk_id,
        "stage": "planned",
        "community": plan.community,
        "field": plan.field,
        "to": plan.to,
        "undoes": plan.undoes,
        "people": [asdict(one) for one in plan.people],
        "left_out": [asdict(one) for one in plan.left_out],
    }
