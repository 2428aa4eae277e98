from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events.facts.base import Fact
from events.facts.notice import (
    Channel,
    NoticeAcknowledged,
    NoticeFailed,
    NoticeIntended,
    NoticeSent,
    NoticeSuppressed,
    RecipientKind,
    WhySuppressed,
)
from services.notify.decide.commands import Acknowledge, Fail, Intend, Send, Suppress
from services.notify.decide.notice import (
    CLOSED_KEPT,
    NOTICE,
    Notices,
    acknowledge,
    evolve,
    fail,
    intend,
    send,
    suppress,
    suppress_all,
)
from tests.given import given
from tests.notify.decide.test_words import TODAY

FIELDS: dict[str, Any] = {
    "notice_id": "n1",
    "policy": "returned.member",
    "because": "fact-1",
    "recipient": RecipientKind.MEMBER,
    "channel": Channel.PHONE,
    "to": "15020256261",
    "text": "欢迎回来",
}
INTENDED = NoticeIntended(**FIELDS)
SENT = NoticeSent(notice_id="n1", channel=Channel.PHONE)
ACKNOWLEDGED = NoticeAcknowledged(notice_id="n1", channel=Channel.PHONE)
SUPPRESSED = NoticeSuppressed(notice_id="n1", why=WhySuppressed.DIED)
TOMORROW = TODAY + timedelta(days=1)


class TestIntend:
    def test_the_same_notice_is_begun_once(self) -> None:
        given(NOTICE).when(lambda s: intend(s, Intend(**FIELDS), TODAY)).then(INTENDED, on=TODAY).then_again_nothing()

    @pytest.mark.parametrize("later", [SENT, ACKNOWLEDGED, SUPPRESSED])
    def test_it_is_not_begun_again_when_it_is_over(self, later: Fact) -> None:
        given(NOTICE, INTENDED, later).when(lambda s: intend(s, Intend(**FIELDS), TODAY)).then_nothing()

    def test_the_dead_are_told_nothing_and_it_shows_why(self) -> None:
        given(NOTICE).when(lambda s: intend(s, Intend(**FIELDS), TODAY, suppressed=WhySuppressed.DIED)).then(
            INTENDED, SUPPRESSED, on=TODAY
        ).then_again_nothing()


class TestOutbox:
    def test_sent_by_the_intended_way_or_another(self) -> None:
        given(NOTICE, INTENDED).when(lambda s: send(s, "n1", Send(), TODAY)).then(SENT, on=TODAY).then_again_nothing()
        given(NOTICE, INTENDED).when(lambda s: send(s, "n1", Send(channel=Channel.PRINT), TODAY)).then(
            NoticeSent(notice_id="n1", channel=Channel.PRINT)
        )

    def test_a_failed_call_leaves_it_to_be_done_and_counts_once_a_day(self) -> None:
        no_answer = NoticeFailed(notice_id="n1", channel=Channel.PHONE, why="no_answer")
        given(NOTICE, INTENDED).when(lambda s: fail(s, "n1", Fail(why="no_answer"), TODAY)).then(
            no_answer, on=TODAY
        ).then_again_nothing()
        given(NOTICE, INTENDED, (no_answer, TODAY)).when(lambda s: fail(s, "n1", Fail(why="no_answer"), TOMORROW)).then(
            no_answer, on=TOMORROW
        )
        given(NOTICE, INTENDED, no_answer).when(lambda s: send(s, "n1", Send(), TODAY)).then(SENT)

    def test_a_letter_that_came_back_is_to_be_done_again(self) -> None:
        came_back = Fail(why="returned", channel=Channel.PRINT)
        given(NOTICE, INTENDED, SENT).when(lambda s: fail(s, "n1", came_back, TODAY)).then(
            NoticeFailed(notice_id="n1", channel=Channel.PRINT, why="returned")
        ).then_again_nothing()

    def test_acknowledged_with_or_without_having_been_sent(self) -> None:
        for past in ([INTENDED], [INTENDED, SENT]):
            given(NOTICE, *past).when(lambda s: acknowledge(s, "n1", Acknowledge(), TODAY)).then(
                ACKNOWLEDGED, on=TODAY
            ).then_again_nothing()

    def test_what_was_acknowledged_did_not_fail(self) -> None:
        given(NOTICE, INTENDED, ACKNOWLEDGED).when(lambda s: fail(s, "n1", Fail(why="moved"), TODAY)).then_refused(
            "already_acknowledged"
        )
        given(NOTICE, INTENDED, ACKNOWLEDGED).when(lambda s: send(s, "n1", Send(), TODAY)).then_nothing()

    def test_suppressed_while_nobody_has_sent_it(self) -> None:
        by_hand = NoticeSuppressed(notice_id="n1", why=WhySuppressed.BY_HAND)
        given(NOTICE, INTENDED).when(lambda s: suppress(s, "n1", Suppress(), TODAY)).then(
            by_hand, on=TODAY
        ).then_again_nothing()
        given(NOTICE, INTENDED, SENT).when(lambda s: suppress(s, "n1", Suppress(), TODAY)).then_refused("already_sent")

    def test_nothing_is_done_with_what_is_suppressed_unknown_or_not_yet(self) -> None:
        given(NOTICE, INTENDED, SUPPRESSED).when(lambda s: send(s, "n1", Send(), TODAY)).then_refused("suppressed")
        given(NOTICE).when(lambda s: acknowledge(s, "n1", Acknowledge(), TODAY)).then_refused("no_notice")
        given(NOTICE).when(lambda s: suppress(s, "n1", Suppress(), TODAY)).then_refused("no_notice")
        given(NOTICE, INTENDED).when(lambda s: send(s, "n1", Send(on=TOMORROW), TODAY)).then_refused("in_future")

    def test_a_death_suppresses_everything_pending(self) -> None:
        other = INTENDED.model_copy(update={"notice_id": "n2"})
        given(NOTICE, INTENDED, SENT, other).when(
            lambda s: suppress_all(s, Suppress(why=WhySuppressed.DIED), TODAY)
        ).then(NoticeSuppressed(notice_id="n2", why=WhySuppressed.DIED), on=TODAY).then_again_nothing()


def test_the_memory_of_notices_that_are_over_is_bounded_and_pending_ones_are_kept() -> None:
    state = Notices()
    for number in range(3 * CLOSED_KEPT):
        state = evolve(state, INTENDED.model_copy(update={"notice_id": f"n{number}"}), TODAY)
        if number:
            state = evolve(state, NoticeSent(notice_id=f"n{number}", channel=Channel.PHONE), TODAY)
    assert "n0" in state.notices
    assert len(state.notices) <= CLOSED_KEPT + 2
    assert evolve(state, NoticeSent(notice_id="forgotten", channel=Channel.PHONE), TODAY) == state


def test_what_is_forgotten_does_not_depend_on_the_order_of_names() -> None:
    state = Notices()
    for number in range(CLOSED_KEPT + 3):
        on = TODAY - timedelta(days=number * 5 % 47)
        state = evolve(state, INTENDED.model_copy(update={"notice_id": f"n{number}"}), on)
        state = evolve(state, NoticeSent(notice_id=f"n{number}", channel=Channel.PHONE), on)
    mixed = state.model_copy(update={"notices": dict(sorted(state.notices.items()))})
    new = INTENDED.model_copy(update={"notice_id": "new"})
    assert evolve(state, new, TODAY) == evolve(mixed, new, TODAY)
