"""The row of a meeting's minutes."""

from __future__ import annotations

from datetime import date, datetime

from events.facts.base import HIDDEN
from events.facts.meeting import MeetingKind, Scheduled, SignedIn
from events.facts.meeting_minutes import MinutesCorrected, MinutesFrozen, MotionPut, Voted, VoteTakenBack
from services.registry.decide.meeting import CHINA
from services.registry.project import meeting, minutes
from tests.registry.project.folding import row_of

VOTED = Voted(motion=2, in_favour=4, against=1, abstain=0, present=5, voters=7, needed=4, carried=True, clause="§6.4")
FROZEN = MinutesFrozen(text="原文", present=("a",))


def test_counts_stand_with_their_motion_and_can_be_taken_back() -> None:
    two = MotionPut(motion=1, words="一"), MotionPut(motion=2, words="二", secret=True)
    row = row_of(minutes.view, *two, VOTED)
    assert [bool(one["counts"]) for one in row["motions"]] == [False, True]
    assert (row["motions"][1]["secret"], row["motions"][1]["counts"]["carried"]) == (True, True)
    assert row_of(minutes.view, *two, VOTED, VoteTakenBack(motion=2))["motions"][1]["counts"] is None


def test_frozen_words_stay_and_corrections_follow() -> None:
    row = row_of(minutes.view, FROZEN, MinutesCorrected(text="更正"), MinutesCorrected(came=("b",)))
    assert (row["text"], row["present"]) == ("原文", ["a"])
    assert [(one["text"], one["came"]) for one in row["corrections"]] == [("更正", []), (None, ["b"])]
    assert row_of(minutes.view, MinutesFrozen(text=HIDDEN, present=()))["text"] is None


def test_the_meeting_counts_who_came_late() -> None:
    at = datetime(2026, 11, 18, 9, tzinfo=CHINA)
    held = Scheduled(kind=MeetingKind.GENERAL, starts_at=at, title="x"), date(2026, 11, 18)
    late = MinutesCorrected(came=("c",), did_not_come=("a",))
    row = row_of(meeting.view, held, SignedIn(member_ids=("a", "b")), FROZEN, late)
    assert (row["present"], row["seq"]) == (2, 4)
