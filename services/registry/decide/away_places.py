"""Who lives at one place elsewhere: advice to form a mobile branch there, that a person reads (DOMAIN R6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from services.registry.decide.away_policy import TogetherRule

CITIES: Final = ("北京", "上海", "天津", "重庆")
"""Cities that are provinces: people write them without 市."""
_LETTERS_MIN: Final = 2


class Gathered(NamedTuple):
    """So many members at one place, by their ids in the order in which they were given, and the rule that says so."""

    place: str
    members: tuple[str, ...]
    clause: str


def place_of(destination: str) -> str:
    """The city of a destination as people write it: 浙江省杭州市西湖区, 杭州市 and 杭州 are one place.

    Where no city can be told, the whole text stands for the place; `gathered` finds it in longer ones.
    """
    text = "".join(destination.split())
    for end in ("省", "自治区"):
        head, found, rest = text.partition(end)
        text = rest if found and head and rest else text
    for city in CITIES:
        if text.startswith(city):
            return city
    head, found, _rest = text.partition("市")
    return head if found and len(head) >= _LETTERS_MIN else text


def gathered(destinations: Mapping[str, str], rule: TogetherRule) -> list[Gathered]:
    """Places with enough members (id -> destination), those with most members first."""
    places = {member: place_of(destination) for member, destination in destinations.items()}
    short = sorted(
        {place for place in places.values() if len(place) >= _LETTERS_MIN}, key=lambda each: (len(each), each)
    )
    found: dict[str, list[str]] = {}
    for member, place in places.items():
        found.setdefault(_shortest(place, short), []).append(member)
    many = [
        Gathered(place, tuple(members), rule.clause)
        for place, members in found.items()
        if len(members) >= rule.members_min
    ]
    return sorted(many, key=lambda each: (-len(each.members), each.place))


def _shortest(place: str, known: Iterable[str]) -> str:
    """`杭州西湖` is where `杭州` is, if somebody else is known to be there."""
    return next((each for each in known if place.startswith(each)), place)
