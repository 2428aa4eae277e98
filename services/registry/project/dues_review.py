"""The times a person looked into months that nobody paid, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, MetaData, Table, Text, exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_dues import ArrearsReviewed, ArrearsReviewTakenBack
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.registry.project.alias import records_of

table = Table(
    "dues_review",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("review_id", Text, primary_key=True),
    community_column(),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("note", Text),
    Column("again_on", Date, nullable=False),
    Column("clause", Text, nullable=False),
    Column("reviewed_on", Date, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("taken_back_on", Date),
    Column("why", Text),
)
view = View("dues_review", version=1, table=table, doc="What people came to who looked into unpaid months.")
_T = table.c


def _one(fact: ArrearsReviewed | ArrearsReviewTakenBack, about: About) -> list[tuple[str, str]]:
    return [(about.entity, fact.review_id)]


@view.on(ArrearsReviewed, keys=_one)
def _(_row: Row | None, fact: ArrearsReviewed, about: About) -> Row:
    told = fact.model_dump(include={"first", "last", "again_on", "clause"})
    return told | {
        "outcome": fact.outcome.value,
        "note": None if is_hidden(fact.note) else fact.note,
        "reviewed_on": about.effective,
        "reviewed_by": about.actor,
        "taken_back_on": None,
        "why": None,
    }


@view.on(ArrearsReviewTakenBack, keys=_one)
def _(row: Row | None, _fact: ArrearsReviewTakenBack, about: About) -> Row | None:
    return None if row is None else row | {"taken_back_on": about.effective, "why": about.reason or None}


def is_closed(member_id: ColumnElement[Any], today: date) -> ColumnElement[bool]:
    """Whether somebody looked into a member's unpaid months, and nobody looks again yet."""
    return exists().where(_T.member_id == member_id, _T.taken_back_on.is_(None), _T.again_on > today)


async def last_of(db: AsyncConnection, member_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The last review of each of these members who had one."""
    columns = [column for column in table.columns if column.name != "community"]
    query = (
        select(*columns)
        .ext(distinct_on(_T.member_id))
        .where(_T.member_id.in_(list(member_ids)), _T.taken_back_on.is_(None))
        .order_by(_T.member_id, _T.reviewed_on.desc(), _T.review_id.desc())
    )
    return {row.member_id: dict(row._mapping) for row in await db.execute(query)}


async def of_member(db: AsyncConnection, member_id: str) -> Sequence[Mapping[str, Any]]:
    """Every review of a person, the latest first, slips too."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns).where(_T.member_id.in_(records_of(member_id)))
    rows = await db.execute(query.order_by(_T.reviewed_on.desc(), _T.review_id.desc()))
    return [dict(row._mapping) for row in rows]
