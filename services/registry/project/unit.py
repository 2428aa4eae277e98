"""What the units above the branches are called: names of offices, nobody's personal detail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Date, MetaData, Table, Text, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.unit import Named
from events.log.envelope import About
from events.log.project import Row, View
from events.log.project.sql import begins

table = Table(
    "unit",
    MetaData(),
    Column("path", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

view = View(
    "unit",
    version=1,
    table=table,
    doc="What each city, district, street and community is called.",
    scoped=False,
    reason="a unit's name stands over its door, and whoever sees the unit may know what it belongs to",
)


@view.on(Named, keys=lambda fact, about: [(fact.path,)])
def _(_row: Row | None, fact: Named, about: About) -> Row:
    return {"name": fact.name, "level": fact.level.value, "since": about.effective, "seq": about.seq}


async def units(db: AsyncConnection, under: str = "") -> list[Mapping[str, Any]]:
    """The unit at a path and all below it ("" asks for every unit), in the order of their paths."""
    query = select(table)
    if under:
        query = query.where(or_(table.c.path == under, begins(table.c.path, f"{under}.")))
    return [dict(row._mapping) for row in await db.execute(query.order_by(table.c.path))]


async def names(db: AsyncConnection, paths: Iterable[str]) -> dict[str, str]:
    """What the units at these paths are called, as far as they have been named."""
    wanted = sorted(set(paths))
    if not wanted:
        return {}
    query = select(table.c.path, table.c.name).where(table.c.path.in_(wanted))
    return dict((await db.execute(query)).all())
