"""What the pages and the API of grids have in common: who lives where, and which grid would fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.decide.grid import Others
from services.registry.decide.grid_places import grid_for
from services.registry.handle.grids import Grids
from services.registry.pages.common import registry, sought
from services.registry.project import grid
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import NotFound

Row = Mapping[str, Any]


def grids_of(request: Request) -> Grids:
    """The handler of commands about grids."""
    return Grids(registry(request))


async def grid_row(request: Request, caller: Caller, grid_id: str) -> Row:
    """A grid the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: grid.grid(db, grid_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这个网格。"))
    return row


async def others_in(db: AsyncConnection, community: str, grid_id: str = "") -> Others:
    """Which place is covered by which of the community's standing grids, but for this one."""
    rows = await grid.grids(db, community)
    return {
        place: row["name"]
        for row in rows
        if row["grid_id"] != grid_id and row["community"] == community
        for place in row["covers"]
    }


@dataclass(frozen=True, slots=True)
class Building:
    """The people of one building (or, where a card names none, of one address), and the grid that would fit.

    `why` says where the suggestion comes from: `covered` by the grid, or `neighbours` whose cards say it.
    """

    name: str
    people: Sequence[Row]
    grid: str = ""
    why: str = ""


def buildings(people: Iterable[Row]) -> list[Building]:
    """People, sorted by where they live, building by building."""
    return [Building(name, list(those)) for name, those in groupby(people, key=_where)]


def _where(one: Row) -> str:
    return str(one["building"] or one["address"] or "")


def without_grid(everybody: Sequence[Row], grids: Sequence[Row]) -> list[Building]:
    """The buildings in which somebody's card says no standing grid, those people, and which grid would fit them."""
    standing = {name: row["name"] for row in grids for name in row["names"]}
    covers = {row["name"]: row["covers"] for row in grids}
    said: dict[str, Counter[str]] = {}
    for one in everybody:
        if one["grid"] in standing:
            said.setdefault(_where(one), Counter())[standing[one["grid"]]] += 1
    found = []
    for each in buildings(one for one in everybody if one["grid"] not in standing):
        home = each.people[0]["address"] or each.name
        if fits := grid_for(home, covers):
            found.append(Building(each.name, each.people, fits, "covered"))
        elif each.name and (neighbours := said.get(each.name)):
            found.append(Building(each.name, each.people, neighbours.most_common(1)[0][0], "neighbours"))
        else:
            found.append(each)
    return found


def counted(row: Row, counts: Mapping[str, int]) -> int:
    """How many members have one of the grid's names on their card."""
    return sum(counts.get(name, 0) for name in row["names"])


def unknown_names(grids: Sequence[Row], counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Grids that cards name and nobody has formed (or that were closed), with how many cards, the most first."""
    known = {name for row in grids for name in row["names"]}
    found = [(name, count) for name, count in counts.items() if name and name not in known]
    return sorted(found, key=lambda each: (-each[1], each[0]))
