"""Today: one trip a building, the calls to make, the sheet to take along; and what the home page shows of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from events.facts.care import SOON, VisitWay
from services.care.decide.plan import GREETED
from services.care.pages import sheet as paper
from services.care.pages import visitors, voice_home, words
from services.care.pages.common import CARERS, OFFICE, SOON_DAYS, Carer, own_only, rules_by_row
from services.care.pages.trips import Agenda, Row, agenda
from services.care.project import assistance, campaigns, certification, visits
from services.shell.i18n import speech
from services.shell.identity import Caller, public, requires
from services.shell.pages import fragment, page
from services.shell.pages.assets import script
from services.shell.reading import reading, within

router = APIRouter(include_in_schema=False)

Anybody = Annotated[Caller, Depends(requires())]
TRIPS_SHOWN, CALLS_SHOWN = 6, 6


def in_households(day: Agenda, policy: words.RulesOf) -> Agenda:
    """Who lives behind one door stands together, the door with the most urgent task first. What putting another visit
    of the same person on record does away with (`record_visit`) is marked `served`: nobody goes, or notes it, twice.
    """
    for trip in day.trips:
        doors: dict[Any, list[Row]] = {}
        for row in trip.tasks:
            door = (row["room"], row["address"]) if row["address"] else row["member_id"]
            doors.setdefault(door, []).append(row)
        trip.tasks = [row for rows in doors.values() for row in sorted(rows, key=lambda one: one["member_id"])]
        first: set[str] = set()
        for place, row in enumerate(trip.tasks):
            reasons = {row["reason"], *(one["reason"] for one in row["also"])}
            if row["way"] != VisitWay.HOME or not policy(row).together.visit_counts:
                continue
            if row["member_id"] in first and reasons.isdisjoint(SOON | GREETED):
                trip.tasks[place] = {**row, "served": True}
            first.add(row["member_id"])
    return day


async def _shown(request: Request, caller: Caller, day: Agenda) -> dict[str, Any]:
    """What the templates of a day need besides the day."""
    known = await visitors.visitors(request, caller)
    rows = [*(row for trip in day.trips for row in trip.tasks), *day.calls]
    names = visitors.called(known, [caller.name, *(row["visitor"] for row in rows)])
    return {
        "day": day,
        "names": names,
        "words": words,
        "policy": rules_by_row(request),
        "until": speech().today + timedelta(days=SOON_DAYS),
        "may_organise": caller.has(*OFFICE),
        "key": request.app.state.host.new_id(),
    }


@router.get("/worker.js", dependencies=[Depends(public("a script that holds nothing about anybody"))])
async def worker() -> Response:
    """What keeps the page of today on a phone (ADR 45)."""
    return script("keeper.js")


@router.get("/today")
async def today(request: Request, caller: Carer, community: str = "") -> Response:
    """Trips and calls; the most overdue first."""
    day = in_households(await agenda(request, caller, within(caller, community)), rules_by_row(request))
    rows = [row for trip in day.trips for row in trip.tasks]
    async with reading(request, caller) as db:
        also = await campaigns.waiting_of(db, [row["member_id"] for row in rows], speech().today)
    return await page(request, "care_today.html", also=also, **await _shown(request, caller, day))


@router.get("/today/sheet")
async def sheet(request: Request, caller: Carer, community: str = "") -> Response:
    """The same on paper, with room to write."""
    day = in_households(await agenda(request, caller, within(caller, community)), rules_by_row(request))
    known = await visitors.visitors(request, caller)
    names = visitors.called(known, [trip.visitor for trip in day.trips])
    whose = caller.display if own_only(caller) else ""
    return await paper.sheet(day, speech().today, names, rules_by_row(request), whose)


@router.get("/panels/today")
async def panel(request: Request, caller: Anybody) -> Response:
    """Care's part of the home page; nothing for those who give no care."""
    if not caller.has(*CARERS):
        return Response("", media_type="text/html")
    day = await agenda(request, caller)
    shown = await _shown(request, caller, day)
    shown["voice"] = await voice_home.waiting(request, caller)
    return fragment(request, "panel_today.html", trips=day.trips[:TRIPS_SHOWN], calls=day.calls[:CALLS_SHOWN], **shown)


@router.get("/panels/counts")
async def counts(request: Request, caller: Anybody) -> Response:
    """Figures for the navigation; `late` and `soon` are counted into the head of the home page."""
    raised = await voice_home.figures(request, caller)
    if not caller.has(*CARERS):
        return JSONResponse(raised)
    now = speech().today
    async with reading(request, caller) as db:
        found = await visits.figures(db, now, now + timedelta(days=SOON_DAYS), own_only(caller))
        turns = await certification.counts(db, certification.Wanted(visitor=own_only(caller)), now)
        asked = {"assistance": await assistance.waiting_count(db)} if caller.has(*OFFICE) else {}
    figures = {"visits": found["visits"] + found["calls"], "certifications": turns[certification.OVERDUE]}
    late = found["late"] + raised.pop("late", 0)
    return JSONResponse({**found, **asked, **figures, **raised, "late": late})
