"""What other rules would change for everybody of a place, before they are taken up: counted, and nothing written."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Final

from services.care.decide.difference import Kind, difference
from services.care.decide.plan import Done, Situation, plan
from services.care.decide.policy import CarePolicy
from services.care.decide.year import Years
from services.care.project import situation
from services.care.react.planner import Reading, situation_of

SLICE_PEOPLE: Final = 500
SAMPLE_PEOPLE: Final = 10

RulesOf = Callable[[str], CarePolicy]
"""Community -> the rules that hold there."""


@dataclass
class Compared:
    """What would change in the twelve months from `day` on. A visit counts for each of its reasons in `more` and
    `fewer`, and once in `visits` and `calls` (before, after).
    """

    day: date
    people: int = 0
    changed: int = 0
    visits: tuple[int, int] = (0, 0)
    calls: tuple[int, int] = (0, 0)
    more: Counter[Kind] = field(default_factory=Counter)
    fewer: Counter[Kind] = field(default_factory=Counter)
    communities: dict[str, Counter[str]] = field(default_factory=dict)
    """By community: `changed` people, visits and calls `more` and `fewer`."""
    sample: dict[str, Mapping[Kind, int]] = field(default_factory=dict)
    """Some of those for whom something changes, by member id."""


@dataclass(frozen=True)
class Preview:
    """Compares two sets of rules over everybody of a place. Rests as long as it works: pages go first."""

    reading: Reading
    years: Years

    async def compare(self, scope: str, before: RulesOf, after: RulesOf, day: date) -> Compared:
        """Both plans of everybody on the roll in the scope, person by person."""
        found, last = Compared(day), ""
        while True:
            async with self.reading(scope) as db:
                people = await situation.on_roll_after(db, last, SLICE_PEOPLE)
            if not people:
                return found
            began = monotonic()
            for member_id, known in people.items():
                rules = before(known["community"]), after(known["community"])
                self._add(found, member_id, known["community"], situation_of(known), rules)
            last = max(people)
            await asyncio.sleep(monotonic() - began)

    def _add(
        self, found: Compared, member_id: str, community: str, known: Situation, rules: tuple[CarePolicy, CarePolicy]
    ) -> None:
        found.people += 1
        was, will = (plan(known, Done(), self.years.of(each, found.day)) for each in rules)
        calls = tuple(sum(window.is_call for window in windows) for windows in (was, will))
        found.calls = (found.calls[0] + calls[0], found.calls[1] + calls[1])
        found.visits = (found.visits[0] + len(was) - calls[0], found.visits[1] + len(will) - calls[1])
        more = difference(was, will)
        if more is None:
            return
        found.changed += 1
        there = found.communities.setdefault(community, Counter())
        there["changed"] += 1
        there["more"] += max(0, len(will) - len(was))
        there["fewer"] += max(0, len(was) - len(will))
        for kind, number in more.items():
            (found.more if number > 0 else found.fewer)[kind] += abs(number)
        if more and len(found.sample) < SAMPLE_PEOPLE:
            found.sample[member_id] = more
