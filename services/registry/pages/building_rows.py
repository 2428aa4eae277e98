"""What the pages and the API of buildings have in common: which stand where, which are lived in and have no place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.centres.ground import far_from_the_rest
from services.registry.decide.building import MICRO, micro
from services.registry.decide.building_lines import Taken
from services.registry.decide.grid_places import spelt
from services.registry.handle.buildings import Buildings
from services.registry.pages.common import registry
from services.registry.project import building


@dataclass(frozen=True, slots=True)
class Home:
    """A building of a community: where it stands, if that is known, and how many members on the roll live there."""

    building: str
    members: int
    spot: Mapping[str, Any] | None

    @property
    def at(self) -> str:
        """`121.6012, 31.2456`; "" if it is not known."""
        return coordinates(self.spot["longitude"], self.spot["latitude"]) if self.spot else ""


def coordinates(longitude: int, latitude: int) -> str:
    """Millionths of a degree as people write them."""
    return f"{degrees(longitude)}, {degrees(latitude)}"


def degrees(millionths: int) -> str:
    """`121601200` -> `121.6012`."""
    return f"{millionths / MICRO:.6f}".rstrip("0").rstrip(".")


def buildings_handler(request: Request) -> Buildings:
    """The handler of commands about buildings."""
    return Buildings(registry(request))


async def homes(db: AsyncConnection, community: str) -> list[Home]:
    """Every building that is lived in or whose place is known: those without a place first, most members first."""
    placed = await building.spots(db, community)
    members: dict[str, int] = {}
    for name, count in (await building.lived_in(db, community)).items():
        members[spelt(name)] = members.get(spelt(name), 0) + count
    found = [Home(name, members.get(name, 0), placed.get(name)) for name in members.keys() | placed.keys()]
    return sorted(found, key=lambda one: (one.spot is not None, -one.members, one.building))


def doubts(taken: Sequence[Taken], known: Sequence[Home], far_metres: int) -> dict[str, list[str]]:
    """What a person might look at again before these lines are taken: by building, `nobody` and `far`."""
    lived_in = {one.building for one in known if one.members}
    spots = {one.building: (one.spot["longitude"], one.spot["latitude"]) for one in known if one.spot}
    spots |= {one.building: (micro(one.longitude), micro(one.latitude)) for one in taken}
    far = far_from_the_rest(spots, far_metres)
    found: dict[str, list[str]] = {}
    for one in taken:
        said = ["nobody"] * (one.building not in lived_in) + ["far"] * (one.building in far)
        if said:
            found[one.building] = said
    return found
