"""Stream `notice`: what may happen to the notices of one recipient, and what is remembered of them to decide it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact
from events.facts.decision import Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.notice import (
    Channel,
    NoticeAcknowledged,
    NoticeFailed,
    NoticeIntended,
    NoticeSent,
    NoticeSuppressed,
    WhySuppressed,
)
from services.notify.decide.commands import Acknowledge, Fail, Intend, Send, Suppress

# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Stage(StrEnum):
    """How far a notice has come."""

    PENDING = "pending"
    """Somebody must work on it: nothing was tried yet, or what was tried failed."""
    SENT = "sent"
    """On its way; whether it arrived is not known."""
    ACKNOWLEDGED = "acknowledged"
    SUPPRESSED = "suppressed"


class Notice(BaseModel):
    """One notice, as far as decisions need it."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    stage: Stage = Stage.PENDING
    intended_on: date = date.min
    failed_on: date | None = None
    failed_why: str | None = None


CLOSED_KEPT: Final = 40
"""So many notices that are over are remembered, so that the same one is not begun again."""


class Notices(BaseModel):
    """The notices of one recipient, by notice id."""

    model_config = ConfigDict(frozen=True)

    notices: dict[str, Notice] = {}


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(state: Notices, fact: Fact, effective: date) -> Notices:
    """The recipient's notices after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case NoticeIntended():
            notice = Notice(channel=fact.channel, intended_on=effective)
            return Notices(notices=_remembered(state.notices | {fact.notice_id: notice}))
        case NoticeSent():
            return _changed(state, fact.notice_id, stage=Stage.SENT, channel=fact.channel)
        case NoticeFailed():
            tried = {"failed_on": effective, "failed_why": fact.why}
            return _changed(state, fact.notice_id, stage=Stage.PENDING, channel=fact.channel, **tried)
        case NoticeAcknowledged():
            return _changed(state, fact.notice_id, stage=Stage.ACKNOWLEDGED)
        case NoticeSuppressed():
            return _changed(state, fact.notice_id, stage=Stage.SUPPRESSED)
        case _:
            raise UnknownFact("notice", fact)


def _changed(state: Notices, notice_id: str, **changes: object) -> Notices:
    notice = state.notices.get(notice_id)
    if notice is None:
        return state
    return Notices(notices=state.notices | {notice_id: notice.model_copy(update=changes)})


def _remembered(notices: dict[str, Notice]) -> dict[str, Notice]:
    """Forget the oldest notices that are over beyond `CLOSED_KEPT`: by their days, for a snapshot keeps no order of
    names.
    """
    over = sorted(
        (notice.intended_on, notice_id) for notice_id, notice in notices.items() if notice.stage is not Stage.PENDING
    )
    forgotten = {notice_id for _, notice_id in over[: max(0, len(over) - CLOSED_KEPT)]}
    return {notice_id: notice for notice_id, notice in notices.items() if notice_id not in forgotten}


NOTICE: Final = Decider(owner="notify", stream="notice", initial=Notices(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def intend(state: Notices, command: Intend, today: date, *, suppressed: WhySuppressed | None = None) -> Decision:
    """The recipient is to be told. The same notice once more does nothing.

    `suppressed` says why this recipient is told nothing any more (`died`): then both are put on record.
    """
    if command.notice_id in state.notices:
        return nothing()
    intended = NoticeIntended(**{name: getattr(command, name) for name in Intend.model_fields})
    if suppressed is None:
        return facts(intended, on=today)
    return facts(intended, NoticeSuppressed(notice_id=command.notice_id, why=suppressed), on=today)


def send(state: Notices, notice_id: str, command: Send, today: date) -> Decision:
    """It is on its way."""

    def when(notice: Notice) -> Decision:
        if notice.stage is not Stage.PENDING:
            return nothing()
        channel = command.channel or notice.channel
        sent = NoticeSent(notice_id=notice_id, channel=channel, provider_ref=command.provider_ref)
        return facts(sent, on=command.on or today)

    return _known(state, notice_id, command.on, today, when)


def fail(state: Notices, notice_id: str, command: Fail, today: date) -> Decision:
    """An attempt failed; somebody must try again. The same failure of the same day is one attempt."""

    def when(notice: Notice) -> Decision:
        on = command.on or today
        if notice.stage is Stage.ACKNOWLEDGED:
            return refused("already_acknowledged")
        if notice.stage is Stage.PENDING and (notice.failed_on, notice.failed_why) == (on, command.why):
            return nothing()
        channel = command.channel or notice.channel
        return facts(NoticeFailed(notice_id=notice_id, channel=channel, why=command.why), on=on)

    return _known(state, notice_id, command.on, today, when)


def acknowledge(state: Notices, notice_id: str, command: Acknowledge, today: date) -> Decision:
    """The recipient has it, whether or not somebody wrote down before that it was sent."""

    def when(notice: Notice) -> Decision:
        if notice.stage is Stage.ACKNOWLEDGED:
            return nothing()
        channel = command.channel or notice.channel
        return facts(NoticeAcknowledged(notice_id=notice_id, channel=channel), on=command.on or today)

    return _known(state, notice_id, command.on, today, when)


def suppress(state: Notices, notice_id: str, command: Suppress, today: date) -> Decision:
    """It is not to be told after all; too late once it is on its way."""
    notice = state.notices.get(notice_id)
    if notice is None:
        return refused("no_notice")
    match notice.stage:
        case Stage.PENDING:
            return facts(NoticeSuppressed(notice_id=notice_id, why=command.why), on=today)
        case Stage.SUPPRESSED:
            return nothing()
        case Stage.SENT | Stage.ACKNOWLEDGED:
            return refused("already_sent")


def suppress_all(state: Notices, command: Suppress, today: date) -> Decision:
    """Nothing that is pending for this recipient is to be told any more."""
    pending = [notice_id for notice_id, notice in state.notices.items() if notice.stage is Stage.PENDING]
    return facts(*(NoticeSuppressed(notice_id=notice_id, why=command.why) for notice_id in pending), on=today)


def _known(
    state: Notices, notice_id: str, on: date | None, today: date, when: Callable[[Notice], Decision]
) -> Decision:
    """What every report about a notice needs: that there is one, that it may be told, and that the day has come."""
    notice = state.notices.get(notice_id)
    if notice is None:
        return refused("no_notice")
    if notice.stage is Stage.SUPPRESSED:
        return refused("suppressed")
    if on is not None and on > today:
        return refused("in_future", day=on, today=today)
    return when(notice)
