"""The branches by their names: campaigns choose whom they are for by them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.branch import Formed, Merged, Renamed
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside

table = Table(
    "branch",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
)

view = View("branch", version=1, table=table, doc="Every branch, and what it is called.")


@view.on(Formed)
def _(_row: Row | None, fact: Formed, _about: About) -> Row:
    return {"name": fact.name}


@view.on(Renamed)
def _(row: Row | None, fact: Renamed, _about: About) -> Row:
    return {**(row or {}), "name": fact.name}


@view.on(Merged)
def _(_row: Row | None, _fact: Merged, _about: About) -> None:
    """It ended in another one."""
    return


async def names(db: AsyncConnection, community: str = "") -> Mapping[str, str]:
    """What each branch of a community is called, by its id."""
    query = select(table.c.branch_id, table.c.name).where(inside(table.c.community, community))
    return dict((await db.execute(query.order_by(table.c.name))).all())
