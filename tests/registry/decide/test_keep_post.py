"""A person decides that somebody stays in a post although they are away; and takes that back."""

from __future__ import annotations

from datetime import date

from events.facts.decision import Decision
from events.facts.member import AwayKind, Died, MovedAway, Returned
from events.facts.member_away import AwayDetailsChanged
from events.facts.member_service import PostKept, PostKeptWithdrawn, PostLeft, PostTaken
from events.facts.post import ServiceKind
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.service import KeepPost, keep, withdraw_keep
from tests.given import given
from tests.registry.decide.people import TODAY, enrolled

SPRING, MAY, JUNE = date(2026, 3, 12), date(2026, 5, 1), date(2026, 6, 1)
TAKEN = PostTaken(post_id="post", kind=ServiceKind.MEDIATION), SPRING
AWAY = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子"), MAY
KEPT = PostKept(post_id="post", away_since=MAY, away_to="杭州")


def keeping(member: Member) -> Decision:
    return keep(member, KeepPost(), TODAY, post_id="post")


def test_who_is_away_stays_because_a_person_says_so() -> None:
    given(MEMBER, enrolled(), TAKEN, AWAY).when(keeping).then(KEPT, on=TODAY).then_again_nothing()


def test_another_place_or_another_absence_is_another_decision() -> None:
    moved = AwayDetailsChanged(destination="苏州", fixed_place=True, reason="x"), JUNE
    there = PostKept(post_id="post", away_since=MAY, away_to="苏州")
    given(MEMBER, enrolled(), TAKEN, AWAY, KEPT, moved).when(keeping).then(there, on=TODAY)
    again = (Returned(), JUNE), (AWAY[0], JUNE)
    anew = PostKept(post_id="post", away_since=JUNE, away_to="杭州")
    given(MEMBER, enrolled(), TAKEN, AWAY, KEPT, *again).when(keeping).then(anew, on=TODAY)


def test_without_a_doubt_or_a_post_there_is_nothing_to_decide() -> None:
    given(MEMBER, enrolled(), TAKEN).when(keeping).then_refused("nothing_doubtful")
    given(MEMBER, enrolled(), AWAY).when(keeping).then_refused("not_in_post")
    given(MEMBER, enrolled(), TAKEN, AWAY, PostLeft(post_id="post")).when(keeping).then_refused("not_in_post")
    given(MEMBER, enrolled(), TAKEN, AWAY, Died()).when(keeping).then_refused("died")


def test_a_slip_is_taken_back_once() -> None:
    def back(member: Member) -> Decision:
        return withdraw_keep(member, TODAY, post_id="post")

    given(MEMBER, enrolled(), TAKEN, AWAY, KEPT).when(back).then(PostKeptWithdrawn(post_id="post")).then_again_nothing()
    given(MEMBER, enrolled(), TAKEN, AWAY).when(back).then_nothing()
