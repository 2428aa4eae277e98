"""Who stands at the door of a meeting room: a name and a tail that fit one person of the meeting, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.sql import inside
from services.registry.project import member


async def who(db: AsyncConnection, row: Mapping[str, Any], name: str, tail: str) -> str | None:
    """The one member of the meeting's branch (or community) with that name, and that tail of the ID number or of the
    phone. Where two fit, none is meant: the office signs them in by the list.
    """
    columns, backwards = member.table.c, tail[::-1]
    digits = len(tail)
    fits = or_(
        func.left(columns.id_backwards, digits) == backwards, func.left(columns.phone_backwards, digits) == backwards
    )
    query = select(columns.member_id).where(columns.name == name, columns.state.in_(member.ON_ROLL), fits).limit(2)
    if row["branch_id"]:
        query = query.where(columns.branch_id == row["branch_id"])
    else:
        query = query.where(inside(columns.community, row["community"]))
    found = (await db.execute(query)).scalars().all()
    return found[0] if len(found) == 1 else None
