"""Which windows the rules ask for over the years, whoever plans, and whether somebody came in them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from deploy.simulation.diary import Diary
from deploy.simulation.world import Person, World
from events.facts.care import VisitReason, VisitWay
from services.care.calendar import festival_days
from services.care.decide.plan import visit_for_illness
from services.care.decide.policy import CarePolicy
from services.care.decide.window import Window
from services.care.decide.year import Year


class Asked(NamedTuple):
    """Somebody is to be met from a day to another, by telephone or at the door."""

    reason: VisitReason
    first: date
    last: date
    by_telephone: bool


@dataclass
class Kept:
    """How many windows there were, and in how many somebody came."""

    asked: Counter[VisitReason] = field(default_factory=Counter)
    kept: Counter[VisitReason] = field(default_factory=Counter)
    asked_by_month: Counter[str] = field(default_factory=Counter)
    kept_by_month: Counter[str] = field(default_factory=Counter)
    """By the month in which the window closes: `2027-03`."""

    @property
    def share(self) -> float:
        """Of all windows, those kept, between 0 and 1."""
        return self.kept.total() / max(1, self.asked.total())


def asked_for(world: World, person: Person, policy: CarePolicy, years: Sequence[Year]) -> Iterator[Asked]:
    """The windows that open and close within the simulated time while the person is where the window is for."""
    for year in years:
        for window in year.windows(person.birth, lives_alone=person.lives_alone):
            if window.start.year == year.today.year and window.end <= world.last and not _away_in(person, window):
                yield Asked(window.reason, window.start, window.end, window.is_call)
    every = timedelta(days=policy.away.every_days)
    for span in person.away:
        start = max(span.first, world.first)
        while (end := start + every - timedelta(days=1)) <= min(span.last, world.last):
            yield Asked(VisitReason.AWAY, start, end, True)
            start += every
    for since, severity in person.ill:
        window = visit_for_illness(severity, since, policy, since, VisitWay.HOME)
        if window.due <= world.last and not person.is_away(since):
            yield Asked(VisitReason.FELL_ILL, since, window.due, False)


def _away_in(person: Person, window: Window) -> bool:
    return any(span.first <= window.end and window.start <= span.last for span in person.away)


def measured(world: World, policy: CarePolicy, diary: Diary) -> Kept:
    """Against what the diary says. A visit counts for every window of the door it lies in, a contact for every call."""
    years = [Year(policy, festival_days(), date(year, 1, 1)) for year in range(world.first.year, world.last.year + 1)]
    found = Kept()
    for person in world.people:
        visits = sorted(diary.visits[person.number])
        contacts = sorted(diary.contacts[person.number])
        for asked in asked_for(world, person, policy, years):
            month = f"{asked.last:%Y-%m}"
            found.asked[asked.reason] += 1
            found.asked_by_month[month] += 1
            if _any_in(contacts if asked.by_telephone else visits, asked.first, asked.last):
                found.kept[asked.reason] += 1
                found.kept_by_month[month] += 1
    return found


def _any_in(days: Sequence[date], first: date, last: date) -> bool:
    at = bisect_left(days, first)
    return at < len(days) and days[at] <= last
