from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.decide.policy import QuorumRule
from services.registry.pages.quorum import quorum_of

DAY = date(2026, 11, 18)
HALF = QuorumRule(share_permille=500, probation_months=12, clause="§6.1")


def person(*, here: bool, full: date | None = date(1969, 7, 1), joined: date = date(2026, 6, 1)) -> dict[str, Any]:
    return {"joined_on": joined, "full_member_on": full, "way": "in_person" if here else None}


@pytest.mark.parametrize(("here", "voters", "reached"), [(0, 0, False), (1, 2, True), (1, 3, False), (2, 3, True)])
def test_half_of_those_who_may_vote_must_be_there(here: int, voters: int, reached: bool) -> None:
    people = [person(here=number < here) for number in range(voters)]
    assert quorum_of(people, DAY, HALF).reached is reached


def test_who_is_no_full_member_yet_does_not_count() -> None:
    probationers = [person(here=True, full=None), person(here=True, full=date(2027, 1, 1))]
    quorum = quorum_of([*probationers, person(here=False)], DAY, HALF)
    assert (quorum.present, quorum.voters, quorum.needed, quorum.reached) == (0, 1, 1, False)


def test_a_member_of_many_years_votes_though_nobody_wrote_down_since_when() -> None:
    assert quorum_of([person(here=True, full=None, joined=date(1990, 7, 1))], DAY, HALF).voters == 1
