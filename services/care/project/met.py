"""When somebody of the community last met the person: at a meeting, at the door, in hospital, on the phone.

Facts of two services meet in one row, so each has columns of its own, and what the row says follows from both: it says
the same in whatever order they arrive. Of meetings the last two are kept, since the last may turn out to be a slip.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Date, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitMade, VisitWay
from events.facts.member import Attended
from events.facts.member_meeting import AttendanceTakenBack, Noted
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

ATTENDED: Final = "attended"

table = Table(
    "met",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("met_on", Date, nullable=False),
    Column("met_how", Text, nullable=False),
    Column("attended_on", Date),
    Column("attended_before", Date),
    Column("visited_on", Date),
    Column("visited_how", Text),
    Column("home_on", Date),
)

view = View("met", version=3, table=table, doc="When, and how, a person was last met.")


@view.on(Attended)
def _(row: Row | None, _fact: Attended, about: About) -> Row | None:
    row, day = _known(row), about.effective
    last, before = row["attended_on"], row["attended_before"]
    if last is None or day >= last:
        return _latest(row | {"attended_on": day, "attended_before": last})
    return _latest(row | {"attended_before": day if before is None else max(before, day)})


@view.on(AttendanceTakenBack)
def _(row: Row | None, fact: AttendanceTakenBack, about: About) -> Row | None:
    """Of two slips in a row it says too little rather than too much: that nobody is known to have met the person."""
    row, day = _known(row), about.effective
    if fact.was is not Noted.ATTENDED:
        return _latest(row)
    if day == row["attended_on"]:
        return _latest(row | {"attended_on": row["attended_before"], "attended_before": None})
    return _latest(row | ({"attended_before": None} if day == row["attended_before"] else {}))


@view.on(VisitMade)
def _(row: Row | None, fact: VisitMade, about: About) -> Row | None:
    row, made = _known(row), (about.effective, fact.way.value)
    if row["visited_on"] is None or made > (row["visited_on"], row["visited_how"]):
        row = row | {"visited_on": made[0], "visited_how": made[1]}
    if fact.way is VisitWay.HOME and (row["home_on"] or date.min) < about.effective:
        row = row | {"home_on": about.effective}
    return _latest(row)


def _known(row: Row | None) -> Row:
    return row or dict.fromkeys(("attended_on", "attended_before", "visited_on", "visited_how", "home_on"))


def _latest(row: Row) -> Row | None:
    """The row, saying the later of both; none if nobody is known to have met the person."""
    times = [(row["attended_on"], ATTENDED), (row["visited_on"], row["visited_how"])]
    last = max(((on, how) for on, how in times if on is not None), default=None)
    return None if last is None else row | {"met_on": last[0], "met_how": last[1]}


async def met(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """When (`met_on`) and how (`met_how`) the person was last met; None if never."""
    query = select(table.c.met_on, table.c.met_how).where(table.c.member_id.in_(person.records_of(member_id)))
    row = (await db.execute(query.order_by(table.c.met_on.desc()).limit(1))).one_or_none()
    return None if row is None else dict(row._mapping)
