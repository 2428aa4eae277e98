"""The parts of a campaign that are handed out (a branch, a group of it, a household centre), and whom each holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, any_, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.census import CENTRE, part_of
from events.log.project.sql import inside
from services.registry.project import belonging, branch, centre, member


class Part(NamedTuple):
    """A part by its key, with what is said of it: branch and group, or whose house."""

    key: str
    branch: str = ""
    group: str = ""
    host: str = ""


def is_within_branch(key: str) -> bool:
    """Whether a part is less than a branch, or lies across branches: a group or a household centre."""
    return "/" in key or key.startswith(CENTRE)


def held_by(parts: Iterable[str]) -> ColumnElement[bool]:
    """Members whom one of these parts holds, as the newest facts say."""
    whole: list[str] = []
    centres: list[str] = []
    found: list[ColumnElement[bool]] = [false()]
    for key in parts:
        branch_id, _, group_id = key.partition("/")
        if key.startswith(CENTRE):
            centres.append(key.removeprefix(CENTRE))
        elif group_id:
            found.append(belonging.is_now_in(member.table.c.member_id, branch_id, group_id))
        else:
            whole.append(branch_id)
    if whole:
        found.append(func.coalesce(member.table.c.branch_id, "") == any_(literal(whole, ARRAY(Text))))
    if centres:
        there = centre.belonging.c
        them = select(there.member_id).where(there.centre_id == any_(literal(centres, ARRAY(Text))))
        found.append(member.table.c.member_id.in_(them))
    return or_(*found)


async def choices(db: AsyncConnection, campaign: Mapping[str, Any]) -> Sequence[Part]:
    """The groups and household centres that can be handed out in a campaign: groups by branch, then houses."""
    columns = branch.table.c
    query = select(columns.branch_id, columns.name, columns.groups).where(
        inside(columns.community, campaign["community"]), columns.closed_on.is_(None)
    )
    if campaign["branch_ids"]:
        query = query.where(columns.branch_id == any_(literal(list(campaign["branch_ids"]), ARRAY(Text))))
    rows = sorted(await db.execute(query), key=lambda one: branch.in_order(one.name))
    groups = [
        Part(part_of(one.branch_id, group_id), one.name, name)
        for one in rows
        for group_id, name in sorted(one.groups.items(), key=lambda each: branch.in_order(each[1]))
    ]
    houses = await centre.centres(db, campaign["community"])
    return groups + [Part(part_of(centre_id=one["centre_id"]), host=one["host"] or "") for one in houses]
