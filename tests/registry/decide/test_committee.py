from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.base import Fact
from events.facts.branch import BranchKind, CommitteeElected, Formed, Merged, Post, Renamed, Seat
from events.facts.decision import Decision
from events.facts.member import Died
from services.registry.decide.branch import BRANCH, Branch
from services.registry.decide.committee import ElectCommittee, elect_committee
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.policy import TermReminderRule
from tests.given import Spec, given
from tests.registry.decide.people import POLICY, TODAY, enrolled

SEATS = (Seat(member_id="a", post=Post.SECRETARY), Seat(member_id="b", post=Post.PUBLICITY))
ON = date(2026, 11, 1)
ELECT = ElectCommittee(seats=SEATS, on=ON)
FIRST = Formed(name="第一党支部")
ELECTED = CommitteeElected(seats=SEATS, term_from=ON, until=date(2029, 10, 31), clause="§7.4")


def branch(*past: Fact | tuple[Fact, date]) -> Spec:
    spec = given(BRANCH, *past, called="b1")
    return spec.given(MEMBER, enrolled(branch_id="b1"), called="a").given(MEMBER, enrolled(branch_id="b1"), called="b")


def electing(command: ElectCommittee = ELECT) -> Any:
    def decide(one: Branch, a: Member, b: Member) -> Decision:
        rules, voting = POLICY.branches, POLICY.meetings.quorum
        return elect_committee(one, {"a": a, "b": b}, command, rules, voting, TODAY, branch_id="b1")

    return decide


def test_a_committee_is_elected_for_the_years_of_the_rules() -> None:
    branch(FIRST).when(electing()).then(ELECTED, on=ON).then_again_nothing()


def test_that_of_a_community_serves_longer_and_comes_from_its_branches() -> None:
    general = Formed(name="金桥党总支", kind=BranchKind.GENERAL)
    spec = given(BRANCH, general, called="g").given(MEMBER, enrolled(branch_id="b1"), called="a")
    spec.given(MEMBER, enrolled(branch_id="b2"), called="b")
    until = ELECTED.model_copy(update={"until": date(2031, 10, 31), "clause": "§7.5"})
    spec.when(electing()).then(until, on=ON).then_again_nothing()


def test_a_by_election_leaves_the_term_as_it_is() -> None:
    command = ElectCommittee(seats=SEATS[:1], on=date(2026, 11, 20), by_election=True)
    filled = ELECTED.model_copy(update={"seats": SEATS[:1], "by_election": True})
    branch(FIRST, (ELECTED, ON)).when(electing(command)).then(filled, on=date(2026, 11, 20)).then_again_nothing()
    branch(FIRST).when(electing(command)).then_refused("no_term")
    over = ELECTED.model_copy(update={"until": date(2026, 11, 19)})
    branch(FIRST, (over, ON)).when(electing(command)).then_refused("no_term")


def test_an_election_before_the_branch_came_on_record_is_taken() -> None:
    """A roster forms branches today; their committees were elected long ago. A new name in between is no matter."""
    past = (FIRST, TODAY), (Renamed(name="红枫路支部"), TODAY)
    branch(*past).when(electing()).then(ELECTED, on=ON)


@pytest.mark.parametrize(
    ("past", "changed", "code"),
    [
        ((), {}, "no_branch"),
        ((FIRST, Merged(into="b2", name="x", members=1)), {}, "branch_closed"),
        ((FIRST,), {"on": date(2026, 11, 22)}, "in_future"),
        ((FIRST, (ELECTED, date(2026, 11, 5))), {}, "before_last_election"),
    ],
)
def test_a_committee_is_not_elected_when(past: tuple[Any, ...], changed: dict[str, Any], code: str) -> None:
    branch(*past).when(electing(ELECT.model_copy(update=changed))).then_refused(code)


@pytest.mark.parametrize(
    ("past", "code"),
    [
        ((enrolled(branch_id="b9"),), "not_in_branch"),
        ((enrolled(branch_id="b1"), Died()), "not_in_branch"),
        ((enrolled(branch_id="b1", full_member_on=date(2026, 11, 2)),), "not_full_members"),
    ],
)
def test_nobody_is_elected_who_cannot_be(past: tuple[Any, ...], code: str) -> None:
    spec = given(BRANCH, FIRST, called="b1").given(MEMBER, enrolled(branch_id="b1"), called="a")
    spec.given(MEMBER, *past, called="b").when(electing()).then_refused(code, member_ids=["b"])


@pytest.mark.parametrize("posts", [(), ("deputy",), ("secretary", "secretary"), ("king",)])
def test_there_is_one_secretary(posts: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        ElectCommittee.model_validate({"seats": [{"member_id": f"m{n}", "post": post} for n, post in enumerate(posts)]})


@pytest.mark.parametrize(
    ("until", "months"),
    [
        (date(2027, 5, 22), None),
        (date(2027, 5, 21), 6),
        (date(2027, 2, 22), 6),
        (date(2027, 2, 21), 3),
        (date(2026, 11, 1), 3),
    ],
)
def test_a_reminder_is_due_six_and_three_months_before(until: date, months: int | None) -> None:
    assert POLICY.branches.term_reminder.reached(until, TODAY) == months


@pytest.mark.parametrize("months", [[], [3, 6], [6, 6], [6, 0]])
def test_reminders_come_ever_nearer(months: list[int]) -> None:
    with pytest.raises(ValidationError):
        TermReminderRule.model_validate({"months_before": months, "clause": "§"})
