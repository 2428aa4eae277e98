"""All records of one person: a record and those that were merged into it. Nothing is moved by a merge (ADR 30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Text, cast, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.project import member


def records_of(member_id: str | BindParameter[str]) -> Any:
    """For `column.in_(…)`: the record of this id and all that are merged into it."""
    itself = literal(member_id) if isinstance(member_id, str) else member_id
    return select(cast(itself, Text)).union_all(
        select(member.table.c.member_id).where(member.table.c.merged_into == itself)
    )


async def absorbed(db: AsyncConnection, member_id: str) -> Sequence[Mapping[str, Any]]:
    """The records that are merged into this one: `member_id` and `name`, by id."""
    query = select(member.table.c.member_id, member.table.c.name).where(member.table.c.merged_into == member_id)
    return [dict(row._mapping) for row in await db.execute(query.order_by(member.table.c.member_id))]
