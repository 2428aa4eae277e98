"""How care is going: what was due and whether it was done in time, who was met, how long it took; the visits behind.

Counted when asked. Everything that is counted can be listed by the same condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.sql import inside
from services.care.project import person, visit, visits

ON_TIME, LATE, MISSED, OPEN_LATE = "on_time", "late", "missed", "open_late"
DUE, MADE, NOT_IN_TIME = "due", "made", "not_in_time"
WHATS: Final = (DUE, ON_TIME, LATE, MISSED, OPEN_LATE, NOT_IN_TIME, MADE)
"""What can be counted: all that was due; of it done by its day, done later, missed, still open, any of these last
three;
all that was done."""
BANDS: Final = ("under_70", "seventy", "eighty", "ninety", "unknown")
"""By age: under 70, 70 to 79, 80 to 89, 90 and older; the day of birth is not known."""
ROWS_MAX: Final = 500

_v, _p = visit.table.c, person.table.c
_OF: Final = visit.table.outerjoin(person.table, _p.member_id == _v.member_id)


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included, as of `today`; what is due later than today is not counted yet."""

    first: date
    last: date
    today: date
    community: str = ""
    visitor: str = ""

    @property
    def due_by(self) -> date:
        """The last day by which something was due."""
        return min(self.last, self.today)


def _is(what: str, span: Span) -> ColumnElement[bool]:
    """The condition of one figure, on the day it is counted by."""
    due = _v.due_on.between(span.first, span.due_by)
    match what:
        case "on_time":
            return and_(due, _v.stage == visit.MADE, _v.closed_on <= _v.due_on)
        case "late":
            return and_(due, _v.stage == visit.MADE, _v.closed_on > _v.due_on)
        case "missed":
            return and_(due, _v.stage == visit.MISSED)
        case "open_late":
            return and_(due, _v.stage == visit.OPEN, _v.due_on < span.today)
        case "made":
            return and_(_v.stage == visit.MADE, _v.closed_on.between(span.first, span.last))
        case "not_in_time":
            return or_(*(_is(one, span) for one in (LATE, MISSED, OPEN_LATE)))
        case _:
            return or_(*(_is(one, span) for one in (ON_TIME, NOT_IN_TIME)))


def _band(span: Span) -> ColumnElement[str]:
    age = func.date_part("year", func.age(span.due_by, _p.birth))
    return case(
        (_p.birth.is_(None), "unknown"),
        (age < 70, "under_70"),
        (age < 80, "seventy"),
        (age < 90, "eighty"),
        else_="ninety",
    )


async def counted(db: AsyncConnection, span: Span) -> list[Mapping[str, Any]]:
    """By `branch_id`, `band`, `way` and `visitor`: how many of each of `WHATS`."""
    band = _band(span).label("band")
    who = visits.visitor_of.label("visitor")
    counts = [func.count().filter(_is(what, span)).label(what) for what in WHATS]
    query = (
        select(_p.branch_id, band, _v.way, who, *counts)
        .select_from(_OF)
        .where(or_(_is(DUE, span), _is(MADE, span)), *_wanted(span))
        .group_by(_p.branch_id, band, _v.way, who)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def covered(db: AsyncConnection, span: Span) -> list[Mapping[str, Any]]:
    """By `branch_id` and `band`: how many `people` are on the roll, and how many of them were `met` in that time."""
    band = _band(span).label("band")
    query = (
        select(_p.branch_id, band, func.count().label("people"), func.count().filter(_met(span)).label("met"))
        .where(_p.state == person.ON_ROLL, inside(_p.community, span.community))
        .group_by(_p.branch_id, band)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


def _met(span: Span) -> ColumnElement[bool]:
    those = select(_v.member_id).where(_is(MADE, span))
    return _p.member_id.in_(those)


def _wanted(span: Span) -> list[ColumnElement[bool]]:
    found = [inside(_v.community, span.community)]
    if span.visitor:
        found.append(visits.visitor_of == span.visitor)
    return found


@dataclass(frozen=True, slots=True)
class Cell:
    """Which part of a figure: a branch, an age band; "" is all of them."""

    branch: str = ""
    band: str = ""


def _in_cell(query: Select[Any], span: Span, cell: Cell) -> Select[Any]:
    if cell.branch:
        query = query.where(_p.branch_id == cell.branch if cell.branch != "none" else _p.branch_id.is_(None))
    return query.where(_band(span) == cell.band) if cell.band else query


async def behind(db: AsyncConnection, span: Span, what: str, cell: Cell) -> list[Mapping[str, Any]]:
    """The visits that a figure counts, by the day they were due; at most `ROWS_MAX`."""
    query = (
        select(
            _v.visit_id,
            _v.member_id,
            _v.reason,
            _v.also,
            _v.way,
            _v.stage,
            _v.start_on,
            _v.due_on,
            _v.closed_on,
            visits.visitor_of.label("visitor"),
            _p.name,
            _p.birth,
            _p.lives_alone,
            visits.place_of,
        )
        .select_from(_OF)
        .where(_is(what, span), *_wanted(span))
        .order_by(_v.due_on, _v.visit_id)
        .limit(ROWS_MAX)
    )
    return [dict(row._mapping) for row in await db.execute(_in_cell(query, span, cell))]


async def not_met(db: AsyncConnection, span: Span, cell: Cell) -> list[Mapping[str, Any]]:
    """The people on the roll whom nobody met in that time, by name; at most `ROWS_MAX`."""
    query = (
        select(_p.member_id, _p.name, _p.birth, _p.lives_alone, _p.building, _p.away_to, _p.away_since)
        .where(_p.state == person.ON_ROLL, inside(_p.community, span.community), ~_met(span))
        .order_by(_p.pinyin, _p.member_id)
        .limit(ROWS_MAX)
    )
    return [dict(row._mapping) for row in await db.execute(_in_cell(query, span, cell))]
