"""Quiet hours of the national pack: noon, and from eight in the evening until eight in the morning."""

from __future__ import annotations

from datetime import time

import pytest

from services.notify.decide.policy import policy_of
from tests.notify.decide.test_words import PACK, POLICY


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (time(11, 59), None),
        (time(12), time(14)),
        (time(13, 59), time(14)),
        (time(14), None),
        (time(19, 59), None),
        (time(20), time(8)),
        (time(0), time(8)),
        (time(7, 59), time(8)),
        (time(8), None),
    ],
)
def test_people_are_left_in_peace(now: time, until: time | None) -> None:
    assert POLICY.quiet.until(now) == until


def test_the_clause_of_the_quiet_must_have_its_words() -> None:
    with pytest.raises(ValueError, match="clauses without words: §8"):
        policy_of(PACK.replace('clause = "§5.6"', 'clause = "§8"'))
