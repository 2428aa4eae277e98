"""A month of visits, on the day they were made, are set for, or are due; and buildings with what waits there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitWay
from events.log.project.sql import inside
from services.care.project import person, visit, visits

ROWS_MAX: Final = 4_000
_v, _p = visit.table.c, person.table.c
_OF: Final = visit.table.outerjoin(person.table, _p.member_id == _v.member_id)
_DAY: Final = case((_v.stage.in_([visit.MADE, visit.MISSED]), _v.closed_on), else_=func.coalesce(_v.set_for, _v.due_on))


async def between(
    db: AsyncConnection, first: date, last: date, *, visitor: str = "", community: str = ""
) -> list[Mapping[str, Any]]:
    """What falls on these days, by day; what was cancelled does not. At most `ROWS_MAX`."""
    wanted: list[ColumnElement[bool]] = [
        _v.stage != visit.CANCELLED,
        or_(_v.stage != visit.OPEN, _p.state == person.ON_ROLL),
        _DAY.between(first, last),
        inside(_v.community, community),
    ]
    if visitor:
        wanted.append(visits.visitor_of == visitor)
    query = (
        select(
            _DAY.label("on"),
            _v.visit_id,
            _v.member_id,
            _v.stage,
            _v.way,
            _v.reason,
            _v.also,
            _v.start_on,
            _v.due_on,
            _v.set_for,
            visits.visitor_of.label("visitor"),
            visits.place_of,
            _p.name,
            _p.birth,
            _p.lives_alone,
            _p.building,
        )
        .select_from(_OF)
        .where(*wanted)
        .order_by(_DAY, _v.way == VisitWay.CALL.value, _p.building, _v.visit_id)
        .limit(ROWS_MAX)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


DONE_DAYS: Final = 30


async def buildings(db: AsyncConnection, today: date, until: date, community: str = "") -> list[Mapping[str, Any]]:
    """Of every building in which somebody on the roll lives: `people`, how many of them live `alone`, visits that are
    `late`, those `due` by `until`, those `done` in the last 30 days.
    """
    open_now = and_(_v.stage == visit.OPEN, _v.start_on <= today, _v.way == VisitWay.HOME.value)
    home = (
        select(
            _v.member_id,
            func.count().filter(and_(open_now, _v.due_on < today)).label("late"),
            func.count().filter(and_(open_now, _v.due_on.between(today, until))).label("due"),
            func.count()
            .filter(
                and_(
                    _v.stage == visit.MADE,
                    _v.way == VisitWay.HOME.value,
                    _v.closed_on > today - timedelta(days=DONE_DAYS),
                )
            )
            .label("done"),
        )
        .where(inside(_v.community, community))
        .group_by(_v.member_id)
        .subquery()
    )
    query = (
        select(
            _p.building,
            func.count().label("people"),
            func.count().filter(_p.lives_alone).label("alone"),
            *(func.coalesce(func.sum(home.c[name]), 0).label(name) for name in ("late", "due", "done")),
        )
        .select_from(person.table.outerjoin(home, home.c.member_id == _p.member_id))
        .where(_p.state == person.ON_ROLL, _p.building.is_not(None), inside(_p.community, community))
        .group_by(_p.building)
        .order_by(_p.building)
        .limit(ROWS_MAX)
    )
    return [
        {name: int(value) if name in ("late", "due", "done") else value for name, value in row._mapping.items()}
        for row in await db.execute(query)
    ]


async def residents(db: AsyncConnection, building: str, community: str = "") -> list[Mapping[str, Any]]:
    """Who lives there, by room."""
    query = (
        select(_p.member_id, _p.name, _p.birth, _p.lives_alone, _p.room, _p.away_since, _p.away_to)
        .where(_p.state == person.ON_ROLL, _p.building == building, inside(_p.community, community))
        .order_by(_p.room, _p.member_id)
        .limit(ROWS_MAX)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def waiting_for(db: AsyncConnection, member_ids: list[str], today: date) -> list[Mapping[str, Any]]:
    """The open home visits of these people whose time has begun, by the day they are due."""
    query = (
        select(
            _v.visit_id,
            _v.member_id,
            _v.reason,
            _v.also,
            _v.way,
            _v.start_on,
            _v.due_on,
            visits.visitor_of.label("visitor"),
            visits.place_of,
        )
        .where(_v.member_id.in_(member_ids), _v.stage == visit.OPEN, _v.start_on <= today)
        .order_by(_v.due_on, _v.visit_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
