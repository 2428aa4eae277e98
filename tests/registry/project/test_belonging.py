"""Every member in exactly one branch at every date: any life of branches, through decide and fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts.base import Fact
from events.facts.branch import Formed
from events.facts.decision import Happened, Refused
from events.facts.member import Assigned, Died, EnrolmentWithdrawn
from events.log.project import Row
from services.registry.decide import branch_life, member
from services.registry.decide.branch import BRANCH, Branch
from services.registry.decide.branch_life import MergeBranch, SplitBranch
from services.registry.decide.commands import Assign, Die
from services.registry.decide.member import MEMBER, Member
from services.registry.project import belonging
from tests.registry.decide.people import enrolled
from tests.registry.project.folding import folded, recorded, zhang

BEGIN = date(2026, 1, 1)
DAYS = 60
PEOPLE = tuple("pqrstu")
BRANCHES = ("b0", "b1")

Step = tuple[str, int, int, int, frozenset[str]]
steps = st.lists(
    st.tuples(
        st.sampled_from(["assign", "split", "merge", "die"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 9),
        st.frozensets(st.sampled_from(PEOPLE), min_size=1),
    ),
    max_size=25,
)


@dataclass
class Town:
    """Branches and people, what was decided about them, and what the view made of it."""

    branches: dict[str, Branch] = field(default_factory=dict)
    people: dict[str, Member] = field(default_factory=dict)
    rows: dict[Any, Row] = field(default_factory=dict)
    seq: int = 0

    def happens(self, entity: str, fact: Fact, on: date) -> None:
        """One fact, evolved and folded."""
        self.seq += 1
        if entity in self.people or fact.STREAM == "member":
            self.people[entity] = MEMBER.evolve(self.people.get(entity, Member()), fact, on)
        else:
            self.branches[entity] = BRANCH.evolve(self.branches.get(entity, Branch()), fact, on)
        handler = belonging.view.handlers.get(type(fact))
        if handler is not None and handler.keys is not None:
            (one,) = recorded([(fact, on)], entity, self.seq)
            for key in handler.keys(one.fact, one.about):
                row = handler.fold(self.rows.get(key), one.fact, one.about)
                self.rows[key] = dict(zip(("member_id", "since"), key, strict=True)) | (row or {})

    def decided(self, plan: Mapping[str, Happened] | Happened | Refused, entity: str = "") -> None:
        """What follows from a decision; a refusal changes nothing."""
        if isinstance(plan, Refused):
            return
        for one, happened in (plan if isinstance(plan, Mapping) else {entity: plan}).items():
            for fact, on in happened.facts:
                self.happens(one, fact, on)

    def of(self, one: str) -> list[Row]:
        return [row for row in self.rows.values() if row["member_id"] == one]

    def since(self, branch_id: str, day: date) -> dict[str, Member]:
        """Who belonged to a branch on a day or later, as the view is asked for it."""
        return {
            one: state
            for one, state in self.people.items()
            if (belonging.at(self.of(one), day) or {}).get("branch_id") == branch_id
            or any(row["branch_id"] == branch_id and row["since"] > day for row in self.of(one))
        }


def town() -> Town:
    found = Town()
    for one in BRANCHES:
        found.happens(one, Formed(name=one), BEGIN)
    for place, one in enumerate(PEOPLE):
        fact, _ = enrolled(branch_id=BRANCHES[place % len(BRANCHES)])
        found.happens(one, fact, BEGIN)
    return found


def goes_on(found: Town, step: Step, today: date, number: int) -> None:
    """One thing happens, some days late or not, if it may."""
    what, first, second, late, chosen = step
    known = sorted(found.branches)
    source, target = known[first % len(known)], known[second % len(known)]
    on = today - timedelta(days=late)
    match what:
        case "assign":
            one = min(chosen)
            if not found.branches[target].merged_into:  # as `Registry.branch_id` sees to it
                found.decided(member.assign(found.people[one], Assign(branch=target), today), one)
        case "die":
            one = min(chosen)
            found.decided(member.die(found.people[one], Die(on=on), today), one)
        case "split":
            new_id = f"n{number}"
            command = SplitBranch(name=new_id, member_ids=tuple(sorted(chosen)), on=on, reason="x")
            people = {one: found.people[one] for one in command.member_ids}
            plan = branch_life.split_branch(
                found.branches[source], Branch(), people, command, today, source_id=source, new_id=new_id
            )
            found.decided(plan)
        case _:
            merging = MergeBranch(into=target, on=on, reason="x")
            plan = branch_life.merge_branch(
                found.branches[source],
                found.branches[target],
                found.since(source, on),
                merging,
                today,
                source_id=source,
            )
            found.decided(plan)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_every_member_is_in_exactly_one_branch_at_every_date(what: list[Step]) -> None:
    found = town()
    for number, step in enumerate(what):
        goes_on(found, step, BEGIN + timedelta(days=2 * number), number)
    for one, state in found.people.items():
        rows = found.of(one)
        assert len({row["since"] for row in rows}) == len(rows), "no day begins two spans"
        for day in (BEGIN + timedelta(days=each) for each in range(DAYS)):
            row = belonging.at(rows, day)
            assert (row is None) == (state.died_on is not None and day >= state.died_on)
            if row is None:
                continue
            assert row["branch_id"] in found.branches
            closed = found.branches[row["branch_id"]]
            assert not closed.merged_into or day < closed.changed_on, "nobody stands in a branch that has ended"
        last = belonging.at(rows, BEGIN + timedelta(days=DAYS))
        assert last is None or last["branch_id"] == state.branch_id, "the decider and the view say the same"
    assert belonging.at(found.of(PEOPLE[0]), BEGIN - timedelta(days=1)) is None


MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def rows_of(*happened: Fact | tuple[Fact, date]) -> list[Row]:
    return [row | {"since": key[1]} for key, row in folded(belonging.view, *happened).items()]


def test_what_is_written_late_takes_its_place_in_life() -> None:
    rows = rows_of((zhang(), MARCH), (Assigned(branch_id="b9"), MAY), (Assigned(branch_id="b5"), date(2026, 4, 1)))
    found = [belonging.at(rows, date(2026, month, 15)) for month in (3, 4, 5)]
    assert [row and row["branch_id"] for row in found] == ["b3", "b5", "b9"]


def test_death_ends_it_even_if_a_move_was_written_for_later() -> None:
    rows = rows_of((zhang(), MARCH), (Assigned(branch_id="b9"), MAY), (Died(), date(2026, 4, 20)))
    assert (belonging.at(rows, date(2026, 4, 19)) or {})["branch_id"] == "b3"
    assert belonging.at(rows, date(2026, 4, 20)) is None
    assert belonging.at(rows, date(2026, 6, 1)) is None


def test_an_enrolment_that_was_a_mistake_leaves_nothing() -> None:
    withdrawn = (EnrolmentWithdrawn(enrolled_on=MARCH), MAY)
    assert rows_of((zhang(), MARCH), withdrawn) == []
    again = rows_of((zhang(), MARCH), withdrawn, (zhang(branch_id="b7"), date(2026, 2, 1)))
    assert [(row["since"], row["branch_id"]) for row in again] == [(date(2026, 2, 1), "b7")]
