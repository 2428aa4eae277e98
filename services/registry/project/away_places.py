"""Where those live who are away, and which mobile branches there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.branch import BranchKind
from events.facts.member import AwayKind
from events.log.project.sql import inside, path_text
from services.registry.project import branch, ledger, member


async def destinations(db: AsyncConnection, community: str = "") -> Sequence[Mapping[str, Any]]:
    """Who lives where, of all who do not come back to attend: `member_id`, `name`, `destination`, `community`,
    `branch_id`.
    """
    stays, people = ledger.table.c, member.table.c
    query = (
        select(stays.member_id, people.name, stays.destination, path_text(stays.community), people.branch_id)
        .select_from(ledger.table.join(member.table, people.member_id == stays.member_id))
        .where(stays.state == ledger.OPEN, stays.kind != AwayKind.INTERMITTENT.value, people.state == member.AWAY)
        .where(inside(stays.community, community))
        .order_by(stays.since, stays.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def mobile_branches(db: AsyncConnection, community: str = "") -> Sequence[Mapping[str, Any]]:
    """Branches of mobile members that stand: `branch_id`, `name`, `community`."""
    table = branch.table
    query = (
        select(table.c.branch_id, table.c.name, path_text(table.c.community))
        .where(table.c.kind == BranchKind.MOBILE.value, table.c.closed_on.is_(None))
        .where(inside(table.c.community, community))
        .order_by(table.c.name)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
