"""What a week's proposal asks beside the visits: who usually goes, who is refused, where, and who is busy elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitWay
from events.log.project.sql import inside, path_text
from services.care.project import person, usual_visitor, visit

_v, _p, _u = visit.table.c, person.table.c, usual_visitor.table.c


async def communities(db: AsyncConnection) -> list[str]:
    """The communities of the scope in which somebody is on the roll."""
    query = select(path_text(_p.community)).where(_p.state == person.ON_ROLL).distinct()
    return sorted((await db.execute(query)).scalars())


async def usual_of(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Member -> (who usually goes or "", whom they do not wish to see)."""
    query = select(_u.member_id, _u.visitor, _u.refused).where(_u.member_id.in_(list(member_ids)))
    return {
        row.member_id: (row.visitor or "", frozenset(one["visitor"] for one in row.refused))
        for row in await db.execute(query)
    }


async def buildings_of(db: AsyncConnection, names: Sequence[str], community: str) -> dict[str, set[str]]:
    """Visitor -> the buildings of those they usually go to."""
    query = (
        select(_u.visitor, _p.building)
        .select_from(usual_visitor.table.join(person.table, _p.member_id == _u.member_id))
        .where(_u.visitor.in_(list(names)), _u.was_there, _p.building.is_not(None), inside(_p.community, community))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for row in await db.execute(query):
        found.setdefault(row.visitor, set()).add(row.building)
    return found


async def busy_elsewhere(
    db: AsyncConnection, names: Sequence[str], community: str, days: tuple[date, date]
) -> Mapping[tuple[str, bool], int]:
    """(visitor, whether calls) -> how much they are to do on these days in other communities."""
    call = (_v.way == VisitWay.CALL.value).label("call")
    query = (
        select(_v.assigned, call, func.count().label("number"))
        .where(
            _v.stage == visit.OPEN,
            _v.assigned.in_(list(names)),
            _v.set_for.between(*days),
            not_(inside(_v.community, community)),
        )
        .group_by(_v.assigned, call)
    )
    return {(row.assigned, row.call): row.number for row in await db.execute(query)}


async def members_of(db: AsyncConnection, visit_ids: Sequence[str], community: str) -> dict[str, str]:
    """Visit -> member, of those visits that are of this community."""
    query = select(_v.visit_id, _v.member_id).where(_v.visit_id.in_(list(visit_ids)), inside(_v.community, community))
    return {row.visit_id: row.member_id for row in await db.execute(query)}


async def brought_by(db: AsyncConnection, rota_id: str) -> list[Mapping[str, Any]]:
    """The members whose open visits say that this week's plan sent somebody: `member_id`, `community`."""
    query = select(_v.member_id, path_text(_v.community)).where(_v.rota_id == rota_id, _v.stage == visit.OPEN)
    return [dict(row._mapping) for row in await db.execute(query.distinct().order_by(_v.member_id))]


async def set_for(
    db: AsyncConnection, visitor: str, days: tuple[date, date], community: str = ""
) -> list[Mapping[str, Any]]:
    """What this visitor is to do on these days, by day: a visit that was set for one of them."""
    query = (
        select(_v.visit_id, _v.member_id, _v.set_for, _v.way, _p.name, _p.building)
        .select_from(visit.table.outerjoin(person.table, _p.member_id == _v.member_id))
        .where(
            _v.stage == visit.OPEN, _v.assigned == visitor, _v.set_for.between(*days), inside(_v.community, community)
        )
        .order_by(_v.set_for, _v.visit_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
