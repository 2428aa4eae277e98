"""How somebody is found by where they live, by typing it: 金桥路, 28号, 28号101, or 28-101 as offices say it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, func, or_

from events.facts.people import address_of
from events.log.project.sql import begins

_SAID: Final = re.compile(r"^(?P<building>[0-9]{1,4})-(?P<room>[0-9]{1,4})$")
_NUMBER: Final = re.compile(r"^[0-9]{1,3}$")
"""A number so short is a building's; a longer one is the tail of a phone."""
_ENDINGS: Final = ("号", "号楼", "幢", "栋", "座")
"""What may stand behind a building's number."""
_DIGITS: Final = tuple("0123456789")


def backwards(building: str | None) -> str | None:
    """A building as its end is looked for: in lower case, its last character first."""
    return unicodedata.normalize("NFKC", building).lower()[::-1] if building else None


def dwells(table: Table, word: str) -> list[ColumnElement[bool]]:
    """The ways in which a word may be said of a dwelling; none if it cannot be. The word is in lower case.

    The table has `address` (which begins with the building), `building_backwards` and `room`.
    """
    columns = table.c
    if said := _SAID.match(word):
        return [and_(_numbered(columns, said["building"]), begins(columns.room, said["room"]))]
    if _NUMBER.match(word):
        return [_numbered(columns, word)]
    if word.isascii():
        return []
    found = [begins(columns.address, word)]
    place = address_of(word)
    if place.building:
        ends = _ends(columns, place.building)
        found.append(and_(ends, begins(columns.room, place.room)) if place.room else ends)
    return found


def _numbered(columns: Any, number: str) -> ColumnElement[bool]:
    return or_(*(_ends(columns, number + ending) for ending in _ENDINGS))


def _ends(columns: Any, building: str) -> ColumnElement[bool]:
    """The building ends so; 8号 is not the end of 28号."""
    start = building[::-1]
    ends = begins(columns.building_backwards, start)
    if start[-1] not in _DIGITS:
        return ends
    return and_(ends, func.substr(columns.building_backwards, len(start) + 1, 1).not_in(_DIGITS))
