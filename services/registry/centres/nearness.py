"""How far it is from one home to another, as far as written addresses tell (ADR 31)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_PARTS: Final = re.compile(
    r"^(?P<road>.*?(?:路|街|道|村|苑|园|坊|里))(?:(?P<lane>\d+)弄)?(?:(?P<number>\d+)(?:支弄|号楼|号|幢|栋|座))?"
)


@dataclass(frozen=True, slots=True)
class Steps:
    """Metres of one step, and the most a stretch can be; the pack's numbers (`centres.nearness`)."""

    building: int
    lane_max: int
    road: int
    road_max: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Place:
    """A home. `building` is as the card has it; `spot` (metres east and north of some corner) when it is known."""

    building: str = ""
    grid: str = ""
    spot: tuple[int, int] | None = None


@lru_cache(maxsize=50_000)
def parts_of(building: str) -> tuple[str, int | None, int | None]:
    """`金桥路36弄28号` -> road 金桥路, lane 36, number 28; a road of "" if no number says it is one."""
    found = _PARTS.match("".join(building.split()))
    if found is None or (found["lane"] is None and found["number"] is None):
        return "", None, None
    lane, number = found["lane"], found["number"]
    return found["road"], int(lane) if lane else None, int(number) if number else None


def metres(one: Place, other: Place, steps: Steps) -> int:
    """An estimate of the way between two homes, by the best that both are known by.

    Coordinates: the way along streets (east and north added). The same building: 0. The same lane: a step per number.
    The same road: across it, and a step per number between. The same grid: no further than across a lane. Otherwise,
    or when an address is missing, `elsewhere`.
    """
    if one.spot is not None and other.spot is not None:
        return abs(one.spot[0] - other.spot[0]) + abs(one.spot[1] - other.spot[1])
    if one.building and one.building == other.building:
        return 0
    by_address = _by_address(one.building, other.building, steps)
    return min(by_address, steps.lane_max) if one.grid and one.grid == other.grid else by_address


def _by_address(one: str, other: str, steps: Steps) -> int:
    (road, lane, number), (other_road, other_lane, other_number) = parts_of(one), parts_of(other)
    if not road or road != other_road:
        return steps.elsewhere
    if lane is not None and lane == other_lane:
        return steps.lane_max if number is None or other_number is None else _between(number, other_number, steps)
    first, second = lane or number, other_lane or other_number
    if first is None or second is None:
        return steps.road_max
    return min(steps.road * abs(first - second) + (steps.lane_max if lane or other_lane else 0), steps.road_max)


def _between(number: int, other: int, steps: Steps) -> int:
    return min(steps.building * abs(number - other), steps.lane_max)
