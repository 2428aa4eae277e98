"""How many members and branches stand in each part of the organisation: counted per community, added up to the top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.branch import BranchKind
from events.facts.unit import above
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member, unit


@dataclass(slots=True)
class Place:
    """One unit of the organisation, with what stands in it and below it. `name`: "" while nobody has named it.

    `members` are those on the roll; those `away` are among them.
    """

    path: str
    name: str = ""
    level: str = ""
    members: int = 0
    away: int = 0
    branches: int = 0
    depth: int = 0
    """Below the unit the tree begins with."""


async def tree(db: AsyncConnection, under: str = "") -> list[Place]:
    """The unit at a path, then everything below it: each before what belongs to it, in the order of their paths.

    `under` "" is everything the scope shows; then the first place has the path "".
    """
    members, branches = member.table.c, branch.table.c
    people = (
        select(path_text(members.community), members.state, func.count())
        .where(members.state.in_(member.ON_ROLL), inside(members.community, under))
        .group_by(members.community, members.state)
    )
    formed = (
        select(path_text(branches.community), func.count())
        .where(
            inside(branches.community, under), branches.closed_on.is_(None), branches.kind != BranchKind.GENERAL.value
        )
        .group_by(branches.community)
    )
    return added_up(
        await unit.units(db, under), (await db.execute(people)).all(), (await db.execute(formed)).all(), under
    )


def added_up(
    units: Iterable[Mapping[str, Any]],
    people: Sequence[Any],
    branches: Sequence[Any],
    under: str = "",
) -> list[Place]:
    """The tree from rows of units, of (community, state, members) and of (community, branches)."""
    places = {under: Place(under)}
    for row in units:
        place = _at(places, row["path"], under)
        place.name, place.level = row["name"], row["level"]
    for community, state, count in people:
        for place in _up_from(places, community, under):
            place.members += count
            place.away += count if state == member.AWAY else 0
    for community, count in branches:
        for place in _up_from(places, community, under):
            place.branches += count
    return sorted(places.values(), key=lambda place: place.path.split(".") if place.path else [])


def _up_from(places: dict[str, Place], path: str, under: str) -> list[Place]:
    """The place at a path and everything it belongs to, up to where the tree begins."""
    found = [_at(places, path, under)]
    while found[-1].path != under:
        found.append(_at(places, above(found[-1].path), under))
    return found


def _at(places: dict[str, Place], path: str, under: str) -> Place:
    if path not in places:
        parent = _at(places, above(path), under)
        places[path] = Place(path, depth=parent.depth + 1)
    return places[path]
