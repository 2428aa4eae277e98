"""The outbox: what somebody is to be told, by which way, what was tried, and what came of it. One row a notice."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from events.facts.base import is_hidden
from events.facts.notice import NoticeAcknowledged, NoticeFailed, NoticeIntended, NoticeSent, NoticeSuppressed
from events.log.envelope import About
from events.log.project import Row, View, community_column

INTENDED, SENT, FAILED, ACKNOWLEDGED, SUPPRESSED = "intended", "sent", "failed", "acknowledged", "suppressed"
STATES: Final = (INTENDED, FAILED, SENT, ACKNOWLEDGED, SUPPRESSED)
"""To be told; tried in vain and to be told still; on its way; has it; not to be told any more."""
OPEN: Final = (INTENDED, FAILED)
"""Somebody must work on it."""

table = Table(
    "notice",
    MetaData(),
    Column("notice_id", Text, primary_key=True),
    community_column(),
    Column("recipient_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("about_member", Text),
    Column("policy", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("to", Text),
    Column("text", Text),
    Column("state", Text, nullable=False),
    Column("attempts", JSONB, nullable=False),
    Column("why", Text),
    Column("intended_on", Date, nullable=False),
    Column("intended_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("notice_by_state", "state", "channel", "intended_at", "notice_id"),
    Index("notice_of_recipient", "recipient_id", "intended_at"),
    Index("notice_about_member", "about_member", "intended_at"),
    Index("notice_newest", "intended_at", "notice_id"),
)

view = View("notice", version=1, table=table, doc="The outbox: every notice, its way, its attempts and its outcome.")


def _its_notice(fact: Any, _about: About) -> list[tuple[str]]:
    return [(fact.notice_id,)]


@view.on(NoticeIntended, keys=_its_notice)
def _(row: Row | None, fact: NoticeIntended, about: About) -> Row:
    if row is not None:
        return row
    return {
        "recipient_id": about.entity,
        "recipient": fact.recipient.value,
        "about_member": fact.about_member,
        "policy": fact.policy,
        "because": fact.because,
        "channel": fact.channel.value,
        "to": None if is_hidden(fact.to) else fact.to,
        "text": None if is_hidden(fact.text) else fact.text,
        "state": INTENDED,
        "attempts": [],
        "intended_on": about.effective,
        "intended_at": about.recorded,
        **_stamp(about),
    }


@view.on(NoticeSent, keys=_its_notice)
def _(row: Row | None, fact: NoticeSent, about: About) -> Row:
    return _tried(row, about, SENT, fact.channel.value, fact.provider_ref)


@view.on(NoticeFailed, keys=_its_notice)
def _(row: Row | None, fact: NoticeFailed, about: About) -> Row:
    return _tried(row, about, FAILED, fact.channel.value, fact.why)


@view.on(NoticeAcknowledged, keys=_its_notice)
def _(row: Row | None, fact: NoticeAcknowledged, about: About) -> Row:
    return _tried(row, about, ACKNOWLEDGED, fact.channel.value, None)


@view.on(NoticeSuppressed, keys=_its_notice)
def _(row: Row | None, fact: NoticeSuppressed, about: About) -> Row:
    return _known(row) | {"state": SUPPRESSED, "why": fact.why.value, **_stamp(about)}


def _tried(row: Row | None, about: About, outcome: str, channel: str, note: str | None) -> Row:
    row = _known(row)
    attempt = {
        "on": about.effective.isoformat(),
        "at": about.recorded.isoformat(),
        "by": about.actor,
        "channel": channel,
        "outcome": outcome,
        "note": note,
    }
    return row | {
        "state": outcome,
        "channel": channel,
        "attempts": [*row["attempts"], attempt],
        "why": note if outcome == FAILED else None,
        **_stamp(about),
    }


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a notice that nobody intended")
    return row


def _stamp(about: About) -> Row:
    return {"changed_at": about.recorded, "seq": about.seq}
