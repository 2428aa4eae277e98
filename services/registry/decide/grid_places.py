"""Which places a grid covers: a place is how the addresses in it begin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

_BETWEEN: Final = re.compile(r"[\n\r、,，;；]+")
_HIGHER: Final = frozenset("省市区县镇乡道")
"""An address may begin with the names of higher places, each of which ends in one of these."""


def spelt(text: str) -> str:
    """A place as it is compared: full-width digits and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def places_in(value: Any) -> Any:
    """Several places out of one text, one a line or one after 、; each once."""
    given = _BETWEEN.split(value) if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return value
    return tuple(dict.fromkeys(found for one in given if (found := spelt(one))))


def covers(place: str, home: str) -> bool:
    """Whether an address lies in a place: 36弄 covers 36弄28号101室; 36弄2 does not cover 36弄28号."""
    place, home = spelt(place), spelt(home)
    start = home.find(place) if place else -1
    while start >= 0:
        after = home[start + len(place) : start + len(place) + 1]
        whole = not (place[-1].isdigit() and after.isdigit())
        if whole and (start == 0 or home[start - 1] in _HIGHER):
            return True
        start = home.find(place, start + 1)
    return False


def grid_for(home: str | None, grids: Mapping[str, Iterable[str]]) -> str | None:
    """Of grids and the places they cover, the one whose place says most of the address: a building before its lane.

    None if no grid covers it, or if two say as much.
    """
    found: dict[str, int] = {}
    for grid, places in grids.items():
        lengths = [len(spelt(place)) for place in places if home and covers(place, home)]
        if lengths:
            found[grid] = max(lengths)
    most = max(found.values(), default=0)
    best = [grid for grid, length in found.items() if length == most]
    return best[0] if len(best) == 1 else None
