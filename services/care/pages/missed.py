"""What nobody did, and whose matter it is by now: the visitor's, the secretary's, the street's (DOMAIN R13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from services.care.decide.commands import ExplainMissed
from services.care.decide.missed import Level, level_on
from services.care.pages import visitors, words
from services.care.pages.common import OFFICE, EntityId, Office, care, doing, read_form, rules, rules_by_row, visit_row
from services.care.pages.forms import or_again
from services.care.pages.visit import shown as visit_page
from services.care.project import missed, visit
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.pages import done, page
from services.shell.reading import Waited, plain_json, reading, show_own_write, within

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])

Answerable = Annotated[Caller, Depends(requires(*OFFICE, Role.SUPERVISOR))]
YEAR: Final = timedelta(days=365)


def _level(request: Request, row: Mapping[str, Any], today: date) -> Level:
    """Whose matter it is; what was missed on its very last day is the visitor's until tomorrow."""
    return level_on(row["due_on"], today, rules(request, row["community"]).missed) or Level.VISITOR


@router.get("/missed", dependencies=[Waited])
async def list_missed(request: Request, caller: Answerable, level: str = "", community: str = "") -> Response:
    """For the office, visit by visit; for the street, community by community and nobody's name."""
    place = within(caller, community)
    if not caller.has(*OFFICE):
        return await _for_the_street(request, caller, place)
    today = speech().today
    async with reading(request, caller) as db:
        rows = await missed.waiting(db, today, place)
        why = await missed.explained(db, today - YEAR, place)
    rows = [{**row, "level": _level(request, row, today)} for row in rows]
    counts = Counter(row["level"] for row in rows)
    known = await visitors.visitors(request, caller)
    return await page(
        request,
        "missed.html",
        rows=[row for row in rows if level in ("", row["level"])],
        filters=[
            (_("全部"), "/care/missed", len(rows), not level),
            *(
                (words.word(words.LEVEL, one), f"/care/missed?level={one}", counts[one], level == one)
                for one in reversed(Level)
            ),
        ],
        why=sorted(why.items(), key=lambda item: -item[1]),
        names=visitors.called(known, [row["visitor"] for row in rows]),
        words=words,
        policy=rules_by_row(request),
        missed=visit.MISSED,
    )


async def _for_the_street(request: Request, caller: Caller, place: str) -> Response:
    rows, rule = await _by_community(request, caller, place), rules(request, place).missed
    return await page(request, "missed_street.html", rows=rows, rule=rule, clause=rules(request, place).clauses)


async def _by_community(request: Request, caller: Caller, place: str) -> Sequence[Mapping[str, Any]]:
    today = speech().today
    climbed = today - timedelta(days=rules(request, place).missed.street_days)
    async with reading(request, caller) as db:
        return await missed.by_community(db, today, climbed, place)


@router.post("/visits/{visit_id}/explain")
async def explain(request: Request, caller: Office, visit_id: EntityId) -> Response:
    """Why nobody went in time."""
    form = await request.form()

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        command = read_form(ExplainMissed, form, ("why", "note"))
        async with doing(request, caller, row["community"], f"explain/{visit_id}", form) as asked:
            receipt = await care(request).explain_missed(asked, row["member_id"], visit_id, command)
        await show_own_write(request, receipt)
        return done(request, "/care/missed", _("已记下没有去成的原因。去成了随时可以补记。"))

    return await or_again(work(), form, lambda again: visit_page(request, caller, visit_id, again))


@api.get("/missed", dependencies=[Waited])
async def missed_json(request: Request, caller: Answerable, community: str = "") -> Response:
    """Late and unexplained visits with `level`: whose matter each is today. To the street: how many in each community,
    and nobody's name.
    """
    today = speech().today
    if not caller.has(*OFFICE):
        rows = await _by_community(request, caller, within(caller, community))
        return JSONResponse(plain_json({"communities": rows}))
    async with reading(request, caller) as db:
        rows = await missed.waiting(db, today, within(caller, community))
    items = [
        {
            "visit_id": row["visit_id"],
            "member_id": row["member_id"],
            "community": row["community"],
            "state": "missed" if row["stage"] == visit.MISSED else "overdue",
            "reason": row["reason"],
            "due": row["due_on"],
            "late_days": (today - row["due_on"]).days,
            "level": _level(request, row, today),
            "clause": rules(request, row["community"]).missed.clause,
        }
        for row in rows
    ]
    return JSONResponse(plain_json({"items": items}))


@api.post("/visits/{visit_id}/explain", status_code=201)
async def explain_json(request: Request, caller: Office, visit_id: EntityId, command: ExplainMissed) -> Response:
    """Why nobody went in time; the visit stays missed."""
    row = await visit_row(request, caller, visit_id)
    async with doing(request, caller, row["community"], f"explain/{visit_id}") as asked:
        receipt = await care(request).explain_missed(asked, row["member_id"], visit_id, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)
