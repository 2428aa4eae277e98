"""What the visit pages ask: lists by state, person, day and visitor; and what is to be done today, by building."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import SOON, VisitWay
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.care.project import met, person, visit

DRAFT, READY, DONE, MISSED, CANCELLED = "draft", "ready", "done", "missed", "cancelled"
STATES: Final = (DRAFT, READY, DONE, MISSED, CANCELLED)
"""Planned for later, to be done now, done, nobody went in time, not needed any more."""
ROWS_TODAY_MAX: Final = 60
"""More than anybody does in a day; the rest waits in the list."""
WEEK_ROWS_MAX: Final = 10_000

_v, _p = visit.table.c, person.table.c
_planned_for = person.table.alias("planned_for")
"""The record that a visit was planned for; `_p` is the one that stands for the person."""
visitor_of = func.coalesce(_v.made_by, _v.assigned, _v.proposed)
"""Whose visit it is: whoever went; before that whoever was told to, or usually does."""
place_of = path_text(_v.community)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which visits are asked for; what is left empty does not matter."""

    member_id: str = ""
    state: str = ""
    on: date | None = None
    """The person may be met on that day: it lies in the window."""
    visitor: str = ""
    community: str = ""
    way: str = ""
    members: Sequence[str] | None = None
    """These members and no others."""


def state_on(today: date) -> ColumnElement[str]:
    """A visit's state as of a day."""
    return case(
        (and_(_v.stage == visit.OPEN, _v.start_on > today), DRAFT),
        (_v.stage == visit.OPEN, READY),
        (_v.stage == visit.MADE, DONE),
        else_=_v.stage,
    )


def _query(today: date) -> Select[Any]:
    columns = [column for column in visit.table.columns if column.name != "community"]
    of_person = [
        _p[name]
        for name in (
            "name", "birth", "phone", "address", "building", "room", "family", "lives_alone", "away_since", "away_to",
            "away_phone",
        )
    ]  # fmt: skip
    return select(
        *columns,
        place_of,
        state_on(today).label("state"),
        visitor_of.label("visitor"),
        *of_person,
        person.is_away().label("is_away"),
        met.table.c.met_on,
        met.table.c.met_how,
    ).select_from(
        visit.table.outerjoin(_planned_for, _planned_for.c.member_id == _v.member_id)
        .outerjoin(person.table, _p.member_id == func.coalesce(_planned_for.c.merged_into, _planned_for.c.member_id))
        .outerjoin(met.table, met.table.c.member_id == _p.member_id)
    )


async def one(db: AsyncConnection, visit_id: str, today: date, visitor: str = "") -> dict[str, Any] | None:
    """A visit with what is known of the person; None if the scope, or the visitor, has no such visit."""
    query = _query(today).where(_v.visit_id == visit_id)
    if visitor:
        query = query.where(visitor_of == visitor)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def page(db: AsyncConnection, wanted: Wanted, today: date, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """A page of visits by the day they are due. Raises `BadToken`."""
    query = _query(today).where(*_conditions(wanted, today)).order_by(_v.due_on, _v.visit_id)
    if last := read_token(token, date, str):
        query = query.where(tuple_(_v.due_on, _v.visit_id) > last)
    rows = [dict(row._mapping) for row in await db.execute(query.limit(size + 1))]
    return paged(rows, size, "due_on", "visit_id")


async def counts(db: AsyncConnection, wanted: Wanted, today: date) -> Mapping[str, int]:
    """How many of those asked for stand in each state, whatever state was asked for."""
    state = state_on(today)
    query = select(state, func.count()).select_from(visit.table).where(*_conditions(wanted, today, state=False))
    found = dict.fromkeys(STATES, 0)
    found.update(dict((await db.execute(query.group_by(state))).all()))
    return found


async def due_by(
    db: AsyncConnection, today: date, until: date, *, visitor: str = "", community: str = ""
) -> list[dict[str, Any]]:
    """What may be done today and is due by `until` or set for today, the oldest first; and what else waits in the same
    buildings.
    """
    open_now = [
        _v.stage == visit.OPEN,
        _v.start_on <= today,
        *_conditions(Wanted(visitor=visitor, community=community), today),
    ]
    query = _query(today).where(*open_now).order_by(_v.due_on, _v.visit_id)
    now = or_(_v.due_on <= until, _v.set_for <= today)
    due = [dict(row._mapping) for row in await db.execute(query.where(now).limit(ROWS_TODAY_MAX))]
    buildings = {row["building"] for row in due if row["building"] and row["way"] == VisitWay.HOME.value}
    if not buildings:
        return due
    beside = query.where(_p.building.in_(sorted(buildings)), _v.way == VisitWay.HOME.value, ~func.coalesce(now, False))
    return due + [dict(row._mapping) for row in await db.execute(beside.limit(ROWS_TODAY_MAX))]


async def in_week(
    db: AsyncConnection, community: str, today: date, days: tuple[date, date], until: date
) -> list[dict[str, Any]]:
    """What can be done on one of these days, from today on, and is due by `until`; the oldest first."""
    first, last = max(days[0], today), days[1]
    query = _query(today).where(
        _v.stage == visit.OPEN,
        _v.start_on <= last,
        _v.end_on >= first,
        _v.due_on <= until,
        *_conditions(Wanted(community=community), today),
    )
    rows = await db.execute(query.order_by(_v.due_on, _v.visit_id).limit(WEEK_ROWS_MAX))
    return [dict(row._mapping) for row in rows]


async def figures(db: AsyncConnection, today: date, until: date, visitor: str = "") -> Mapping[str, int]:
    """`visits` and `calls` due by `until`; of all of them, how many are `late` and how many `soon`."""
    call = _v.way == VisitWay.CALL.value
    query = (
        select(
            func.count().filter(~call).label("visits"),
            func.count().filter(call).label("calls"),
            func.count().filter(_v.due_on < today).label("late"),
            func.count().filter(_v.due_on >= today).label("soon"),
        )
        .select_from(visit.table)
        .where(_v.stage == visit.OPEN, _v.start_on <= today, _v.due_on <= until)
        .where(*_conditions(Wanted(visitor=visitor), today))
    )
    return dict((await db.execute(query)).one()._mapping)


async def of_member(db: AsyncConnection, member_id: str, today: date, limit: int = 40) -> list[dict[str, Any]]:
    """A person's visits, those planned furthest ahead first."""
    query = (
        _query(today)
        .where(*_conditions(Wanted(member_id=member_id), today))
        .order_by(_v.due_on.desc(), _v.visit_id.desc())
    )
    return [dict(row._mapping) for row in await db.execute(query.limit(limit))]


async def assigned_to(db: AsyncConnection, member_id: str, visitor: str) -> bool:
    """Whether this visitor was told to go to the person and has not been yet."""
    query = select(_v.visit_id).where(_v.member_id == member_id, _v.assigned == visitor, _v.stage == visit.OPEN)
    return (await db.execute(query.limit(1))).one_or_none() is not None


def _conditions(wanted: Wanted, today: date, *, state: bool = True) -> list[ColumnElement[bool]]:
    found = [inside(_v.community, wanted.community), or_(_v.stage != visit.OPEN, _stands(wanted.member_id))]
    if wanted.member_id:
        found.append(_v.member_id.in_(person.records_of(wanted.member_id)))
    if wanted.members is not None:
        found.append(_v.member_id.in_(list(wanted.members)))
    if wanted.visitor:
        found.append(visitor_of == wanted.visitor)
    if wanted.way:
        found.append(_v.way == wanted.way)
    if wanted.on is not None:
        found.append(and_(_v.start_on <= wanted.on, _v.end_on >= wanted.on))
    if state and wanted.state:
        found += _in_state(wanted.state, today)
    return found


def _stands(member_id: str) -> ColumnElement[bool]:
    """What is planned for a record rests while another one stands for the person, except a visit to the sick: it is
    made to whoever the person is. Asked for by the record itself, nothing is left out.
    """
    one, kept = person.table.alias(), person.table.alias()
    absorbed = select(one.c.member_id).where(one.c.merged_into.is_not(None))
    living = absorbed.join_from(one, kept, kept.c.member_id == one.c.merged_into).where(kept.c.state == person.ON_ROLL)
    return or_(
        _v.member_id == member_id,
        _v.member_id.not_in(absorbed),
        and_(_v.reason.in_([reason.value for reason in SOON]), _v.member_id.in_(living)),
    )


def _in_state(state: str, today: date) -> list[ColumnElement[bool]]:
    """Said in plain columns, so that the index by stage and day answers."""
    match state:
        case "draft":
            return [_v.stage == visit.OPEN, _v.start_on > today]
        case "ready":
            return [_v.stage == visit.OPEN, _v.start_on <= today]
        case "done":
            return [_v.stage == visit.MADE]
        case _:
            return [_v.stage == state]
