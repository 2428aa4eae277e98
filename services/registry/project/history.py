"""The second copy of the registry's facts: what stands behind a card, as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact
from events.log.port import Message
from events.log.project.ddl import LIVE
from services.registry.project.alias import records_of
from services.registry.project.then import REACHING

fact = Table(
    "fact",
    MetaData(),
    Column("seq", BigInteger),
    Column("stream", Text),
    Column("entity", Text),
    Column("type", Text),
    Column("effective", Date),
    Column("recorded", DateTime(timezone=True)),
    Column("body", LargeBinary),
)
STREAM = "REGISTRY"


@dataclass(frozen=True, slots=True)
class Envelopes:
    """Some envelopes of a person or a branch, still closed; how many there are; where the next older ones begin."""

    messages: Sequence[Message]
    count: int = 0
    next_before: int | None = None


_OF_ALL = (fact.c.entity.in_(records_of(bindparam("member_id"))), fact.c.stream == bindparam("stream"))
_NEWEST = (
    select(fact.c.seq, fact.c.body, select(func.count()).where(*_OF_ALL).scalar_subquery())
    .where(*_OF_ALL)
    .order_by(fact.c.seq.desc())
    .limit(bindparam("most"))
)


async def newest(
    db: AsyncConnection,
    member_id: str,
    *,
    before: int | None = None,
    until: datetime | None = None,
    limit: int = 50,
    stream: str = "member",
) -> Envelopes:
    """A member's newest envelopes, of all records of the person, newest first: below a sequence, or recorded up to a
    moment, if one is given.
    """
    query = _NEWEST
    asked: dict[str, Any] = {"member_id": member_id, "stream": stream, "most": limit + 1}
    if before is not None:
        query, asked = query.where(fact.c.seq < bindparam("before")), {**asked, "before": before}
    if until is not None:
        query, asked = query.where(fact.c.recorded <= bindparam("until")), {**asked, "until": until}
    rows = (await db.execute(query, asked)).all()
    messages = [Message(STREAM, seq, "", body) for seq, body, _count in rows[:limit]]
    return Envelopes(messages, rows[0][2] if rows else 0, messages[-1].seq if len(rows) > limit else None)


async def known_of(
    db: AsyncConnection, member_ids: Sequence[str], types: Sequence[str], moment: datetime
) -> list[Message]:
    """What had been written about several members at a moment, of these types, oldest first."""
    query = select(fact.c.seq, fact.c.body).where(
        fact.c.entity.in_(member_ids),
        fact.c.stream == "member",
        fact.c.type.in_(types),
        fact.c.recorded <= moment,
    )
    return [Message(STREAM, seq, "", body) for seq, body in await db.execute(query.order_by(fact.c.seq))]


def as_of(day: date, moment: datetime) -> CTE:
    """The second copy as far as it was so on a day and known at a moment, to stand before a query in its place."""
    living = fact.to_metadata(MetaData(), schema=LIVE)
    query = select(living).where(living.c.effective <= day, living.c.recorded <= moment)
    return query.cte(fact.name).prefix_with("NOT MATERIALIZED", dialect="postgresql")


async def written(
    db: AsyncConnection,
    entities: Sequence[str],
    kinds: Iterable[type[Fact]],
    moment: datetime,
    *,
    by: date | None = None,
) -> list[Message]:
    """What had been written about these entities at a moment, of these kinds in any of their versions, oldest first.

    Given a day (`by`), what had not become so by then is left out, unless its kind reaches back (`then.REACHING`).
    """
    if not entities:
        return []
    kinds = list(kinds)
    query = select(fact.c.seq, fact.c.body).where(*_of_kinds(entities, kinds, moment)).order_by(fact.c.seq)
    if by is not None:
        reaching = _types_of(kind for kind in kinds if kind in REACHING)
        query = query.where(or_(fact.c.effective <= by, fact.c.type == any_(literal(reaching, ARRAY(Text)))))
    return [Message(STREAM, seq, "", body) for seq, body in await db.execute(query)]


async def last_written(
    db: AsyncConnection, entities: Sequence[str], kinds: Iterable[type[Fact]], moment: datetime, *, by: date, last: int
) -> list[Message]:
    """The same, of what had become so by a day, and of each entity only the last few in life."""
    if not entities:
        return []
    latest = func.row_number().over(partition_by=fact.c.entity, order_by=(fact.c.effective.desc(), fact.c.seq.desc()))
    ranked = select(fact.c.seq, latest.label("latest"))
    some = ranked.where(*_of_kinds(entities, kinds, moment), fact.c.effective <= by).subquery("some")
    kept = select(some.c.seq).where(some.c.latest <= last)
    query = select(fact.c.seq, fact.c.body).where(fact.c.seq.in_(kept)).order_by(fact.c.seq)
    return [Message(STREAM, seq, "", body) for seq, body in await db.execute(query)]


def _types_of(kinds: Iterable[type[Fact]]) -> list[str]:
    return [f"{kind.NAME}.v{version}" for kind in kinds for version in range(1, kind.VERSION + 1)]


def _of_kinds(
    entities: Sequence[str], kinds: Iterable[type[Fact]], moment: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        fact.c.entity == any_(literal(list(entities), ARRAY(Text))),
        fact.c.type == any_(literal(_types_of(kinds), ARRAY(Text))),
        fact.c.recorded <= moment,
    )
