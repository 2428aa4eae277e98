"""Where the buildings of a community stand, with what was said of each before; and which of them are lived in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.building import BuildingPlaced, BuildingUnplaced
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside
from services.registry.project import member

table = Table(
    "building_spot",
    MetaData(),
    Column("place", Text, primary_key=True),
    Column("building", Text, primary_key=True),
    community_column(),
    # Millionths of a degree; nothing, once it is not known any more.
    Column("longitude", Integer),
    Column("latitude", Integer),
    Column("datum", Text),
    Column("source", Text),
    Column("as_of", Date),
    Column("by", Text, nullable=False),
    Column("paste_id", Text),
    Column("earlier", JSONB, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

view = View("building_spot", version=1, table=table, doc="Where each building stands, who said so, and what before.")


def _key(fact: BuildingPlaced | BuildingUnplaced, about: About) -> list[tuple[str, str]]:
    return [(about.community, fact.building)]


@view.on(BuildingPlaced, keys=_key)
def _(row: Row | None, fact: BuildingPlaced, about: About) -> Row:
    return {
        "longitude": fact.longitude_microdegrees,
        "latitude": fact.latitude_microdegrees,
        "datum": fact.datum.value,
        "source": fact.source,
        "as_of": about.effective,
        **_stamp(row, fact, about),
    }


@view.on(BuildingUnplaced, keys=_key)
def _(row: Row | None, fact: BuildingUnplaced, about: About) -> Row:
    return dict.fromkeys(("longitude", "latitude", "datum", "source", "as_of")) | _stamp(row, fact, about)


def _stamp(row: Row | None, fact: BuildingPlaced | BuildingUnplaced, about: About) -> Row:
    return {"by": about.actor, "paste_id": fact.paste_id, "earlier": _earlier(row), "seq": about.seq}


def _earlier(row: Row | None) -> list[dict[str, Any]]:
    """What was said before, oldest first."""
    if row is None:
        return []
    if row["longitude"] is None:
        return list(row["earlier"])
    said = {name: row[name] for name in ("longitude", "latitude", "datum", "source", "by")}
    return [*row["earlier"], said | {"as_of": row["as_of"].isoformat()}]


async def spots(db: AsyncConnection, community: str) -> dict[str, Mapping[str, Any]]:
    """Of one community: building -> where it stands, of those where it is known."""
    query = (
        select(*(column for column in table.columns if column.name != "community"))
        .where(table.c.place == community, table.c.longitude.is_not(None))
        .order_by(table.c.building)
    )
    return {row["building"]: dict(row) for row in (await db.execute(query)).mappings()}


_m = member.table.c


async def lived_in(db: AsyncConnection, community: str) -> dict[str, int]:
    """The buildings that cards of a community name, as they write them, with how many members on the roll."""
    query = (
        select(_m.building, func.count().label("people"))
        .where(member.lives_in(community), _m.state.in_(member.ON_ROLL), inside(_m.community, community))
        .where(_m.building.is_not(None))
        .group_by(_m.building)
    )
    return {row.building: row.people for row in await db.execute(query)}
