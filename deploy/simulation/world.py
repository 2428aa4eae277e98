"""What happens, whoever plans: who lives where, who is away or ill when, which visitor is ill, who is not at home.

Everything follows from the seed. Whether somebody is at home on a day is a matter of that person and that day alone, so
that both ways of planning meet with the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple
from zlib import crc32

from events.facts.care import Severity

VISIT_MINUTES, CALL_MINUTES = 45, 10
NOT_AT_HOME, NOT_ON_THE_PHONE = 0.12, 0.15
_AGE_FIRST, _AGE_MOST, _AGE_LAST = 50, 72, 96
_ALONE, _AWAY, _FALLS_ILL, _COMES = 0.25, 0.12, 0.12, 0.5
"""Of the old, who lives alone; who goes away in a year; of the old, who falls ill in a year; who comes to a meeting."""
_VISITOR_ILL: Final = 0.012
"""How likely a visitor falls ill on a day: some four times a year."""
_OLD, _VERY_OLD = 65, 85
_PEOPLE_PER_BUILDING: Final = 12
DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """From one day to another, both included."""

    first: date
    last: date

    def contains(self, day: date) -> bool:
        """True if the day is one of these."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Person:
    """Somebody, and what befalls them in the years."""

    number: int
    community: int
    birth: date
    lives_alone: bool
    building: int
    away: tuple[Span, ...]
    ill: tuple[tuple[date, Severity], ...]
    meetings: frozenset[date]

    def is_away(self, day: date) -> bool:
        """True if they live elsewhere on that day."""
        return any(span.contains(day) for span in self.away)


@dataclass(frozen=True)
class World:
    """The city over the years."""

    seed: int
    first: date
    last: date
    people: tuple[Person, ...]
    visitors: tuple[tuple[str, ...], ...]
    """By community."""
    sick_leave: dict[str, tuple[Span, ...]]

    def days(self) -> Iterator[date]:
        """Every day, the first first."""
        day = self.first
        while day <= self.last:
            yield day
            day += DAY

    def works(self, visitor: str, day: date) -> bool:
        """Whether the visitor can go out on that day."""
        return day.weekday() < 5 and not any(span.contains(day) for span in self.sick_leave[visitor])

    def is_met(self, person: Person, day: date, *, by_telephone: bool) -> bool:
        """Whether somebody who tries on that day meets the person; at the door of who is away, nobody does."""
        if not by_telephone and person.is_away(day):
            return False
        luck = crc32(f"{self.seed}/{person.number}/{day}/{by_telephone}".encode()) / 2**32
        return luck >= (NOT_ON_THE_PHONE if by_telephone else NOT_AT_HOME)


def made_up(seed: int, first: date, years: int, communities: int, members: int, visitors: int) -> World:
    """A city of so many communities with so many members and visitors each, for so many years."""
    last = date(first.year + years, first.month, first.day) - DAY
    chance = Random(f"simulation/{seed}")  # noqa: S311 - made-up people, no secret
    people = tuple(
        _somebody(chance, community * members + number, community, number, first, last)
        for community in range(communities)
        for number in range(members)
    )
    names = tuple(tuple(f"c{one + 1:02}-{chr(97 + each)}" for each in range(visitors)) for one in range(communities))
    leave = {name: tuple(_leave(chance, first, last)) for of_community in names for name in of_community}
    return World(seed, first, last, people, names, leave)


def _somebody(chance: Random, number: int, community: int, place: int, first: date, last: date) -> Person:
    birth = first - timedelta(days=int(chance.triangular(_AGE_FIRST, _AGE_LAST, _AGE_MOST) * 365.25))
    age, years = (first - birth).days / 365.25, (last - first).days / 365.25
    days = (last - first).days
    away, ill = [], []
    if chance.random() < _AWAY * years:
        left = first + timedelta(days=chance.randrange(days))
        away.append(Span(left, left + timedelta(days=chance.randrange(45, 300))))
    for _year in range(int(years)):
        if age >= _OLD and chance.random() < _FALLS_ILL:
            severity = chance.choice((Severity.MILD, Severity.MILD, Severity.SERIOUS, Severity.CRITICAL))
            ill.append((first + timedelta(days=chance.randrange(days)), severity))
    person = Person(
        number=number,
        community=community,
        birth=birth,
        lives_alone=age >= _OLD and chance.random() < _ALONE,
        building=place // _PEOPLE_PER_BUILDING,
        away=tuple(away),
        ill=tuple(sorted(ill)),
        meetings=frozenset(),
    )
    goes = age < _VERY_OLD and chance.random() < 0.8
    meetings = {
        day for day in _fifteenths(first, last) if goes and chance.random() < _COMES and not person.is_away(day)
    }
    return Person(**{**person.__dict__, "meetings": frozenset(meetings)})


def _fifteenths(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=15)
    while day <= last:
        if day >= first:
            yield day
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=15)


def _leave(chance: Random, first: date, last: date) -> Iterator[Span]:
    day = first
    while day <= last:
        if chance.random() < _VISITOR_ILL:
            span = Span(day, day + timedelta(days=chance.randrange(2, 15)))
            yield span
            day = span.last
        day += DAY
