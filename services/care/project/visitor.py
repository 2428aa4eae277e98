"""Those who visit, as they described themselves. A visitor nobody has said anything of has no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.visitor import VisitorDescribed
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "visitor",
    MetaData(),
    Column("visitor", Text, primary_key=True),
    community_column(),
    Column("visits_per_week", Integer, nullable=False),
    Column("skills", JSONB, nullable=False),
    Column("buildings", JSONB, nullable=False),
)

view = View("visitor", version=1, table=table, doc="What visitors can do: how often a week, what they know, where.")


@view.on(VisitorDescribed)
def _(_row: Row | None, fact: VisitorDescribed, _about: About) -> Row:
    return {
        "visits_per_week": fact.visits_per_week,
        "skills": [skill.value for skill in fact.skills],
        "buildings": list(fact.buildings),
    }


async def described(db: AsyncConnection, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """By account name, of those who were described."""
    columns = [column for column in table.columns if column.name != "community"]
    rows = await db.execute(select(*columns).where(table.c.visitor.in_(list(names))))
    return {row.visitor: dict(row._mapping) for row in rows}
