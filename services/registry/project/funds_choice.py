"""What a branch's money may be spent on: its own activities and meetings, and those of the whole community; and what
money followed its members from the units that handed them over (DOMAIN R2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.branch_funds import FundsSource
from events.log.project.sql import inside
from services.registry.project import activity, funds, handed_over, meeting, member

OFFERED_MAX: Final = 40
"""So many are offered, the latest first; one that was chosen before is always among them."""
_Choice = Sequence[tuple[str, str, datetime]]


async def activities(db: AsyncConnection, branch_id: str, community: str, chosen: str = "") -> _Choice:
    """(id, title, when) of activities."""
    columns = activity.table.c
    query = select(columns.activity_id, columns.title, columns.starts_at)
    return await _latest(db, query, columns, columns.activity_id, branch_id, community, chosen)


async def meetings(db: AsyncConnection, branch_id: str, community: str, chosen: str = "") -> _Choice:
    """(id, title, when) of meetings that were not called off."""
    columns = meeting.table.c
    query = select(columns.meeting_id, columns.title, columns.starts_at).where(columns.state == meeting.SCHEDULED)
    return await _latest(db, query, columns, columns.meeting_id, branch_id, community, chosen)


async def _latest(
    db: AsyncConnection, query: Any, columns: Any, key: Any, branch_id: str, community: str, chosen: str
) -> _Choice:
    own = or_(columns.branch_id == branch_id, columns.branch_id.is_(None) & inside(columns.community, community))
    rows = await db.execute(
        query.where(own).order_by((key == chosen).desc(), columns.starts_at.desc()).limit(OFFERED_MAX)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def followed(db: AsyncConnection, branch_id: str) -> tuple[int, int]:
    """(how many members, fen) of what units handed over with members who are in the branch now, less what the branch
    was given of it already; (0, 0) where nothing is left to give.
    """
    taken, people, given = handed_over.table.c, member.table.c, funds.allocation.c
    brought = (
        select(func.count(), func.coalesce(func.sum(taken.funds_fen), 0))
        .join(member.table, people.member_id == taken.person_id)
        .where(people.branch_id == branch_id, people.state.in_(member.ON_ROLL), taken.funds_fen > 0)
    )
    count, fen = (await db.execute(brought)).one()
    before = select(func.coalesce(func.sum(given.amount_fen), 0)).where(
        given.branch_id == branch_id, given.source == FundsSource.HANDED_OVER.value, given.taken_back_on.is_(None)
    )
    left = int(fen) - int((await db.execute(before)).scalar_one())
    return (int(count), left) if left > 0 else (0, 0)
