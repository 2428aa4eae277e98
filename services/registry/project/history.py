"""The second copy of the registry's facts: what stands behind a card, as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.port import Message
from services.registry.project.alias import records_of

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
    """Some envelopes of a person or a branch, still closed; how many there are; where the next older ones begin."""

    messages: Sequence[Message]
    count: int = 0
    next_before: int | None = None


_OF_ONE = (_fact.c.entity == bindparam("member_id"), _fact.c.stream == bindparam("stream"))
_OF_ALL = (_fact.c.entity.in_(records_of(bindparam("member_id"))), _fact.c.stream == bindparam("stream"))
_NEWEST = (
    select(_fact.c.seq, _fact.c.body, select(func.count()).where(*_OF_ALL).scalar_subquery())
    .where(*_OF_ALL)
    .order_by(_fact.c.seq.desc())
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
        query, asked = query.where(_fact.c.seq < bindparam("before")), {**asked, "before": before}
    if until is not None:
        query, asked = query.where(_fact.c.recorded <= bindparam("until")), {**asked, "until": until}
    rows = (await db.execute(query, asked)).all()
    messages = [Message(STREAM, seq, "", body) for seq, body, _count in rows[:limit]]
    return Envelopes(messages, rows[0][2] if rows else 0, messages[-1].seq if len(rows) > limit else None)


async def known_at(db: AsyncConnection, member_id: str, moment: datetime, *, stream: str = "member") -> list[Message]:
    """Everything that had been written about a member (or an entity of another stream) at a moment, oldest first."""
    query = select(_fact.c.seq, _fact.c.body).where(*_OF_ONE, _fact.c.recorded <= moment).order_by(_fact.c.seq)
    rows = await db.execute(query, {"member_id": member_id, "stream": stream})
    return [Message(STREAM, seq, "", body) for seq, body in rows]


async def known_of(
    db: AsyncConnection, member_ids: Sequence[str], types: Sequence[str], moment: datetime
) -> list[Message]:
    """What had been written about several members at a moment, of these types, oldest first."""
    query = select(_fact.c.seq, _fact.c.body).where(
        _fact.c.entity.in_(member_ids),
        _fact.c.stream == "member",
        _fact.c.type.in_(types),
        _fact.c.recorded <= moment,
    )
    return [Message(STREAM, seq, "", body) for seq, body in await db.execute(query.order_by(_fact.c.seq))]
