"""Points: reckoned from what somebody did, the same in whatever order it is told; some added by hand."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given as drawn
from hypothesis import strategies as st

from events.facts.decision import Decision
from events.facts.member_points import PointsAwarded, PointsTakenBack
from services.registry.decide import points as deciding
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.points import AwardPoints
from services.registry.decide.points_ledger import Did, Ledger, ledger
from services.registry.decide.points_policy import PointsFor
from tests.given import given
from tests.registry.decide.people import POLICY, TODAY, enrolled
from tests.tables import cases

RULES = POLICY.points


def reckoned(*done: Did) -> Ledger:
    return ledger(done, lambda _day: RULES)


def did(text: str, ref: str) -> Did:
    """A cell's `03-02 lecture`."""
    day, _, what = text.strip().partition(" ")
    on = date.fromisoformat(f"2026-{day}")
    if what.endswith("min"):
        return Did(PointsFor.SERVICE, on, ref, amount=int(what.removesuffix("min")))
    name, _, value = what.partition(" ")
    match name:
        case "dues":
            return Did(PointsFor.DUES, on, value, month=value)
        case "report":
            return Did(PointsFor.REPORTING, on, ref)
        case "activity" | "study":
            return Did(PointsFor(name), on, ref)
        case "hand":
            return Did(PointsFor.BY_HAND, on, ref, amount=int(value))
        case kind:
            return Did(PointsFor.ATTENDING, on, ref, kind=kind)


@cases("points")
def test_what_gives_how_many(row: dict[str, str]) -> None:
    found = reckoned(*(did(text, f"r{place}") for place, text in enumerate(row["did"].split(";"))))
    assert [line.points for line in found.lines] == [int(number) for number in row["points"].split()]
    assert (found.total, found.lines[-1].clause) == (int(row["total"]), row["clause"])


MEETING = st.builds(
    Did, st.just(PointsFor.ATTENDING), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.uuids().map(str),
    kind=st.sampled_from(["general", "lecture", "theme_day", "other"]),
)  # fmt: skip
SERVICE = st.builds(
    Did, st.just(PointsFor.SERVICE), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.uuids().map(str),
    amount=st.integers(1, 600),
)  # fmt: skip
DONE = st.lists(st.one_of(MEETING, SERVICE), max_size=30)


@drawn(DONE, st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_points_in_whatever_order_they_are_told(done: list[Did], chance: Random) -> None:
    shuffled = [*done, *done[:3]]  # told twice counts once
    chance.shuffle(shuffled)
    assert reckoned(*shuffled) == reckoned(*done)


@drawn(DONE)
def test_no_limit_is_passed_and_nothing_is_taken_off(done: list[Did]) -> None:
    found = reckoned(*done)
    assert all(0 <= line.points <= line.full for line in found.lines)
    assert all((line.cap is None) == (line.points == line.full) for line in found.lines)
    for what in (PointsFor.ATTENDING, PointsFor.SERVICE):
        rule = RULES.rule(what)
        for month in range(1, 13):
            in_month = [line.points for line in found.lines if line.did.what is what and line.did.on.month == month]
            assert sum(in_month) <= rule.month_max
        for quarter in range(4):
            months = range(3 * quarter + 1, 3 * quarter + 4)
            in_quarter = [line.points for line in found.lines if line.did.what is what and line.did.on.month in months]
            assert not rule.quarter_max or sum(in_quarter) <= rule.quarter_max


def test_a_grace_of_days_and_rules_that_change() -> None:
    dues = RULES.dues.model_copy(update={"days_late_max": 10})
    lenient = RULES.model_copy(update={"dues": dues})
    late = Did(PointsFor.DUES, date(2026, 4, 10), "2026-03", month="2026-03")
    assert ledger([late], lambda _day: lenient).total == 1
    assert ledger([late], lambda day: lenient if day < date(2026, 4, 1) else RULES).total == 0


AWARD = AwardPoints(points=3, what="台风天帮邻居", on=TODAY)
GIVEN = PointsAwarded(award_id="a", points=3, clause="§11.4", what="台风天帮邻居")


def award(member: Member, command: AwardPoints = AWARD, award_id: str = "a") -> Decision:
    return deciding.award_points(member, command, RULES.by_hand, TODAY, award_id=award_id)


def test_a_person_adds_points_once_and_takes_them_back_once() -> None:
    given(MEMBER, enrolled()).when(award).then(GIVEN, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), (GIVEN, TODAY)).when(lambda m: award(m, award_id="b")).then_nothing()
    given(MEMBER, enrolled(), GIVEN).when(lambda m: deciding.take_back(m, TODAY, award_id="a")).then(
        PointsTakenBack(award_id="a"), on=TODAY
    ).then_again_nothing()
    given(MEMBER, enrolled()).when(lambda m: deciding.take_back(m, TODAY, award_id="a")).then_refused("no_points")


def test_not_for_tomorrow_not_too_many_not_for_a_stranger() -> None:
    tomorrow = AWARD.model_copy(update={"on": TODAY + timedelta(days=1)})
    given(MEMBER, enrolled()).when(lambda m: award(m, tomorrow)).then_refused("in_future")
    many = AWARD.model_copy(update={"points": 11})
    given(MEMBER, enrolled()).when(lambda m: award(m, many)).then_refused("too_many_points", most=10, clause="§11.4")
    given(MEMBER).when(award).then_refused("not_enrolled")
