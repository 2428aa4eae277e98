"""What decisions need to know of people, in one question; and whom the calendar's rules must look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, case, not_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import SOON, VisitReason, VisitWay
from events.log.project.sql import path_text
from services.care.project import met, person, usual_visitor, visit

Rows = dict[str, dict[str, Any]]
"""By member id: the community, and the fields of a `Situation`."""

_p, _v = person.table.c, visit.table.c
_SOON: Final = [reason.value for reason in SOON]


def _query() -> Select[Any]:
    return select(
        _p.member_id,
        path_text(_p.community),
        (_p.state != person.WITHDRAWN).label("on_roll"),
        _p.merged_into,
        _p.on_roll_since,
        _p.died_on,
        _p.birth,
        (_p.lives_alone.is_(True)).label("lives_alone"),
        case((person.is_away(), _p.away_since)).label("away_since"),
        usual_visitor.table.c.visitor.label("usual_visitor"),
        met.table.c.met_on.label("last_contact"),
        met.table.c.home_on.label("last_visit"),
    ).select_from(
        person.table.outerjoin(met.table, met.table.c.member_id == _p.member_id).outerjoin(
            usual_visitor.table, usual_visitor.table.c.member_id == _p.member_id
        )
    )


async def _rows(db: AsyncConnection, query: Select[Any]) -> Rows:
    rows = [dict(row._mapping) for row in await db.execute(query)]
    return {row.pop("member_id"): row for row in rows}


async def situations(db: AsyncConnection, member_ids: Sequence[str]) -> Rows:
    """What is known of these members; who is not known is left out."""
    return await _rows(db, _query().where(_p.member_id.in_(list(member_ids))))


async def on_roll_after(db: AsyncConnection, member_id: str, size: int) -> Rows:
    """The next people on the roll in the order of their ids: how a walk through all of them goes on."""
    walk = _query().where(_p.state == person.ON_ROLL, _p.member_id > member_id)
    return await _rows(db, walk.order_by(_p.member_id).limit(size))


async def planned_among(db: AsyncConnection, visit_ids: Sequence[str]) -> set[str]:
    """Which of these visits have ever been planned."""
    query = select(_v.visit_id).where(_v.visit_id.in_(list(visit_ids)))
    return {visit_id for (visit_id,) in await db.execute(query)}


async def planned_of(
    db: AsyncConnection, member_ids: Sequence[str], visit_ids: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    """By its id, each of these visits that was ever planned, and what of the calendar's rules waits for these members:
    `member_id`, `stage`, `why`, `start_on`, `end_on`, `reason`, `also`.
    """
    columns = (_v.visit_id, _v.member_id, _v.stage, _v.why, _v.start_on, _v.end_on, _v.reason, _v.also)
    waits = and_(_v.member_id.in_(list(member_ids)), _v.stage == visit.OPEN, _v.reason.not_in(_SOON))
    asked = union_all(
        select(*columns).where(_v.visit_id.in_(list(visit_ids)), _v.stage != visit.OPEN),
        select(*columns).where(waits),
    )
    return {row.visit_id: dict(row._mapping) for row in await db.execute(asked)}


async def overdue(db: AsyncConnection, today: date, size: int) -> Mapping[str, str]:
    """Members (and their communities) with a window that has closed and nobody went; at most `size`."""
    resting = select(_p.member_id).where(_p.merged_into.is_not(None))
    query = select(_v.member_id, path_text(_v.community)).where(
        _v.stage == visit.OPEN, _v.end_on < today, _v.member_id.not_in(resting)
    )
    return {row.member_id: row.community for row in await db.execute(query.distinct().limit(size))}


async def misplaced(db: AsyncConnection, size: int) -> Rows:
    """Members with something planned that does not fit where they are: at most `size`. What is planned for a record
    that another one stands for rests as it is.

    Reactions see to it at once; this finds what slipped past them, such as somebody a roster brought in as away.
    """
    gone = _p.state != person.ON_ROLL
    home_again = and_(not_(person.is_away()), _v.reason == VisitReason.AWAY.value)
    at_home = or_(_v.way == VisitWay.HOME.value, _v.reason == VisitReason.ALONE.value)
    left = and_(person.is_away(), at_home, _v.reason.not_in(_SOON))
    wrong = (
        select(_p.member_id)
        .select_from(person.table.join(visit.table, _v.member_id == _p.member_id))
        .where(_v.stage == visit.OPEN, _p.state != person.MERGED, or_(gone, home_again, left))
        .distinct()
        .limit(size)
    )
    return await _rows(db, _query().where(_p.member_id.in_(wrong)))
