"""What each account has laid out for itself: its filters, the columns of its lists, how far it has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.desk import ChangesRead, ColumnsChosen, FilterDropped, FilterKept, NamedFilter
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "desk",
    MetaData(),
    Column("desk_id", Text, primary_key=True),
    community_column(),
    Column("filters", JSONB, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
    Column("read", JSONB, nullable=False),
)

view = View("desk", version=2, table=table, doc="What an account keeps: filters, columns, how far it has read.")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the changes of a branch were looked through: a sequence of the registry's stream, one of care's; and when
    that was (None: never).
    """

    through: int = 0
    told: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """What lies on one desk."""

    filters: Sequence[NamedFilter] = ()
    columns: Sequence[str] = ()
    read: Mapping[str, Mark] = field(default_factory=dict)
    """By branch."""


@view.on(FilterKept)
def _(row: Row | None, fact: FilterKept, _about: About) -> Row:
    row = row or _bare()
    if is_hidden(fact.kept):
        return row
    kept = fact.kept.model_dump()
    if any(one["name"] == kept["name"] for one in row["filters"]):
        return row | {"filters": [kept if one["name"] == kept["name"] else one for one in row["filters"]]}
    return row | {"filters": [*row["filters"], kept]}


@view.on(FilterDropped)
def _(row: Row | None, fact: FilterDropped, _about: About) -> Row:
    row = row or _bare()
    return row | {"filters": [one for one in row["filters"] if one["name"] != fact.dropped]}


@view.on(ColumnsChosen)
def _(row: Row | None, fact: ColumnsChosen, _about: About) -> Row:
    return (row or _bare()) | {"columns": list(fact.columns)}


@view.on(ChangesRead)
def _(row: Row | None, fact: ChangesRead, about: About) -> Row:
    row = row or _bare()
    others = {branch_id: mark for branch_id, mark in row["read"].items() if branch_id != fact.branch_id}
    if not fact.through and not fact.told:
        return row | {"read": others}
    mark = {"through": fact.through, "told": fact.told, "at": about.recorded.isoformat()}
    return row | {"read": others | {fact.branch_id: mark}}


def _bare() -> dict[str, Any]:
    return {"filters": [], "columns": [], "read": {}}


async def laid_out(db: AsyncConnection, desk_id: str) -> Laid:
    """What lies on a desk; nothing, if nobody ever put anything there."""
    query = select(table.c.filters, table.c.columns, table.c.read).where(table.c.desk_id == desk_id)
    found = (await db.execute(query)).one_or_none()
    if found is None:
        return Laid()
    read = {
        branch_id: Mark(mark["through"], mark["told"], datetime.fromisoformat(mark["at"]))
        for branch_id, mark in found.read.items()
    }
    return Laid([NamedFilter(**one) for one in found.filters], found.columns, read)
