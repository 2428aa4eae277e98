"""How many meetings of each kind every branch has held in a span, and what it has to hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.meeting import MeetingKind
from events.log.project.sql import inside, path_text
from services.registry.project import branch, committee
from services.registry.project.meeting import SCHEDULED
from services.registry.project.meeting import table as meetings

Spans = Mapping[MeetingKind, tuple[datetime, datetime]]
"""Kind -> (from, before) of what is counted."""
COMMUNITY_TOO = frozenset({MeetingKind.LECTURE, MeetingKind.THEME_DAY})
"""Kinds that a whole community holds for all of its branches together."""


async def held(db: AsyncConnection, spans: Spans, community: str = "") -> dict[tuple[str, str], dict[MeetingKind, int]]:
    """(community, branch or "") -> how many meetings of each kind took place: somebody signed in."""
    if not spans:
        return {}
    columns = meetings.c
    in_span = [
        (columns.kind == kind.value) & (columns.starts_at >= since) & (columns.starts_at < until)
        for kind, (since, until) in spans.items()
    ]
    place = path_text(columns.community)
    branch_id = func.coalesce(columns.branch_id, "")
    query = (
        select(place, branch_id.label("branch_id"), columns.kind, _times().label("held"))
        .where(or_(*in_span), columns.state == SCHEDULED, columns.present > 0, inside(columns.community, community))
        .group_by(place, branch_id, columns.kind)
    )
    found: dict[tuple[str, str], dict[MeetingKind, int]] = {}
    for row in await db.execute(query):
        found.setdefault((row.community, row.branch_id), {})[MeetingKind(row.kind)] = row.held
    return found


def _times() -> Any:
    """How many meetings; of groups, how many of them met: one that met twice does not stand for another."""
    columns = meetings.c
    met = func.count(func.coalesce(columns.group_id, columns.meeting_id).distinct())
    return case((columns.kind == MeetingKind.GROUP.value, met), else_=func.count())


async def branches(db: AsyncConnection, day: date, community: str = "") -> list[dict[str, Any]]:
    """The branches that members belong to, by name, with how many groups each has and whether a committee sits."""
    rows = await branch.branches(db, community)
    seats = select(committee.table.c.branch_id, committee.table.c.elected_on, committee.table.c.seats)
    seats = seats.where(committee.table.c.elected_on <= day).order_by(committee.table.c.elected_on)
    sitting = {row.branch_id: {seat["member_id"] for seat in row.seats} for row in await db.execute(seats)}
    return [
        {
            "branch_id": row["branch_id"],
            "name": row["name"],
            "community": row["community"],
            "members": row["members"],
            "led": len(sitting.get(row["branch_id"], ())) > 1,
            "groups": len(row["groups"]),
        }
        for row in rows
    ]


async def drill_down(
    db: AsyncConnection, branch_id: str, community: str, kind: str, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """The meetings that count for a branch in a span, those called but not held yet among them."""
    columns = meetings.c
    mine = columns.branch_id == branch_id
    if kind in COMMUNITY_TOO:
        mine |= columns.branch_id.is_(None) & inside(columns.community, community)
    query = (
        select(columns.meeting_id, columns.title, columns.kind, columns.starts_at, columns.present, columns.state)
        .where(mine, columns.kind == kind, columns.starts_at >= since, columns.starts_at < until)
        .order_by(columns.starts_at, columns.meeting_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
