"""Reductions of dues and how far each has come; the last friendly call to each member about unpaid months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_dues import (
    DuesReductionDecided,
    DuesReductionDropped,
    DuesReminded,
    DuesWaived,
    DuesWaiverEnded,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member
from services.registry.project.alias import records_of

DECIDED, APPROVED, REFUSED, WITHDRAWN = "decided", "approved", "refused", "withdrawn"

reduction = Table(
    "dues_reduction",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("reduction_id", Text, primary_key=True),
    community_column(),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("pays_fen", BigInteger),
    Column("why", Text),
    Column("clause", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("answered_on", Date),
    Column("answered_by", Text),
    Column("answer", Text),
    Column("ended_last", Text),
    Index("dues_reduction_by_state", "state"),
)
call = Table(
    "dues_call",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("called_on", Date, nullable=False),
    Column("called_by", Text, nullable=False),
    Column("spoke_with", Text, nullable=False),
    Column("months", ARRAY(Text), nullable=False),
    Column("note", Text),
)

reductions = View("dues_reduction", version=1, table=reduction, doc="Reductions of dues: decided, approved, ended.")
calls = View("dues_call", version=1, table=call, doc="The last call to each member about unpaid months.")


def _one(fact: Any, about: About) -> list[tuple[str, str]]:
    return [(about.entity, fact.reduction_id)]


@reductions.on(DuesReductionDecided, keys=_one)
def _(_row: Row | None, fact: DuesReductionDecided, about: About) -> Row:
    return {
        "first": fact.first,
        "last": fact.last,
        "pays_fen": None if is_hidden(fact.pays_fen) else fact.pays_fen,
        "why": None if is_hidden(fact.why) else fact.why,
        "clause": fact.clause,
        "state": DECIDED,
        "decided_on": about.effective,
        "decided_by": fact.decided_by,
    }


@reductions.on(DuesReductionDropped, keys=_one)
def _(row: Row | None, fact: DuesReductionDropped, about: About) -> Row | None:
    return _answered(row, WITHDRAWN if fact.withdrawn else REFUSED, about)


@reductions.on(DuesWaived, keys=_one)
def _(row: Row | None, _fact: DuesWaived, about: About) -> Row | None:
    return _answered(row, APPROVED, about)


@reductions.on(DuesWaiverEnded, keys=_one)
def _(row: Row | None, fact: DuesWaiverEnded, about: About) -> Row | None:
    return None if row is None else row | {"ended_last": fact.last, "answer": about.reason or row.get("answer")}


def _answered(row: Row | None, state: str, about: About) -> Row | None:
    if row is None:
        return None
    return row | {
        "state": state,
        "answered_on": about.effective,
        "answered_by": about.actor,
        "answer": about.reason or None,
    }


@calls.on(DuesReminded)
def _(row: Row | None, fact: DuesReminded, about: About) -> Row:
    if row is not None and row["called_on"] > about.effective:
        return row
    return {
        "called_on": about.effective,
        "called_by": about.actor,
        "spoke_with": fact.spoke_with.value,
        "months": list(fact.months),
        "note": None if is_hidden(fact.note) else fact.note,
    }


async def reductions_of(db: AsyncConnection, member_id: str) -> Sequence[Mapping[str, Any]]:
    """All reductions of a member, on whichever record of the person, the latest first."""
    columns = [column for column in reduction.columns if column.name != "community"]
    query = select(*columns).where(reduction.c.member_id.in_(records_of(member_id)))
    query = query.order_by(reduction.c.first.desc(), reduction.c.reduction_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def waiting(db: AsyncConnection, community: str = "", most: int = 200) -> Sequence[Mapping[str, Any]]:
    """Reductions that the superior committee has to decide about, the oldest first."""
    columns = [column for column in reduction.columns if column.name != "community"]
    query = (
        select(*columns, member.table.c.name, path_text(reduction.c.community))
        .join(member.table, member.table.c.member_id == reduction.c.member_id)
        .where(reduction.c.state == DECIDED, member.table.c.state.in_(member.ON_ROLL))
        .where(inside(reduction.c.community, community))
        .order_by(reduction.c.decided_on, reduction.c.reduction_id)
        .limit(most)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def calls_to(db: AsyncConnection, member_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The last call to each of these members who got one."""
    columns = [column for column in call.columns if column.name != "community"]
    rows = await db.execute(select(*columns).where(call.c.member_id.in_(member_ids)))
    return {row.member_id: dict(row._mapping) for row in rows}
