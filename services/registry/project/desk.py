"""What each account has laid out for itself: its filters, and the columns it takes lists out with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.desk import ColumnsChosen, FilterDropped, FilterKept, NamedFilter
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "desk",
    MetaData(),
    Column("desk_id", Text, primary_key=True),
    community_column(),
    Column("filters", JSONB, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
)

view = View("desk", version=1, table=table, doc="The filters an account keeps, and the columns of its lists.")


@dataclass(frozen=True, slots=True)
class Laid:
    """What lies on one desk."""

    filters: Sequence[NamedFilter] = ()
    columns: Sequence[str] = ()


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


def _bare() -> dict[str, Any]:
    return {"filters": [], "columns": []}


async def laid_out(db: AsyncConnection, desk_id: str) -> Laid:
    """What lies on a desk; nothing, if nobody ever put anything there."""
    query = select(table.c.filters, table.c.columns).where(table.c.desk_id == desk_id)
    found = (await db.execute(query)).one_or_none()
    return Laid() if found is None else Laid([NamedFilter(**one) for one in found.filters], found.columns)
