"""The committees of the branches, one row an election, and whose terms end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Table, Text, exists, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.branch import CommitteeElected
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import branch

table = Table(
    "committee",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    Column("elected_on", Date, primary_key=True),
    community_column(),
    Column("seats", JSONB, nullable=False),
    Column("term_from", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("by_election", Boolean, nullable=False),
    Column("clause", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("committee_by_end", "until"),
)

view = View("committee", version=1, table=table, doc="Who was elected to the committee of which branch, until when.")


@view.on(CommitteeElected, keys=lambda fact, about: [(about.entity, about.effective)])
def _(_row: Row | None, fact: CommitteeElected, about: About) -> Row:
    return {
        "seats": [seat.model_dump(mode="json") for seat in fact.seats],
        "term_from": fact.term_from,
        "until": fact.until,
        "by_election": fact.by_election,
        "clause": fact.clause,
        "seq": about.seq,
    }


_c, _b = table.c, branch.table.c
_newer = table.alias("newer")


async def of_branch(db: AsyncConnection, branch_id: str, day: date) -> list[Mapping[str, Any]]:
    """The committees of a branch that were elected by a day, newest first."""
    query = select(_c.elected_on, _c.seats, _c.term_from, _c.until, _c.by_election, _c.clause)
    query = query.where(_c.branch_id == branch_id, _c.elected_on <= day)
    return [dict(row._mapping) for row in await db.execute(query.order_by(_c.elected_on.desc()))]


async def led(db: AsyncConnection, branch_id: str, day: date) -> bool:
    """Whether a committee sits on a day: somebody beside the secretary."""
    rows = await of_branch(db, branch_id, day)
    return bool(rows) and len({seat["member_id"] for seat in rows[0]["seats"]}) > 1


async def ending(
    db: AsyncConnection, by: date, community: str = "", branch_ids: Sequence[str] | None = None
) -> list[Mapping[str, Any]]:
    """The branches whose committee's term ends by a day, or has ended, the earliest first."""
    superseded = exists().where(_newer.c.branch_id == _c.branch_id, _newer.c.elected_on > _c.elected_on)
    query = (
        select(
            _c.branch_id, _b.name, path_text(_b.community), _b.kind, _c.elected_on, _c.term_from, _c.until, _c.clause
        )
        .join_from(table, branch.table, _b.branch_id == _c.branch_id)
        .where(_c.until <= by, _b.closed_on.is_(None), ~superseded, inside(_b.community, community))
        .order_by(_c.until, _b.name, _c.branch_id)
    )
    if branch_ids is not None:
        query = query.where(_c.branch_id.in_(list(branch_ids)))
    return [dict(row._mapping) for row in await db.execute(query)]
