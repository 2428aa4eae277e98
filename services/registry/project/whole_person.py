"""What all records of a person say together of care and contact, for rows that show the one that was kept (ADR 30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.project import elsewhere, member

_m, _cared = member.table.c, elsewhere.cared.c
_QUERY = (
    select(
        _m.merged_into,
        func.max(_cared.ill_since).label("ill_since"),
        func.max(func.greatest(_m.last_seen, _cared.met_on)).label("met_on"),
    )
    .select_from(member.table.outerjoin(elsewhere.cared, _cared.member_id == _m.member_id))
    .group_by(_m.merged_into)
)


async def add_absorbed(db: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Bring `last_contact` (and `cared_for`, where a row has it) up to what the absorbed records know."""
    by_id = {row["member_id"]: row for row in rows}
    if not by_id:
        return
    for found in await db.execute(_QUERY.where(_m.merged_into.in_(list(by_id)))):
        row = by_id[found.merged_into]
        row["last_contact"] = max(filter(None, (row["last_contact"], found.met_on)), default=None)
        if "cared_for" in row:
            on_roll = row["state"] in member.ON_ROLL
            row["cared_for"] = row["cared_for"] or (found.ill_since is not None and on_roll)
