"""The rows of who counts at a meeting."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.facts.base import HIDDEN
from events.facts.meeting import NotesTakenBack, SignedIn
from events.facts.meeting_roll import ExclusionTakenBack, NoVote, RollCalled, VoterExcluded, WhyNoVote
from events.facts.member_meeting import CountedAgain, LeftOutOfQuorum
from services.registry.decide.quorum import roll_of
from services.registry.project import meeting_roll, member
from tests.registry.project.folding import WHO, folded, row_of, zhang

DAY = date(2026, 11, 18)
ROLL = RollCalled(
    voters=("a", "b"),
    without_vote=(NoVote(member_id="c", why=WhyNoVote.ON_CARD),),
    clause_voters="§6.2",
    present_permille=500,
    clause="§6.1",
    election_present_permille=800,
    election_clause="§6.5",
)
EXCLUDED = VoterExcluded(
    member_id=WHO, approved_by="街道", approval_no="18号", approved_on=DAY, voted_on=DAY, in_favour=3, present=4,
    clause="§6.3",
)  # fmt: skip


def test_the_roll_stands_in_the_row_as_it_was_called() -> None:
    row = row_of(meeting_roll.view, SignedIn(member_ids=("b", "a")), ROLL, NotesTakenBack(attended=("b",)))
    assert row["present"] == ["a"]
    assert roll_of(row["roll"]) == roll_of(ROLL)


def test_who_is_left_out_and_counts_again() -> None:
    assert row_of(meeting_roll.view, EXCLUDED)["excluded"] == [WHO]
    assert row_of(meeting_roll.view, EXCLUDED, ExclusionTakenBack(member_id=WHO))["excluded"] == []


def test_the_evidence_comes_from_both_sides_in_any_order() -> None:
    ground = LeftOutOfQuorum(meeting_id=WHO, ground="年老体弱")
    rows = [folded(meeting_roll.exclusions, *both) for both in ((EXCLUDED, ground), (ground, EXCLUDED))]
    assert rows[0] == rows[1]
    row = rows[0][WHO, WHO]
    assert (row["ground"], row["approval_no"], row["clause"]) == ("年老体弱", "18号", "§6.3")
    hidden = folded(meeting_roll.exclusions, LeftOutOfQuorum(meeting_id=WHO, ground=HIDDEN))
    assert hidden[WHO, WHO]["ground"] is None
    assert folded(meeting_roll.exclusions, EXCLUDED, ground, CountedAgain(meeting_id=WHO)) == {}


def test_the_card_moves_on() -> None:
    left_out = LeftOutOfQuorum(meeting_id="m", ground="年老体弱")
    assert row_of(member.view, zhang(), left_out, CountedAgain(meeting_id="m"))["seq"] == 3


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 3, 1), None),
        (date(2026, 4, 1), "card"),
        (date(2026, 6, 1), None),
        (date(2026, 8, 1), "intermittent"),
    ],
)
def test_how_somebody_was_away_on_the_day(day: date, kind: str | None) -> None:
    stays: list[dict[str, Any]] = [
        {"kind": "card", "since": "2026-04-01", "ended_on": "2026-06-01"},
        {"kind": "intermittent", "since": date(2026, 7, 1), "ended_on": None},
    ]
    assert meeting_roll.away_on(stays, day) == kind
