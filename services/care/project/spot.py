"""Where buildings stand, as the registry published it: all of a community in one datum (ADR 38)."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.building import BuildingPlaced, BuildingUnplaced
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "building_spot",
    MetaData(),
    Column("place", Text, primary_key=True),
    Column("building", Text, primary_key=True),
    community_column(),
    # Millionths of a degree.
    Column("longitude", Integer, nullable=False),
    Column("latitude", Integer, nullable=False),
)

view = View("building_spot", version=1, table=table, doc="Where each building of a community stands.")


def _key(fact: BuildingPlaced | BuildingUnplaced, about: About) -> list[tuple[str, str]]:
    return [(about.community, fact.building)]


@view.on(BuildingPlaced, keys=_key)
def _(_row: Row | None, fact: BuildingPlaced, _about: About) -> Row:
    return {"longitude": fact.longitude_microdegrees, "latitude": fact.latitude_microdegrees}


@view.on(BuildingUnplaced, keys=_key)
def _(_row: Row | None, _fact: BuildingUnplaced, _about: About) -> None:
    return None


async def spots(db: AsyncConnection, community: str) -> dict[str, tuple[int, int]]:
    """Building -> millionths of a degree east and north, in one community."""
    query = select(table.c.building, table.c.longitude, table.c.latitude).where(table.c.place == community)
    return {row.building: (row.longitude, row.latitude) for row in await db.execute(query)}
