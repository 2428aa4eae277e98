"""Coordinates as metres on the ground: good to a hundredth within a community, which is a few kilometres wide."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians
from statistics import median
from typing import Final

METRES_A_DEGREE: Final = 111_320
"""Along a meridian, and along the equator: within half a hundredth everywhere."""
_MICRO: Final = 1_000_000


def ground(spots: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Millionths of a degree east and north -> metres east and north of the most south-western of them all."""
    if not spots:
        return {}
    west, south = min(east for east, _north in spots.values()), min(north for _east, north in spots.values())
    middle = median(north for _east, north in spots.values()) / _MICRO
    east_metres = METRES_A_DEGREE * cos(radians(middle)) / _MICRO
    return {
        name: (round((east - west) * east_metres), round((north - south) * METRES_A_DEGREE / _MICRO))
        for name, (east, north) in spots.items()
    }


def far_from_the_rest(spots: Mapping[str, tuple[int, int]], metres: int) -> set[str]:
    """Which of them lie further than this, either way, from the middle of them all; a slip of a digit does."""
    placed = ground(spots)
    if not placed:
        return set()
    east, north = median(x for x, _y in placed.values()), median(y for _x, y in placed.values())
    return {name for name, (x, y) in placed.items() if max(abs(x - east), abs(y - north)) > metres}
