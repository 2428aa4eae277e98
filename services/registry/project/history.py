"""The second copy of the registry's facts: what stands behind a card, as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.port import Message

_fact = Table(
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
    """Some envelopes of one entity, still closed; how many there are in all; where the next older ones begin."""

    messages: Sequence[Message]
    count: int = 0
    next_before: int | None = None


def _of(member_id: str, stream: str, *more: ColumnElement[Any]) -> Select[Any]:
    return select(_fact.c.seq, _fact.c.body, *more).where(_fact.c.entity == member_id, _fact.c.stream == stream)


async def newest(
    db: AsyncConnection,
    member_id: str,
    *,
    before: int | None = None,
    until: datetime | None = None,
    limit: int = 50,
    stream: str = "member",
) -> Envelopes:
    """A member's newest envelopes, newest first: below a sequence, or recorded up to a moment, if one is given."""
    everything = select(func.count()).where(_fact.c.entity == member_id, _fact.c.stream == stream).scalar_subquery()
    query = _of(member_id, stream, everything).order_by(_fact.c.seq.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(_fact.c.seq < before)
    if until is not None:
        query = query.where(_fact.c.recorded <= until)
    rows = (await db.execute(query)).all()
    messages = [Message(STREAM, seq, "", body) for seq, body, _count in rows[:limit]]
    return Envelopes(messages, rows[0][2] if rows else 0, messages[-1].seq if len(rows) > limit else None)


async def known_at(db: AsyncConnection, member_id: str, moment: datetime) -> list[Message]:
    """Everything that had been written about a member at a moment, oldest first."""
    query = _of(member_id, "member").where(_fact.c.recorded <= moment).order_by(_fact.c.seq)
    return [Message(STREAM, seq, "", body) for seq, body in await db.execute(query)]
