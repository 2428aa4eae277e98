"""When those who visit are on leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Index, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.visitor import LeaveTaken, LeaveWithdrawn
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "visitor_leave",
    MetaData(),
    Column("leave_id", Text, primary_key=True),
    community_column(),
    Column("visitor", Text, nullable=False),
    Column("start_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Index("visitor_leave_by_end", "end_on"),
)

view = View("visitor_leave", version=1, table=table, doc="Leave of visitors; what was withdrawn has no row.")


def _key(fact: LeaveTaken | LeaveWithdrawn, _about: About) -> list[tuple[str]]:
    return [(fact.leave_id,)]


@view.on(LeaveTaken, keys=_key)
def _(_row: Row | None, fact: LeaveTaken, about: About) -> Row:
    return {"visitor": about.entity, "start_on": fact.start, "end_on": fact.end}


@view.on(LeaveWithdrawn, keys=_key)
def _(_row: Row | None, _fact: LeaveWithdrawn, _about: About) -> None:
    return None


async def leaves(db: AsyncConnection, names: Sequence[str], since: date) -> list[Mapping[str, Any]]:
    """Leave of these visitors that is not over before that day, the soonest first."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns).where(table.c.visitor.in_(list(names)), table.c.end_on >= since)
    return [dict(row._mapping) for row in await db.execute(query.order_by(table.c.start_on, table.c.leave_id))]
