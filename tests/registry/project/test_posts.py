"""Posts, who holds them, wishes, answers and hours, as the tables say after the facts."""

from __future__ import annotations

from datetime import date, time

import pytest

from events.facts.base import HIDDEN
from events.facts.member_service import (
    Availability,
    PostDeclined,
    PostKept,
    PostKeptWithdrawn,
    PostLeft,
    PostOffered,
    PostTaken,
    ServiceHoursLogged,
    ServiceHoursWithdrawn,
    ServiceNotWished,
    ServiceWished,
    ServiceWishWithdrawn,
)
from events.facts.post import PostChanged, PostClosed, PostOpened, PostTerms, ServiceKind
from services.registry.project import member, post, service_hours, service_wish
from tests.registry.project.folding import WHO, folded, row_of, zhang

MARCH = date(2026, 3, 12)
TERMS = PostTerms(
    name="调解站", kind=ServiceKind.MEDIATION, places=2, weekdays=(2, 4), begins=time(9), ends=time(11, 30)
)
TAKEN = PostTaken(post_id="p", kind=ServiceKind.MEDIATION)


def test_a_post_is_what_it_was_last_changed_to_until_it_is_closed() -> None:
    row = row_of(post.view, (PostOpened(terms=TERMS), MARCH))
    assert (row["name"], row["kind"], row["begins"], row["ends"]) == ("调解站", "mediation", "09:00", "11:30")
    assert (row["weekdays"], row["opened_on"], post.terms_of(row)) == ([2, 4], MARCH, TERMS)
    more = TERMS.model_copy(update={"places": 5, "begins": None})
    row = row_of(post.view, (PostOpened(terms=TERMS), MARCH), PostChanged(terms=more), (PostClosed(), MARCH))
    assert (row["places"], row["begins"], row["closed_on"], row["opened_on"]) == (5, None, MARCH, MARCH)
    with pytest.raises(LookupError):
        folded(post.view, PostClosed())


def test_somebody_holds_a_post_until_they_leave_and_may_come_back() -> None:
    row = row_of(post.holders, (TAKEN, MARCH), (PostLeft(post_id="p"), MARCH))
    assert (row["since"], row["left_on"]) == (MARCH, MARCH)
    assert row_of(post.holders, TAKEN, PostLeft(post_id="p"), (TAKEN, MARCH))["left_on"] is None
    assert set(folded(post.holders, TAKEN, PostTaken(post_id="q", kind=ServiceKind.YOUTH))) == {(WHO, "p"), (WHO, "q")}


def test_the_last_wish_holds_and_a_withdrawn_one_leaves_nothing_behind() -> None:
    when = Availability(minutes_week_max=120, weekdays=(1,), not_before=time(9), said="上午")
    wish = ServiceWished(kinds=(ServiceKind.YOUTH,), availability=when)
    row = row_of(service_wish.view, (wish, MARCH))
    assert (row["asked"], row["kinds"], row["weekdays"], row["not_before"]) == (True, ["youth"], [1], "09:00")
    hidden = row_of(service_wish.view, wish.model_copy(update={"availability": HIDDEN}))
    assert (hidden["kinds"], hidden["minutes_week_max"], hidden["said"]) == (["youth"], None, None)
    rests = row_of(service_wish.view, wish, ServiceNotWished(until=MARCH, why="腿脚不便"))
    assert (rests["asked"], rests["kinds"], rests["until"], rests["said"]) == (False, [], MARCH, "腿脚不便")
    assert folded(service_wish.view, wish, ServiceWishWithdrawn()) == {}


def test_an_answer_stands_until_the_next_or_a_yes() -> None:
    no = PostDeclined(post_id="p", not_before=MARCH, why="带孙子")
    assert row_of(service_wish.answers, (PostOffered(post_id="p"), MARCH))["not_before"] is None
    assert row_of(service_wish.answers, PostOffered(post_id="p"), no)["why"] == "带孙子"
    assert row_of(service_wish.answers, no.model_copy(update={"why": HIDDEN}))["why"] is None
    assert folded(service_wish.answers, no, TAKEN) == {}


def test_a_withdrawn_entry_stays_and_says_so() -> None:
    logged = ServiceHoursLogged(entry_id="e", post_id="p", minutes=90, what="巡逻")
    row = row_of(service_hours.view, (logged, MARCH), (ServiceHoursWithdrawn(entry_id="e"), MARCH))
    assert (row["day"], row["minutes"], row["withdrawn_on"]) == (MARCH, 90, MARCH)
    assert row_of(service_hours.view, logged.model_copy(update={"what": HIDDEN}))["what"] is None
    with pytest.raises(LookupError):
        folded(service_hours.view, ServiceHoursWithdrawn(entry_id="e"))


def test_the_card_moves_on_to_the_version_of_these_facts() -> None:
    assert row_of(member.view, zhang(), TAKEN)["seq"] == 2


def test_who_was_kept_is_known_with_the_absence_until_it_is_taken_back() -> None:
    kept = PostKept(post_id="p", away_since=MARCH, away_to="杭州")
    row = row_of(post.holders, (TAKEN, MARCH), (kept, MARCH))
    assert (row["kept_on"], row["kept_since"], row["kept_to"], row["left_on"]) == (MARCH, MARCH, "杭州", None)
    assert row_of(post.holders, TAKEN, kept, PostKeptWithdrawn(post_id="p"))["kept_since"] is None
    again = row_of(post.holders, TAKEN, kept, PostLeft(post_id="p"), (TAKEN, MARCH))
    assert again.get("kept_since") is None, "a new stint begins without old decisions"
