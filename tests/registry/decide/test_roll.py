"""The roll of a meeting: called once, called again when the register is righter, and whom an approval leaves out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from events.facts.meeting import Cancelled, MeetingKind, Scheduled, SignedIn
from events.facts.meeting_roll import ExclusionTakenBack, NoVote, VoterExcluded, WhyNoVote
from events.facts.member import AwayKind
from events.facts.member_meeting import CountedAgain, LeftOutOfQuorum
from services.registry.decide.meeting import CHINA, MEETING
from services.registry.decide.member import MEMBER
from services.registry.decide.quorum import OnRoster, called
from services.registry.decide.roll import CountAgain, ExcludeVoter, call_roll, count_again, exclude
from tests.given import Outcome, given
from tests.registry.decide.people import POLICY, enrolled

DAY, TODAY = date(2026, 11, 20), date(2026, 11, 21)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
RULES = POLICY.meetings
HELD = (Scheduled(kind=MeetingKind.GENERAL, branch_id="b3", starts_at=AT, title="党员大会"), DAY)
LONG_AGO = date(1969, 7, 1)
ROSTER = [
    OnRoster("z", LONG_AGO, LONG_AGO),
    OnRoster("y", LONG_AGO, LONG_AGO, AwayKind.TEMPORARY_TRANSFER),
    OnRoster("x", date(2026, 6, 1), None),
    OnRoster("w", LONG_AGO, None),
]
ROLL = called(ROSTER, DAY, RULES)


def calling(*past: Any, again: bool = False, roster: Any = ROSTER) -> Outcome:
    return given(MEETING, *past).when(lambda one: call_roll(one, roster, RULES, again=again))


def test_the_roll_says_who_has_a_vote_and_why_others_have_none() -> None:
    assert ROLL.voters == ("w", "z")
    assert ROLL.without_vote == (
        NoVote(member_id="x", why=WhyNoVote.PROBATIONARY),
        NoVote(member_id="y", why=WhyNoVote.TRANSFERRED),
    )
    calling(HELD).then(ROLL, on=DAY).then_again_nothing()


def test_a_roll_that_stands_is_called_again_on_purpose_only() -> None:
    righter = [*ROSTER, OnRoster("v", LONG_AGO, LONG_AGO)]
    calling(HELD, ROLL, roster=righter).then_nothing()
    calling(HELD, ROLL, roster=righter, again=True).then(called(righter, DAY, RULES), on=DAY).then_again_nothing()
    calling(HELD, ROLL, again=True).then_nothing()


def test_what_has_no_roll() -> None:
    joint = (Scheduled(kind=MeetingKind.JOINT, starts_at=AT, title="义诊", partner_ids=("p",)), DAY)
    calling(joint).then_nothing()
    calling(HELD, roster=[]).then_nothing()
    calling(HELD, roster=[], again=True).then_refused("nobody_to_call")
    calling(HELD, Cancelled()).then_nothing()
    calling(HELD, Cancelled(), again=True).then_refused("cancelled")
    calling().then_refused("no_meeting")


def wish(**differently: Any) -> ExcludeVoter:
    usual = {
        "member_id": "z", "ground": "frail", "approved_by": "金桥街道党工委", "approval_no": "金党组〔2026〕18号",
        "approved_on": date(2026, 11, 10), "voted_on": date(2026, 11, 12), "in_favour": 9, "present": 11,
    }  # fmt: skip
    return ExcludeVoter.model_validate(usual | differently)


def excluding(*past: Any, command: ExcludeVoter | None = None) -> Outcome:
    spec = given(MEETING, *past, called="m").given(MEMBER, enrolled(), called="z")
    return spec.when(lambda one, _who: exclude(one, command or wish(), RULES.exclusion, TODAY, meeting_id="m"))


EXCLUDED = VoterExcluded(
    member_id="z", approved_by="金桥街道党工委", approval_no="金党组〔2026〕18号", approved_on=date(2026, 11, 10),
    voted_on=date(2026, 11, 12), in_favour=9, present=11, clause="§6.3",
)  # fmt: skip


def test_a_voter_is_left_out_with_both_agreements_once() -> None:
    ground = RULES.exclusion.grounds["frail"]
    excluding(HELD, ROLL).then(EXCLUDED, on=DAY, of="m").then(
        LeftOutOfQuorum(meeting_id="m", ground=ground), on=DAY, of="z"
    ).then_again_nothing()


@pytest.mark.parametrize(
    ("differently", "code"),
    [
        ({"member_id": "y"}, "not_a_voter"),
        ({"member_id": "stranger"}, "not_a_voter"),
        ({"ground": "lazy"}, "unknown_ground"),
        ({"approved_on": date(2026, 11, 21)}, "agreed_too_late"),
        ({"voted_on": date(2026, 11, 21)}, "agreed_too_late"),
        ({"in_favour": 12}, "more_votes_than_people"),
        ({"in_favour": 5, "present": 10}, "not_agreed"),
        ({"in_favour": 0, "present": 0}, "not_agreed"),
    ],
)
def test_without_the_evidence_nobody_is_left_out(differently: dict[str, Any], code: str) -> None:
    decided = excluding(HELD, ROLL, command=wish(**differently)).decided
    assert getattr(decided, "code", decided) == code


def test_nobody_is_left_out_who_is_there_or_before_the_roll() -> None:
    excluding(HELD, ROLL, SignedIn(member_ids=("z",))).then_refused("voter_is_there")
    excluding(HELD).then_refused("no_roll")
    excluding().then_refused("no_meeting")


def test_a_voter_counts_again_once() -> None:
    spec = given(MEETING, HELD, ROLL, EXCLUDED, called="m").given(MEMBER, enrolled(), called="z")
    spec.when(lambda one, _who: count_again(one, CountAgain(member_id="z"), meeting_id="m")).then(
        ExclusionTakenBack(member_id="z"), on=DAY, of="m"
    ).then(CountedAgain(meeting_id="m"), on=DAY, of="z").then_again_nothing()
