"""The second copy of care's facts: one sealed envelope at a time, for somebody who may see what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.port import Message

_fact = Table(
    "fact",
    MetaData(),
    Column("seq", BigInteger),
    Column("entity", Text),
    Column("body", LargeBinary),
)


async def envelope(db: AsyncConnection, member_id: str, seq: int) -> Message | None:
    """The stored envelope of one fact of this member, still sealed; None if the scope does not show it."""
    query = select(_fact.c.body).where(_fact.c.seq == seq, _fact.c.entity == member_id)
    body = (await db.execute(query)).scalar_one_or_none()
    return None if body is None else Message("CARE", seq, "", body)


async def envelopes(db: AsyncConnection, seqs: Iterable[int]) -> Mapping[int, Message]:
    """Several of them, by sequence; what the scope does not show is left out."""
    query = select(_fact.c.seq, _fact.c.body).where(_fact.c.seq.in_(sorted(set(seqs))))
    return {row.seq: Message("CARE", row.seq, "", row.body) for row in await db.execute(query)}
