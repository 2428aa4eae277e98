"""What branches are called, as the registry published it."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.branch import Formed, Renamed
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "branch_name",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
)

view = View("branch_name", version=1, table=table, doc="What each branch is called.")


@view.on(Formed)
def _(_row: Row | None, fact: Formed, _about: About) -> Row:
    return {"name": fact.name}


@view.on(Renamed)
def _(_row: Row | None, fact: Renamed, _about: About) -> Row:
    return {"name": fact.name}


async def names(db: AsyncConnection) -> dict[str, str]:
    """Branch id -> what it is called, in the scope."""
    return {row.branch_id: row.name for row in await db.execute(select(table.c.branch_id, table.c.name))}
