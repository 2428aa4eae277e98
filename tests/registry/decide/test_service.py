"""What a member wishes and answers is kept; hours count if they can have been served, until they are withdrawn."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given as chosen
from hypothesis import strategies as st
from pydantic import ValidationError

from events.facts.base import HIDDEN
from events.facts.decision import Decision, Refused
from events.facts.member import Died
from events.facts.member_service import (
    Availability,
    PostDeclined,
    PostLeft,
    PostOffered,
    PostTaken,
    ServiceHoursLogged,
    ServiceHoursWithdrawn,
    ServiceNotWished,
    ServiceWished,
    ServiceWishWithdrawn,
)
from events.facts.post import ServiceKind
from services.registry.decide import service
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.service import AnswerPost, DoNotAsk, LogHours, WishService
from services.registry.decide.talents_policy import AskingRule
from tests.given import given
from tests.registry.decide.people import TODAY, enrolled

EARLIER = TODAY - timedelta(days=30)
RULE = AskingRule(again_days=180, clause="§12.2")
TAKEN = PostTaken(post_id="p", kind=ServiceKind.PATROL), EARLIER
WISH = WishService(kinds=(ServiceKind.PATROL, ServiceKind.MEDIATION), minutes_week_max=240, weekdays=(4, 2))
WISHED = ServiceWished(
    kinds=(ServiceKind.MEDIATION, ServiceKind.PATROL),
    availability=Availability(minutes_week_max=240, weekdays=(2, 4)),
)


def test_a_wish_is_kept_replaced_and_withdrawn() -> None:
    given(MEMBER, enrolled()).when(lambda m: service.wish(m, WISH, TODAY)).then(WISHED, on=TODAY).then_again_nothing()
    given(MEMBER).when(lambda m: service.wish(m, WISH, TODAY)).then_refused("not_enrolled")
    given(MEMBER, enrolled(), WISHED.model_copy(update={"availability": HIDDEN})).when(
        lambda m: service.wish(m, WISH, TODAY)
    ).then(WISHED)
    rest = DoNotAsk(until=TODAY + timedelta(days=90), reason="腿脚不便")
    not_wished = ServiceNotWished(until=rest.until, why="腿脚不便")
    asked = given(MEMBER, enrolled(), WISHED).when(lambda m: service.do_not_ask(m, rest, TODAY))
    asked.then(not_wished, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled()).when(lambda m: service.do_not_ask(m, DoNotAsk(until=TODAY), TODAY)).then_refused(
        "until_passed"
    )
    back = given(MEMBER, enrolled(), not_wished).when(lambda m: service.withdraw_wish(m, TODAY))
    back.then(ServiceWishWithdrawn(), on=TODAY).then_again_nothing()


def test_a_wish_must_name_something_and_end_after_it_begins() -> None:
    with pytest.raises(ValidationError):
        WishService(kinds=())
    with pytest.raises(ValidationError, match="not_after must be later"):
        WishService(kinds=(ServiceKind.YOUTH,), not_before=time(10), not_after=time(9))


def test_an_answer_is_kept_so_that_nobody_asks_twice() -> None:
    def answering(m: Member, answer: str, not_before: date | None = None) -> Decision:
        said = AnswerPost.model_validate({"answer": answer, "not_before": not_before, "reason": "带孙子"})
        return service.answer(m, said, TODAY, RULE, post_id="p")

    thinking = given(MEMBER, enrolled()).when(lambda m: answering(m, "considering"))
    thinking.then(PostOffered(post_id="p"), on=TODAY).then_again_nothing()
    until = TODAY + timedelta(days=180)
    no = given(MEMBER, enrolled(), PostOffered(post_id="p")).when(lambda m: answering(m, "declined"))
    no.then(PostDeclined(post_id="p", not_before=until, why="带孙子"), on=TODAY).then_again_nothing()
    spring = date(2027, 4, 1)
    given(MEMBER, enrolled()).when(lambda m: answering(m, "declined", spring)).then(
        PostDeclined(post_id="p", not_before=spring, why="带孙子")
    )
    given(MEMBER, enrolled()).when(lambda m: answering(m, "declined", TODAY)).then_refused("until_passed")
    given(MEMBER, enrolled(), TAKEN).when(lambda m: answering(m, "declined")).then_refused("serves_already")
    given(MEMBER, enrolled(), Died()).when(lambda m: answering(m, "considering")).then_refused("died")


def logging(m: Member, day: date = TODAY, minutes: int = 120, entry: str = "e") -> Decision:
    return service.log_hours(m, LogHours(on=day, minutes=minutes, what="巡逻"), TODAY, post_id="p", entry_id=entry)


def test_hours_are_logged_and_withdrawn() -> None:
    logged = ServiceHoursLogged(entry_id="e", post_id="p", minutes=120, what="巡逻")
    given(MEMBER, enrolled(), TAKEN).when(logging).then(logged, on=TODAY).then_again_nothing()
    wrong = given(MEMBER, enrolled(), TAKEN, logged).when(lambda m: service.withdraw_hours(m, TODAY, entry_id="e"))
    wrong.then(ServiceHoursWithdrawn(entry_id="e"), on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), TAKEN).when(lambda m: service.withdraw_hours(m, TODAY, entry_id="x")).then_refused(
        "no_entry"
    )


def test_hours_that_cannot_have_been_served_are_refused() -> None:
    serving = given(MEMBER, enrolled(), TAKEN)
    serving.when(lambda m: logging(m, TODAY + timedelta(days=1))).then_refused("in_future")
    serving.when(lambda m: logging(m, EARLIER - timedelta(days=1))).then_refused("not_serving_then")
    given(MEMBER, enrolled()).when(logging).then_refused("not_serving_then")
    given(MEMBER).when(logging).then_refused("not_enrolled")
    left = given(MEMBER, enrolled(), TAKEN, (PostLeft(post_id="p"), TODAY - timedelta(days=1)))
    left.when(logging).then_refused("not_serving_then")
    left.when(lambda m: logging(m, TODAY - timedelta(days=1))).then_facts()
    full = ServiceHoursLogged(entry_id="other", post_id="q", minutes=1400, what="值班"), TODAY
    given(MEMBER, enrolled(), TAKEN, full).when(logging).then_refused("day_too_long", minutes=1400)
    for minutes in (0, 24 * 60 + 1):
        with pytest.raises(ValidationError):
            LogHours(on=TODAY, minutes=minutes, what="巡逻")


def test_what_was_served_before_a_death_may_be_written_down_after_it() -> None:
    died = TODAY - timedelta(days=3)
    spec = given(MEMBER, enrolled(), TAKEN, (Died(), died))
    assert spec.when(lambda m: logging(m, died)).then_facts()
    spec.when(lambda m: logging(m, TODAY)).then_refused("died")


@chosen(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.integers(1, 1440), st.booleans()), max_size=40)
)
def test_the_hours_are_the_sum_of_what_was_not_withdrawn(steps: list[tuple[str, int, int, bool]]) -> None:
    """Whatever is logged and withdrawn in whatever order; and no day ever has more than a day."""
    spec = given(MEMBER, enrolled(), TAKEN)
    counted: dict[str, tuple[date, int]] = {}
    for entry, ago, minutes, logs in steps:
        member, day = spec.entities["member"].state, TODAY - timedelta(days=ago)
        decided = (
            logging(member, day, minutes, entry) if logs else service.withdraw_hours(member, TODAY, entry_id=entry)
        )
        if isinstance(decided, Refused):
            assert decided.code in ("day_too_long", "no_entry")
            continue
        for fact, on in decided.facts:
            spec.entities["member"].evolve(fact, on)
            if isinstance(fact, ServiceHoursLogged):
                counted[fact.entry_id] = on, fact.minutes
            else:
                del counted[entry]
        serving = spec.entities["member"].state.serving
        assert sum(each.minutes for each in serving.entries.values()) == sum(each for _day, each in counted.values())
        assert all(serving.minutes_on(TODAY - timedelta(days=each)) <= 24 * 60 for each in range(4))
