"""The grids of a community, and who lives in which by what their cards say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Select, Table, Text, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.grid import BoundsDrawn, GridClosed, GridFormed, GridRenamed, GridReopened, WorkerNamed
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member

table = Table(
    "grid",
    MetaData(),
    Column("grid_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
    # Whatever it was ever called: cards go on saying it.
    Column("names", ARRAY(Text), nullable=False),
    Column("covers", ARRAY(Text), nullable=False),
    Column("worker_name", Text),
    Column("worker_phone", Text),
    Column("since", Date, nullable=False),
    Column("closed_on", Date),
    Column("why_closed", Text),
    Column("seq", BigInteger, nullable=False),
    Index("grid_by_name", "name", "grid_id"),
)

view = View("grid", version=1, table=table, doc="Every grid: what it is called, what it covers, and who walks it.")


@view.on(GridFormed)
def _(_row: Row | None, fact: GridFormed, about: About) -> Row:
    return {
        "name": fact.name,
        "names": [fact.name],
        "covers": list(fact.covers),
        "since": about.effective,
        "seq": about.seq,
    }


@view.on(GridRenamed)
def _(row: Row | None, fact: GridRenamed, about: About) -> Row:
    row = _formed(row)
    names = row["names"] if fact.name in row["names"] else [*row["names"], fact.name]
    return row | {"name": fact.name, "names": names, "seq": about.seq}


@view.on(BoundsDrawn)
def _(row: Row | None, fact: BoundsDrawn, about: About) -> Row:
    return _formed(row) | {"covers": list(fact.covers), "seq": about.seq}


@view.on(WorkerNamed)
def _(row: Row | None, fact: WorkerNamed, about: About) -> Row:
    worker = None if is_hidden(fact.worker) else fact.worker
    told = {"worker_name": worker.name if worker else None, "worker_phone": worker.phone if worker else None}
    return _formed(row) | told | {"seq": about.seq}


@view.on(GridClosed)
def _(row: Row | None, _fact: GridClosed, about: About) -> Row:
    return _formed(row) | {"closed_on": about.effective, "why_closed": about.reason or None, "seq": about.seq}


@view.on(GridReopened)
def _(row: Row | None, _fact: GridReopened, about: About) -> Row:
    return _formed(row) | {"closed_on": None, "why_closed": None, "seq": about.seq}


def _formed(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a grid that was never formed")
    return row


_m = member.table.c


def _query() -> Select[Any]:
    return select(*(one for one in table.columns if one.name != "community"), path_text(table.c.community))


async def grids(db: AsyncConnection, community: str = "", *, closed: bool = False) -> list[dict[str, Any]]:
    """The grids that stand (with `closed`, those that do not), by community and name."""
    over = table.c.closed_on.is_not(None) if closed else table.c.closed_on.is_(None)
    query = _query().where(over, inside(table.c.community, community))
    query = query.order_by(table.c.community, table.c.name, table.c.grid_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def grid(db: AsyncConnection, grid_id: str) -> dict[str, Any] | None:
    """One grid, standing or closed."""
    row = (await db.execute(_query().where(table.c.grid_id == grid_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def counts(db: AsyncConnection, place: str) -> dict[str, dict[str, int]]:
    """How many members on the roll have which grid on their card, by community of a place; "" counts those whose card
    says none.
    """
    said = func.coalesce(_m.grid, "")
    query = (
        select(_m.place, said, func.count())
        .where(member.lives_in(place), _m.state.in_(member.ON_ROLL))
        .group_by(_m.place, said)
    )
    found: dict[str, dict[str, int]] = {}
    for community, name, count in await db.execute(query):
        found.setdefault(community, {})[name] = count
    return found


_PERSON = (
    _m.member_id, _m.name, _m.birth, _m.state, _m.away_to, _m.phone, _m.address, _m.building, _m.room, _m.grid,
    _m.lives_alone,
)  # fmt: skip
_BY_DOOR = (func.coalesce(_m.building, _m.address, ""), func.coalesce(_m.room, ""), _m.pinyin, _m.member_id)


async def people(db: AsyncConnection, community: str, names: Sequence[str]) -> list[Mapping[str, Any]]:
    """The members on the roll whose card says one of these grids, building by building."""
    query = (
        select(*_PERSON)
        .where(member.lives_in(community), _m.state.in_(member.ON_ROLL), inside(_m.community, community))
        .where(_m.grid.in_(list(names)))
        .order_by(*_BY_DOOR)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def everybody(db: AsyncConnection, community: str) -> list[Mapping[str, Any]]:
    """Everybody of a community on the roll with what their card says of where they live, building by building."""
    query = (
        select(*_PERSON)
        .where(member.lives_in(community), _m.state.in_(member.ON_ROLL), inside(_m.community, community))
        .order_by(*_BY_DOOR)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
