"""What nobody did: open and late, or missed and not explained. Nothing leaves this list by the passing of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.sql import inside, path_text
from services.care.project import person, visit

ROWS_MAX: Final = 500
_v, _p = visit.table.c, person.table.c
_OF: Final = visit.table.join(person.table, _p.member_id == _v.member_id)
"""People who died or whose enrolment was withdrawn are nobody's to visit any more."""


def _waiting(today: date, community: str) -> list[ColumnElement[bool]]:
    late = and_(_v.stage == visit.OPEN, _v.due_on < today)
    unexplained = and_(_v.stage == visit.MISSED, _v.missed_why.is_(None))
    return [inside(_v.community, community), _p.state == person.ON_ROLL, or_(late, unexplained)]


async def waiting(db: AsyncConnection, today: date, community: str = "") -> list[Mapping[str, Any]]:
    """Those that are late or missed without a word, the longest first; at most `ROWS_MAX`."""
    query = (
        select(
            _v.visit_id,
            _v.member_id,
            path_text(_v.community),
            _v.stage,
            _v.reason,
            _v.way,
            _v.due_on,
            _v.start_on,
            _v.clause,
            _v.also,
            func.coalesce(_v.assigned, _v.proposed).label("visitor"),
            _p.name,
            _p.birth,
            _p.lives_alone,
        )
        .select_from(_OF)
        .where(*_waiting(today, community))
        .order_by(_v.due_on, _v.visit_id)
        .limit(ROWS_MAX)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def by_community(db: AsyncConnection, today: date, until: date, community: str = "") -> list[Mapping[str, Any]]:
    """Of each community, how many that were due by `until` are late (`open`) or missed without a word (`missed`), and
    since when the oldest. No person is named: the street asks the community, which knows whom it is about.
    """
    query = (
        select(
            path_text(_v.community),
            func.count().filter(_v.stage == visit.OPEN).label("open"),
            func.count().filter(_v.stage == visit.MISSED).label("missed"),
            func.min(_v.due_on).label("since"),
        )
        .select_from(_OF)
        .where(*_waiting(today, community), _v.due_on <= until)
        .group_by(_v.community)
        .order_by(func.min(_v.due_on))
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def explained(db: AsyncConnection, since: date, community: str = "") -> Mapping[str, int]:
    """How often each reason was given for what was missed since that day."""
    query = (
        select(_v.missed_why, func.count())
        .where(inside(_v.community, community), _v.missed_on >= since, _v.missed_why.is_not(None))
        .group_by(_v.missed_why)
    )
    return dict((await db.execute(query)).all())
