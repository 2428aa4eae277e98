"""Care's API (CONTRACT.md, "HTTP"): illnesses, visits, what is to be done today, planning by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from events.log.project.keyset import PAGE_DEFAULT, PAGE_MAX
from services.care.decide.commands import AssignVisitor, CancelVisit, GradeHealth, Recover, ReportIllness
from services.care.pages.common import Carer, EntityId, Office, Secretary, care, doing, own_only, person_row, visit_row
from services.care.pages.trips import agenda
from services.care.project import visits
from services.care.project.visits import Wanted
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.problems import Forbidden
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(prefix="/api", tags=["care"])

STATES = f"^({'|'.join(visits.STATES)}|)$"


class VisitQuery(BaseModel):
    """Which visits are asked for. `on`: those in whose window the day lies; `visitor`: the name of an account."""

    member_id: str = Field(default="", max_length=64)
    state: str = Field(default="", pattern=STATES)
    on: date | None = None
    visitor: str = Field(default="", max_length=63)
    community: str = ""
    page_token: str = ""
    page_size: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX)


def visit_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A visit as the API gives it."""
    return {
        "visit_id": row["visit_id"],
        "member_id": row["member_id"],
        "name": row["name"],
        "community": row["community"],
        "building": row["building"],
        "state": row["state"],
        "reason": row["reason"],
        "way": row["way"],
        "start": row["start_on"],
        "due": row["due_on"],
        "end": row["end_on"],
        "overdue": row["state"] == visits.READY and row["due_on"] < speech().today,
        "clause": row["clause"],
        "also": row["also"],
        "because": row["because"] or None,
        "visitor": row["assigned"],
        "proposed_visitor": row["proposed"],
        "set_for": row["set_for"],
        "made_on": row["closed_on"] if row["state"] == visits.DONE else None,
        "by": row["made_by"],
        "closed_on": row["closed_on"],
        "why": row["why"],
        "answered": row["answers_seq"] is not None,
        "tries": row["tries"] or 0,
        "tried_on": row["tried_on"],
        "tried_why": row["tried_why"],
        "photos": [one["photo_id"] for one in row["photos"] or []],
    }


def _answer(status: int, body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(plain_json(body), status)


@router.post("/members/{member_id}/illnesses", status_code=201)
async def illnesses(request: Request, caller: Office, member_id: EntityId, command: ReportIllness) -> Response:
    """The member fell ill. A visit is planned at once, by how bad it is; `GET /visits?member_id=` shows it."""
    person = await person_row(request, caller, member_id)
    async with doing(request, caller, person["community"], f"illness/{member_id}") as asked:
        receipt = await care(request).report_illness(asked, member_id, command)
    return _answer(201, {"facts": facts_of(receipt)})


@router.post("/members/{member_id}/recovery", status_code=201)
async def recovery(request: Request, caller: Office, member_id: EntityId, command: Recover) -> Response:
    """The member is well again."""
    person = await person_row(request, caller, member_id)
    async with doing(request, caller, person["community"], f"recovery/{member_id}") as asked:
        receipt = await care(request).recover(asked, member_id, command)
    return _answer(201, {"facts": facts_of(receipt)})


@router.post("/members/{member_id}/health-grade", status_code=201)
async def grade_health(request: Request, caller: Office, member_id: EntityId, command: GradeHealth) -> Response:
    """Somebody looked how far the member manages by themselves; what was found stays sealed."""
    person = await person_row(request, caller, member_id)
    async with doing(request, caller, person["community"], f"health-grade/{member_id}") as asked:
        receipt = await care(request).grade_health(asked, member_id, command)
    return _answer(201, {"facts": facts_of(receipt)})


@router.get("/visits", dependencies=[Waited])
async def list_visits(request: Request, caller: Carer, q: Annotated[VisitQuery, Query()]) -> Response:
    """Visits and calls by the day they are due. A visitor sees their own."""
    own = own_only(caller)
    if own and q.visitor not in {"", own}:
        raise Forbidden(_("走访员只能看自己的走访。"))
    wanted = Wanted(q.member_id, q.state, q.on, own or q.visitor, within(caller, q.community))
    async with reading(request, caller) as db:
        page = await visits.page(db, wanted, speech().today, size=q.page_size, token=q.page_token)
    return _answer(200, {"items": [visit_json(row) for row in page.items], "next_page_token": page.next_token})


@router.get("/visits/{visit_id}", dependencies=[Waited])
async def one_visit(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """One visit."""
    return _answer(200, visit_json(await visit_row(request, caller, visit_id)))


@router.post("/visits/{visit_id}/assign", status_code=201)
async def assign(request: Request, caller: Office, visit_id: EntityId, command: AssignVisitor) -> Response:
    """This visitor (the name of an account) goes."""
    row = await visit_row(request, caller, visit_id)
    async with doing(request, caller, row["community"], f"assign/{visit_id}") as asked:
        receipt = await care(request).assign(asked, row["member_id"], visit_id, command)
    return _answer(201, {"facts": facts_of(receipt)})


@router.post("/visits/{visit_id}/cancel", status_code=201)
async def cancel(request: Request, caller: Office, visit_id: EntityId, command: CancelVisit) -> Response:
    """This visit is not needed; `reason` is put on record."""
    row = await visit_row(request, caller, visit_id)
    async with doing(request, caller, row["community"], f"cancel/{visit_id}") as asked:
        receipt = await care(request).cancel(asked, row["member_id"], visit_id, command)
    return _answer(201, {"facts": facts_of(receipt)})


@router.get("/today", dependencies=[Waited])
async def today(request: Request, caller: Carer, community: str = "") -> Response:
    """Trips by building with the tasks of each, and calls; the most overdue first."""
    day = await agenda(request, caller, within(caller, community))
    trips = [
        {
            "building": trip.place,
            "due": trip.due,
            "households": trip.households,
            "proposed_visitor": trip.visitor or None,
            "tasks": [visit_json(row) for row in trip.tasks],
        }
        for trip in day.trips
    ]
    calls = [visit_json(row) for row in day.calls]
    return _answer(200, {"on": speech().today, "late": day.late, "soon": day.soon, "trips": trips, "calls": calls})


@router.post("/plan", status_code=201)
async def plan(request: Request, caller: Secretary) -> Response:
    """Go through the calendar's rules for everybody of the scope now, instead of at the next full hour."""
    tally = await request.app.state.planner.walk(caller.scope, caller.name)
    figures = {"people": tally.people, "planned": tally.planned, "missed": tally.missed, "cancelled": tally.cancelled}
    return _answer(201, {"facts": [], **figures})
