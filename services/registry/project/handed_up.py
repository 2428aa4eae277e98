"""What of the dues was handed to the superior committee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Table, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.receipts import DuesHandedUp, HandUpWithdrawn
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text

table = Table(
    "dues_handed_up",
    MetaData(),
    Column("book_id", Text, primary_key=True),
    Column("hand_up_id", Text, primary_key=True),
    community_column(),
    Column("handed_on", Date, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("handed_by", Text, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("why_withdrawn", Text),
)
view = View("dues_handed_up", version=1, table=table, doc="Dues handed to the superior committee.")


def _one(fact: DuesHandedUp | HandUpWithdrawn, about: About) -> list[tuple[str, str]]:
    return [(about.entity, fact.hand_up_id)]


@view.on(DuesHandedUp, keys=_one)
def _(_row: Row | None, fact: DuesHandedUp, about: About) -> Row:
    said = fact.model_dump(include={"first", "last", "amount_fen", "reference"})
    return {"handed_on": about.effective, "handed_by": about.actor, "recorded": about.recorded, **said}


@view.on(HandUpWithdrawn, keys=_one)
def _(row: Row | None, _fact: HandUpWithdrawn, about: About) -> Row | None:
    return None if row is None else row | {"withdrawn_at": about.recorded, "why_withdrawn": about.reason or None}


def _counts(until: date, known_at: datetime | None) -> list[Any]:
    """Which hand-overs count on a day, as was known at a moment."""
    if known_at is None:
        return [table.c.handed_on <= until, table.c.withdrawn_at.is_(None)]
    then = table.c.withdrawn_at.is_(None) | (table.c.withdrawn_at > known_at)
    return [table.c.handed_on <= until, table.c.recorded <= known_at, then]


async def handed_up(
    db: AsyncConnection, community: str, until: date, known_at: datetime | None = None, most: int = 200
) -> Sequence[Mapping[str, Any]]:
    """Hand-overs that count, the latest first."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community)).where(inside(table.c.community, community))
    query = query.where(*_counts(until, known_at)).order_by(table.c.handed_on.desc(), table.c.hand_up_id.desc())
    return [dict(row._mapping) for row in await db.execute(query.limit(most))]


async def sum_of(db: AsyncConnection, community: str, until: date, known_at: datetime | None = None) -> int:
    """What was handed up in all, in fen."""
    query = select(func.coalesce(func.sum(table.c.amount_fen), 0)).where(inside(table.c.community, community))
    return int((await db.execute(query.where(*_counts(until, known_at)))).scalar_one())
