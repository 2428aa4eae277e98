"""A person closes the review of unpaid months, once, with an outcome, a note and a day to look again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from events.facts.member import Died
from events.facts.member_dues import ArrearsOutcome, ArrearsReviewed, ArrearsReviewTakenBack
from services.registry.decide.dues_review import ReviewArrears, longest_run, review_arrears, take_review_back
from services.registry.decide.member import MEMBER
from tests.given import Decide, given
from tests.registry.decide.people import POLICY, TODAY, enrolled

RULE = POLICY.dues.arrears
HALF_A_YEAR = tuple(f"2026-{month:02}" for month in range(5, 11))
REVIEWED = ArrearsReviewed(
    review_id="r1", first="2026-05", last="2026-10", outcome=ArrearsOutcome.WILL_PAY, note="月底来补",
    again_on=date(2027, 2, 21), clause="§2.6",
)  # fmt: skip


def reviewing(unpaid: tuple[str, ...] = HALF_A_YEAR, **differently: Any) -> Decide:
    command = ReviewArrears.model_validate({"outcome": "will_pay", "note": "月底来补"} | differently)
    return lambda member: review_arrears(member, command, unpaid, RULE, TODAY, review_id="r1")


def test_it_is_closed_once_and_taken_back_once() -> None:
    given(MEMBER, enrolled()).when(reviewing()).then(REVIEWED, on=TODAY).then_again_nothing()

    def back(member: Any) -> Any:
        return take_review_back(member, TODAY, review_id="r1")

    taken = ArrearsReviewTakenBack(review_id="r1")
    given(MEMBER, enrolled(), REVIEWED).when(back).then(taken, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled()).when(back).then_refused("no_review")


def test_the_day_to_look_again_is_the_rule_s_or_the_person_s() -> None:
    ((fact, _on),) = given(MEMBER, enrolled()).when(reviewing(on=date(2026, 11, 1))).then_facts()
    assert fact.again_on == date(2027, 2, 1)
    ((fact, _on),) = given(MEMBER, enrolled()).when(reviewing(again_on=date(2026, 12, 1))).then_facts()
    assert fact.again_on == date(2026, 12, 1)
    given(MEMBER, enrolled()).when(reviewing(again_on=TODAY)).then_refused("again_too_early", on=TODAY)


def test_what_is_no_matter_for_a_review_is_refused() -> None:
    given(MEMBER, enrolled()).when(reviewing(HALF_A_YEAR[1:])).then_refused(
        "too_few_to_review", months=5, needed=6, clause="§2.6"
    )
    gap = (*HALF_A_YEAR[:3], *HALF_A_YEAR[4:], "2026-11")
    given(MEMBER, enrolled()).when(reviewing(gap)).then_refused("too_few_to_review", months=3)
    given(MEMBER, enrolled()).when(reviewing(on=TODAY + timedelta(days=1))).then_refused("in_future")
    given(MEMBER, enrolled(), Died()).when(reviewing()).then_refused("died")


@pytest.mark.parametrize(
    ("months", "run"),
    [
        ((), ()),
        (("2026-01",), ("2026-01",)),
        (("2025-12", "2026-01"), ("2025-12", "2026-01")),
        (("2026-01", "2026-03", "2026-04"), ("2026-03", "2026-04")),
        (("2026-01", "2026-02", "2026-04", "2026-05"), ("2026-04", "2026-05")),
    ],
)
def test_the_longest_run_is_the_latest_of_the_longest(months: tuple[str, ...], run: tuple[str, ...]) -> None:
    assert longest_run(months) == run
