"""What is to be done today, put together: one trip a building, calls apart, the most overdue first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fastapi import Request

from events.facts.care import VisitWay
from services.care.pages.common import SOON_DAYS, own_only
from services.care.project import visits
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.reading import reading

Row = Mapping[str, Any]


@dataclass
class Trip:
    """One way out: everything that can be done in one building. `due` is the day of its most urgent task."""

    place: str
    due: date
    tasks: list[Row] = field(default_factory=list)

    @property
    def households(self) -> int:
        """Doors to knock at."""
        return len({(row["room"], row["address"]) if row["address"] else row["member_id"] for row in self.tasks})

    @property
    def visitor(self) -> str:
        """Who goes to all of them; "" if they are several people's, or nobody's."""
        found = {row["visitor"] or "" for row in self.tasks}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """A day's work. `late` and `soon` count what is due, not what merely lies on the way."""

    trips: Sequence[Trip]
    calls: Sequence[Row]
    late: int
    soon: int

    @property
    def tasks(self) -> int:
        """Visits on all trips."""
        return sum(len(trip.tasks) for trip in self.trips)


async def agenda(request: Request, caller: Caller, community: str = "") -> Agenda:
    """What the caller may do today: all of the scope, or a visitor's own."""
    today = speech().today
    until = today + timedelta(days=SOON_DAYS)
    async with reading(request, caller) as db:
        rows = await visits.due_by(db, today, until, visitor=own_only(caller), community=community)
    return put_together(rows, today, until)


def put_together(rows: Sequence[Row], today: date, until: date) -> Agenda:
    """Trips by building, calls apart, from rows in the order of the days they are due; what is set for later last.

    What merely lies on the way is left out for those who are in hospital: nobody is at home.
    """
    trips: dict[tuple[str, str], Trip] = {}
    in_hospital = {row["member_id"] for row in rows if row["way"] == VisitWay.HOSPITAL}
    for row in rows:
        on_the_way = row["due_on"] > until
        if row["way"] != VisitWay.CALL and not (on_the_way and row["member_id"] in in_hospital):
            place = _place(row)
            trip = trips.setdefault((row["community"], place), Trip(place, row["due_on"]))
            trip.due = min(trip.due, row["due_on"])
            trip.tasks.append(row)
    due = [row for row in rows if row["due_on"] <= until]
    late = sum(row["due_on"] < today for row in due)
    calls = [row for row in rows if row["way"] == VisitWay.CALL]
    in_order = sorted(
        trips.values(), key=lambda trip: (all(later(row, today) for row in trip.tasks), trip.due, trip.place)
    )
    calls.sort(key=lambda row: later(row, today))
    return Agenda(in_order, calls, late, len(due) - late)


def later(row: Row, today: date) -> bool:
    """Whether somebody said that this is done on a day to come, and it is not late already."""
    set_for = row.get("set_for")
    return set_for is not None and set_for > today and row["due_on"] >= today


def _place(row: Row) -> str:
    """Which way to go: hospitals together (which one stays sealed), otherwise the building."""
    if row["way"] == VisitWay.HOSPITAL:
        return _("到医院看望")
    return row["building"] or row["address"] or _("住址未登记")
