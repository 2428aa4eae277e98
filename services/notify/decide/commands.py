"""What may be asked about a notice; all but the first are what a person working through the outbox reports."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from events.facts.decision import Command
from events.facts.notice import Channel, RecipientKind, WhySuppressed

Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Intend(Command):
    """The recipient is to be told this; the fields are those of `NoticeIntended`."""

    notice_id: str
    policy: str
    because: str
    recipient: RecipientKind
    about_member: str | None = None
    channel: Channel
    to: str | None = None
    text: Annotated[str, StringConstraints(min_length=1)]


class Send(Command):
    """The notice is on its way; by another way than was intended, if `channel` is given."""

    channel: Channel | None = None
    provider_ref: Line | None = None
    on: date | None = None


class Fail(Command):
    """The attempt of this day did not reach the recipient: `no_answer`, `wrong_number`, `moved`, `returned`, …."""

    why: Line
    channel: Channel | None = None
    on: date | None = None


class Acknowledge(Command):
    """The recipient has it."""

    channel: Channel | None = None
    on: date | None = None


class Suppress(Command):
    """The notice is not to be told."""

    why: WhySuppressed = WhySuppressed.BY_HAND
