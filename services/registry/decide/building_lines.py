"""Lines such as `金桥路36弄28号,121.6012,31.2456`, pasted or out of a worksheet: what will be taken, and what not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from events.facts.building import Datum
from services.registry.decide.building import LINES_MAX, Buildings, Spot, micro, same_place, unlikely
from services.registry.decide.centre_policy import SpotsRule
from services.registry.decide.grid_places import spelt

_BETWEEN: Final = re.compile(r"[\t,，;；]+")
_BETWEEN_NUMBERS: Final = re.compile(r"[\s,，;；]+")
_TRAILING: Final = re.compile(r"^(?P<building>.+?)\s+(?P<numbers>[-\d.]+\s+[-\d.]+)$")
_EAST: Final = frozenset({"经度", "东经", "lng", "lon", "long", "longitude", "x"})
_NORTH: Final = frozenset({"纬度", "北纬", "lat", "latitude", "y"})
_NAME_MAX: Final = 200

Why = Literal[
    "no_building",
    "no_numbers",
    "no_number",
    "swapped",
    "out_of_bounds",
    "twice",
    "known_later",
    "two_datums",
    "too_many",
]
"""Why a line is not taken."""
How = Literal["new", "moved", "same"]


@dataclass(frozen=True, slots=True)
class Given:
    """One line as it was written; `row` counts from 1."""

    row: int
    building: str
    longitude: str
    latitude: str
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A line that can be put on record. `moved_from` is where the building stood until now."""

    row: int
    building: str
    longitude: Decimal
    latitude: Decimal
    how: How
    moved_from: Spot | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A line that is not taken, and why."""

    row: int
    text: str
    why: Why


def pasted(text: str) -> list[Given]:
    """The lines of a text; empty ones are passed over, and so is a heading."""
    return of_rows((number, _cells(line)) for number, line in enumerate(text.splitlines(), 1))


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _BETWEEN.split(unicodedata.normalize("NFKC", line).strip())]
    if len(cells) == 1 and (found := _TRAILING.match(cells[0])):
        return [found["building"], *found["numbers"].split()]
    return cells


def of_rows(rows: Iterable[tuple[int, Sequence[str]]]) -> list[Given]:
    """The lines of a worksheet; a heading may say that the latitude stands first."""
    north_first, heading = False, True
    found: list[Given] = []
    for number, written in rows:
        cells = [cell.strip() for cell in written]
        if not any(cells):
            continue
        if heading:
            heading = False
            words = [cell.lower() for cell in cells]
            if set(words) & (_EAST | _NORTH):
                north_first = any(word in _NORTH for word in words[1:2])
                continue
        numbers = [part for cell in cells[1:] for part in _BETWEEN_NUMBERS.split(cell) if part]
        first, second = (*numbers[:2], "", "")[:2]
        east, north = (second, first) if north_first else (first, second)
        found.append(Given(number, spelt(cells[0]), east, north, " ".join(cell for cell in cells if cell)))
    return found


def look(
    buildings: Buildings, lines: Sequence[Given], rule: SpotsRule, *, datum: Datum, as_of: date
) -> tuple[list[Taken], list[Left]]:
    """What these lines would do, line by line, in their order; `same` are those that are on record already."""
    known = buildings.spots()
    seen: dict[str, tuple[int, int]] = {}
    taken: list[Taken] = []
    left: list[Left] = []
    changed = {line.building for line in lines}
    stay = {spot.datum for building, spot in known.items() if building not in changed}
    for line in lines:
        east, north = _degrees(line.longitude), _degrees(line.latitude)
        why = _why_left(line, east, north, rule, seen, known, as_of)
        if why is None and stay - {datum}:
            why = "two_datums"
        if why is None and len(taken) >= LINES_MAX:
            why = "too_many"
        if why is not None or east is None or north is None:
            left.append(Left(line.row, line.text, why or "no_number"))
            continue
        at = micro(east), micro(north)
        if seen.get(line.building) == at:
            continue
        seen[line.building] = at
        before = known.get(line.building)
        spot = Spot(longitude=at[0], latitude=at[1], datum=datum, source="", as_of=as_of)
        how: How = "new" if before is None else "same" if same_place(before, spot) else "moved"
        taken.append(Taken(line.row, line.building, east, north, how, before if how == "moved" else None))
    return taken, left


def _why_left(
    line: Given,
    east: Decimal | None,
    north: Decimal | None,
    rule: SpotsRule,
    seen: Mapping[str, tuple[int, int]],
    known: Mapping[str, Spot],
    as_of: date,
) -> Why | None:
    if not line.building or len(line.building) > _NAME_MAX:
        return "no_building"
    if not line.longitude or not line.latitude:
        return "no_numbers"
    if east is None or north is None:
        return "no_number"
    at = micro(east), micro(north)
    if why := unlikely(*at, rule):
        return why
    if line.building in seen and seen[line.building] != at:
        return "twice"
    before = known.get(line.building)
    if before is not None and before.as_of > as_of and (before.longitude, before.latitude) != at:
        return "known_later"
    return None


def _degrees(text: str) -> Decimal | None:
    """A number of degrees; None for what is none (also for degrees with minutes and seconds)."""
    try:
        found = Decimal(text.strip("°东经北纬EN"))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) <= 180 else None
