"""A month of visits as a calendar: what was done on each day, what is set for it, what is due; printable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.care.pages import visitors, words
from services.care.pages.common import OFFICE, Carer, own_only, rules_by_row
from services.care.pages.rota_words import WEEKDAY
from services.care.project import month as project
from services.care.project import visit
from services.shell.i18n import speech
from services.shell.pages import page
from services.shell.reading import Waited, reading, within

router = APIRouter(include_in_schema=False)

IN_A_DAY_MAX: Final = 5
"""So many names fit into a day; the rest stands on the day's own list."""
WEEK: Final = timedelta(days=7)
TONE: Final = {visit.MADE: "done", visit.MISSED: "late"}


class MonthQuery(BaseModel):
    """Which month (`2026-11`), of which visitor and community; `day`: one day of it as a list."""

    month: str = Field(default="", pattern=r"^(\d{4}-(0[1-9]|1[0-2])|)$")
    day: date | None = None
    visitor: str = Field(default="", max_length=63)
    community: str = ""

    def first(self, today: date) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.month}-01") if self.month else (self.day or today).replace(day=1)


def after(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=32)).replace(day=1)


def tone_of(row: Mapping[str, Any], today: date) -> str:
    """Done, missed, late, or merely to come."""
    if row["stage"] != visit.OPEN:
        return TONE.get(row["stage"], "")
    return "late" if row["due_on"] < today else ("away" if row["set_for"] else "")


@router.get("/month", dependencies=[Waited])
async def show(request: Request, caller: Carer, asked: Annotated[MonthQuery, Query()]) -> Response:
    """The month, or one day of it. A visitor sees their own."""
    today, own = speech().today, own_only(caller)
    first = asked.first(today)
    last = after(first) - timedelta(days=1)
    visitor = own or asked.visitor
    span = (asked.day, asked.day) if asked.day else (first, last)
    async with reading(request, caller) as db:
        rows = await project.between(db, *span, visitor=visitor, community=within(caller, asked.community))
    known = await visitors.visitors(request, caller)
    days: dict[date, list[Any]] = defaultdict(list)
    for row in rows:
        days[row["on"]].append({**row, "tone": tone_of(row, today)})
    return await page(
        request,
        "month.html",
        day=asked.day,
        rows=days.get(asked.day, []) if asked.day else [],
        weeks=[] if asked.day else _weeks(first, last, days),
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=after(first),
        visitor="" if own else asked.visitor,
        choices=visitors.choices(known, asked.visitor) if caller.has(*OFFICE) else [],
        called=known.get(visitor, visitor),
        names=visitors.called(known, [row["visitor"] for row in rows]),
        count=len(rows),
        full=len(rows) == project.ROWS_MAX,
        shown_max=IN_A_DAY_MAX,
        words=words,
        policy=rules_by_row(request),
        made=visit.MADE,
        may_organise=caller.has(*OFFICE),
        weekday_words=WEEKDAY,
    )


def _weeks(first: date, last: date, days: Mapping[date, list[Any]]) -> list[list[tuple[date, bool, list[Any]]]]:
    """Weeks from Monday on: each day, whether it is of this month, and its rows."""
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        week = [monday + timedelta(days=number) for number in range(WEEK.days)]
        weeks.append([(each, first <= each <= last, days.get(each, [])) for each in week])
        monday += WEEK
    return weeks
