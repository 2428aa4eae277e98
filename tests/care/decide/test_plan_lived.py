"""A year of care lived through, visits made and missed at random: what the plan promises on every day of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from events.facts.base import Fact
from events.facts.care import VisitMade, VisitWay
from events.facts.decision import Decision, Happened
from services.care.decide.care import mark_missed, record_visit, replan
from services.care.decide.cared import Cared, Stage, Visit, done, evolve
from services.care.decide.commands import RecordVisit
from services.care.decide.plan import GREETED, Situation, Window, plan
from tests.care.decide.test_plan import POLICY, YEARS

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
births = st.dates(date(1930, 1, 1), date(1970, 12, 31))
in_mid_month = st.builds(date, st.integers(1930, 1970), st.integers(4, 12), st.integers(5, 25))
"""Whose birthday lies in one month and near no festival: nothing of a visit that was missed is left to be made."""


class Life:
    """One person's care, day after day."""

    def __init__(self, birth: date | None, *, lives_alone: bool = False) -> None:
        self.cared = Cared()
        self.situation = Situation(birth=birth, lives_alone=lives_alone)
        self.today = FIRST

    def apply(self, decision: Decision) -> list[Fact]:
        assert isinstance(decision, Happened), decision
        for fact, on in decision.facts:
            self.cared = evolve(self.cared, fact, on)
        return [fact for fact, _ in decision.facts]

    def knows(self, **changes: object) -> None:
        self.situation = self.situation.model_copy(update=changes)

    def goes_through_the_day(self) -> None:
        """As the planner does; at once again there is nothing to do."""
        self.apply(mark_missed(self.cared, self.today))
        year = YEARS.of(POLICY, self.today)
        self.apply(replan(self.cared, "m1", self.situation, year))
        assert self.apply(replan(self.cared, "m1", self.situation, year)) == []

    def meets(self, visit_id: str) -> None:
        """Somebody goes, or telephones."""
        way = self.cared.visits[visit_id].window.way
        self.apply(record_visit(self.cared, visit_id, RecordVisit(made_on=self.today, by="li"), self.today))
        self.met(way)

    def met(self, way: VisitWay) -> None:
        self.knows(last_contact=self.today, **({"last_visit": self.today} if way is VisitWay.HOME else {}))

    def waiting(self) -> list[tuple[str, Visit]]:
        return [(one, visit) for one, visit in self.cared.open_visits() if visit.window.start <= self.today]


def serving(life: Life, asked: Window) -> Iterator[Visit]:
    return (visit for visit in life.cared.visits.values() if serves(visit.window, asked))


def serves(visit: Window, asked: Window) -> bool:
    return asked.reason in visit.reasons and asked.start <= visit.start and visit.end <= asked.end


@settings(max_examples=15, deadline=None)
@forall(births, st.booleans(), st.integers(0, 9), st.randoms(use_true_random=False))
def test_every_window_has_exactly_one_planned_or_done_visit(
    birth: date, alone: bool, diligence: int, chance: Random
) -> None:
    life = Life(birth, lives_alone=alone)
    while life.today <= LAST:
        life.goes_through_the_day()
        check_windows(life)
        for visit_id, visit in life.waiting():
            still = life.cared.visits[visit_id].stage is Stage.OPEN
            if still and chance.random() * 10 < diligence * (2 if visit.window.due <= life.today else 0.5):
                life.meets(visit_id)
        life.today += timedelta(days=chance.choice((1, 1, 2, 3, 5)))


def check_windows(life: Life) -> None:
    """Of each window that is open: one visit waits or will be put on record later, or it is done with; not both."""
    year = YEARS.of(POLICY, life.today)
    coming = plan(life.situation, done(life.cared), year, "m1")
    for asked in year.windows(life.situation.birth, lives_alone=life.situation.lives_alone):
        if not asked.contains(life.today):
            continue
        visits = list(serving(life, asked))
        waits = [one.window for one in visits if one.stage is Stage.OPEN]
        later = [one for one in coming if not year.is_near(one) and serves(one, asked)]
        assert len(waits) + len(later) + is_done(life, asked, visits) == 1, (asked, life.today, visits)
    for one, other in combinations([visit.window for _, visit in life.cared.open_visits()], 2):
        assert not (set(one.reasons) & set(other.reasons)) or one.end < other.start or other.end < one.start


def is_done(life: Life, asked: Window, visits: list[Visit]) -> bool:
    if any(one.stage is Stage.MADE for one in visits):
        return True
    if any(one.stage is Stage.MISSED and one.window.reason is asked.reason for one in visits):
        return True
    last = life.situation.last_contact if asked.way is VisitWay.CALL else life.situation.last_visit
    return asked.reason not in GREETED and last is not None and asked.contains(last)


@settings(max_examples=10, deadline=None)
@forall(in_mid_month, st.booleans(), st.randoms(use_true_random=False))
def test_planning_every_day_and_now_and_then_comes_to_the_same(birth: date, alone: bool, chance: Random) -> None:
    often, seldom = Life(birth, lives_alone=alone), Life(birth, lives_alone=alone)
    while often.today <= date(2026, 6, 30):
        often.goes_through_the_day()
        if chance.random() < 0.3:
            seldom.today = often.today
            seldom.goes_through_the_day()
            assert opened(often) == opened(seldom)
        often.today += timedelta(days=1)


def opened(life: Life) -> dict[str, Window]:
    return {visit_id: visit.window for visit_id, visit in life.cared.open_visits()}


TOLD_BY_REGISTRY = (
    {"birth": date(1944, 6, 11)},
    {"lives_alone": True},
    {"away_since": date(2026, 10, 2)},
    {"away_since": None},
    {"birth": date(1946, 12, 3)},
    {"lives_alone": False},
)
TOLD_BY_CARE = (
    (date(2026, 9, 28), VisitWay.HOME),
    (date(2026, 10, 12), VisitWay.CALL),
    (date(2026, 10, 14), VisitWay.HOME),
)


@pytest.mark.parametrize("upto", range(1, len(TOLD_BY_REGISTRY) + 1))
@settings(max_examples=20, deadline=None)
@forall(st.data())
def test_the_order_in_which_services_are_heard_does_not_change_the_plan(upto: int, data: st.DataObject) -> None:
    """What each service says is heard in its order, one service's facts anywhere between those of the other."""
    heard = [data.draw(st.permutations(["registry"] * upto + ["care"] * len(TOLD_BY_CARE))) for _ in range(2)]
    assert opened(hears(heard[0])) == opened(hears(heard[1]))


def hears(order: list[str]) -> Life:
    life, registry, care = Life(None), iter(TOLD_BY_REGISTRY), iter(TOLD_BY_CARE)
    life.today = date(2026, 10, 15)
    for service in order:
        if service == "registry":
            life.knows(**next(registry))
        else:
            on, way = next(care)
            life.cared = evolve(life.cared, VisitMade(by="li", way=way), on)
            home = {"last_visit": on} if way is VisitWay.HOME else {}
            life.knows(last_contact=max(on, life.situation.last_contact or on), **home)
        life.apply(replan(life.cared, "m1", life.situation, YEARS.of(POLICY, life.today)))
    return life
