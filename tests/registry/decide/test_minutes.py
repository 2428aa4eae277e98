"""Motions and their counts, and minutes that are frozen and then only added to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from events.facts.decision import Happened, Refused
from events.facts.meeting import Cancelled, MeetingKind, Scheduled, SignedIn
from events.facts.meeting_minutes import (
    FrozenQuorum,
    MinutesCorrected,
    MinutesFrozen,
    MotionPut,
    Voted,
    VoteKind,
    VoteTakenBack,
)
from events.facts.meeting_roll import RollCalled
from events.facts.member import Attended
from events.facts.member_meeting import AttendanceTakenBack, Noted
from services.registry.decide.attendance import Excuse, TakeBack, excuse, take_back
from services.registry.decide.meeting import CHINA, MEETING, CancelMeeting, SignIn, cancel, sign_in
from services.registry.decide.member import MEMBER
from services.registry.decide.minutes import (
    CorrectMinutes,
    FreezeMinutes,
    PutMotion,
    RecordVote,
    TakeVoteBack,
    correct,
    freeze,
    put,
    take_vote_back,
    vote,
)
from services.registry.decide.roll import call_roll
from tests.given import Outcome, given
from tests.registry.decide.people import POLICY, enrolled
from tests.tables import cases

DAY, TODAY = date(2026, 11, 20), date(2026, 11, 21)
RULES = POLICY.meetings
AT = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
HELD = (Scheduled(kind=MeetingKind.GENERAL, branch_id="b3", starts_at=AT, title="党员大会"), DAY)


def roll(voters: int) -> RollCalled:
    return RollCalled(
        voters=tuple(f"{number:03d}" for number in range(voters)), clause_voters="§6.2", present_permille=500,
        clause="§6.1", election_present_permille=800, election_clause="§6.5",
    )  # fmt: skip


def there(people: int) -> SignedIn:
    return SignedIn(member_ids=tuple(f"{number:03d}" for number in range(people)))


@cases("votes")
def test_a_motion_is_carried_or_not(row: dict[str, str]) -> None:
    state = MEETING.initial
    for fact in (HELD[0], roll(int(row["voters"])), there(int(row["present"]))):
        state = MEETING.evolve(state, fact, DAY)
    command = RecordVote(
        motion="x", kind=VoteKind(row["kind"]), in_favour=int(row["for"]), against=int(row["against"]),
        abstain=int(row["abstained"]),
    )  # fmt: skip
    decided = vote(state, command, RULES, TODAY)
    refusals = {"no quorum": "no_quorum", "too many": "more_votes_than_people"}
    if row["result"] in refusals:
        assert isinstance(decided, Refused)
        assert decided.code == refusals[row["result"]]
        assert decided.details.get("clause", "") == row["clause"]
        return
    assert isinstance(decided, Happened)
    found = decided.facts[-1][0]
    assert isinstance(found, Voted)
    assert (found.needed, found.clause) == (int(row["needed"]), row["clause"])
    assert found.carried is (row["result"] in {"carried", "elected"})


PUT = MotionPut(motion=1, words="接收预备党员")
VOTED = Voted(
    motion=1, in_favour=4, against=1, abstain=0, present=5, voters=7, needed=4, carried=True, clause="§6.4"
)  # fmt: skip
COUNTS = RecordVote(motion="接收预备党员", in_favour=4, against=1)


def voting(*past: Any, command: RecordVote = COUNTS) -> Outcome:
    return given(MEETING, HELD, roll(7), *past).when(lambda one: vote(one, command, RULES, TODAY))


def test_a_motion_is_put_once_and_counted_once() -> None:
    putting = given(MEETING, HELD, roll(7)).when(lambda one: put(one, PutMotion(motion="接收预备党员"), TODAY))
    putting.then(PUT, on=DAY).then_again_nothing()
    voting(there(5)).then(PUT, VOTED, on=DAY).then_again_nothing()
    voting(there(5), PUT).then(VOTED, on=DAY).then_again_nothing()
    other = COUNTS.model_copy(update={"in_favour": 5, "against": 0})
    voting(there(5), PUT, VOTED, command=other).then_refused("voted_already", motion="接收预备党员")


def test_counts_are_taken_back_until_the_minutes_are_frozen() -> None:
    def back(*past: Any, motion: int = 1) -> Outcome:
        spec = given(MEETING, HELD, roll(7), there(5), *past)
        return spec.when(lambda one: take_vote_back(one, TakeVoteBack(motion=motion)))

    back(PUT, VOTED).then(VoteTakenBack(motion=1), on=DAY).then_again_nothing()
    back(PUT).then_nothing()
    back(PUT, motion=2).then_refused("no_motion")
    back(PUT, VOTED, FROZEN).then_refused("minutes_frozen")
    voting(there(5), PUT, VOTED, VoteTakenBack(motion=1)).then(VOTED, on=DAY)


def test_nothing_is_decided_before_the_day_or_without_a_roll() -> None:
    given(MEETING, HELD).when(lambda one: vote(one, COUNTS, RULES, TODAY)).then_refused("no_roll")
    given(MEETING, HELD, roll(7)).when(lambda one: put(one, COUNTS, date(2026, 11, 19))).then_refused(
        "not_yet", day=DAY
    )
    given(MEETING, HELD, roll(7), Cancelled()).when(lambda one: put(one, COUNTS, TODAY)).then_refused("cancelled")
    given(MEETING).when(lambda one: put(one, COUNTS, TODAY)).then_refused("no_meeting")


def test_who_has_a_vote_does_not_change_after_a_vote() -> None:
    spec = given(MEETING, HELD, roll(7), there(5), PUT, VOTED)
    spec.when(lambda one: call_roll(one, [], RULES, again=True)).then_refused("has_votes")


# ── minutes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXT = "讨论了接收预备党员的事。"
FROZEN = MinutesFrozen(
    text=TEXT,
    present=("000", "001", "002", "003", "004"),
    quorum=FrozenQuorum(present=5, voters=7, needed=4, reached=True, clause="§6.1"),
)


def test_the_minutes_hold_who_came_and_the_number() -> None:
    spec = given(MEETING, HELD, roll(7), there(5))
    freezing = spec.when(lambda one: freeze(one, FreezeMinutes(text=TEXT), TODAY))
    freezing.then(FROZEN, on=TODAY).then_again_nothing()
    again = given(MEETING, HELD, roll(7), there(5), FROZEN)
    again.when(lambda one: freeze(one, FreezeMinutes(text="别的"), TODAY)).then_refused("minutes_frozen")
    given(MEETING, HELD).when(lambda one: freeze(one, FreezeMinutes(text=TEXT), date(2026, 11, 1))).then_refused(
        "not_yet", day=DAY
    )


def test_a_correction_adds_and_never_edits() -> None:
    adding = CorrectMinutes(text="日期应为九月。")
    given(MEETING, HELD, FROZEN).when(lambda one: correct(one, adding, TODAY)).then(
        MinutesCorrected(text="日期应为九月。"), on=TODAY
    ).then_again_nothing()
    given(MEETING, HELD).when(lambda one: correct(one, adding, TODAY)).then_refused("not_frozen")


def test_who_signs_in_late_is_a_correction_and_the_number_stays() -> None:
    spec = given(MEETING, HELD, roll(7), there(5), FROZEN, called="m").given(MEMBER, enrolled(), called="z")
    late = spec.when(
        lambda one, who: sign_in(one, {"z": who}, SignIn(member_ids=("z",)), TODAY, meeting_id="m"),
    )
    late.then(MinutesCorrected(came=("z",)), on=TODAY, of="m").then(
        Attended(meeting_id="m"), on=DAY, of="z"
    ).then_again_nothing()
    state = MEETING.evolve(spec.entities["m"].state, MinutesCorrected(came=("z",)), TODAY)
    assert len(state.present) == 5
    assert "z" in state.came


def test_whoever_was_not_there_after_all_is_a_correction() -> None:
    spec = given(MEETING, HELD, SignedIn(member_ids=("z",)), FROZEN, called="m").given(MEMBER, enrolled(), called="z")
    spec.when(lambda one, _who: take_back(one, TakeBack(member_ids=("z",)), TODAY, meeting_id="m")).then(
        MinutesCorrected(did_not_come=("z",)), on=TODAY, of="m"
    ).then(AttendanceTakenBack(meeting_id="m", was=Noted.ATTENDED), on=DAY, of="z").then_again_nothing()


def test_frozen_minutes_take_no_leave_and_cannot_be_cancelled() -> None:
    spec = given(MEETING, HELD, FROZEN, called="m").given(MEMBER, enrolled(), called="z")
    leave = POLICY.meetings.leave
    wish = Excuse(member_ids=("z",))
    spec.when(
        lambda one, who: excuse(one, {"z": who}, wish, leave, TODAY, meeting_id="m", post="secretary")
    ).then_refused("minutes_frozen")
    given(MEETING, HELD, FROZEN).when(lambda one: cancel(one, CancelMeeting(), TODAY)).then_refused(
        "has_taken_place", present=0
    )
