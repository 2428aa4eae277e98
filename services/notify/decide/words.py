"""From a rule and what is known to a notice: its id, its words, its way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from events.facts.ids import derived_uuid7
from events.facts.notice import Channel
from services.notify.decide.commands import Intend
from services.notify.decide.policy import Message, NotifyPolicy


def notice_for(  # noqa: PLR0913 - a notice is made of these
    policy: NotifyPolicy,
    key: str,
    *,
    recipient_id: str,
    because: str,
    recorded: datetime,
    known: Mapping[str, str | None],
    phone: str | None = None,
    address: str | None = None,
    about_member: str | None = None,
) -> Intend:
    """The notice that the rule `key` makes of a fact (its id `because`, written at `recorded`) for one recipient.

    `known` fills the text's fields; `phone` and `address` are where the recipient is reached. The same fact, rule and
    recipient always make the same `notice_id`. KeyError if there is no such rule.
    """
    message = policy.messages[key]
    channel, to = way_to(message, phone, address)
    return Intend(
        notice_id=derived_uuid7(recorded, because, key, recipient_id),
        policy=key,
        because=because,
        recipient=message.recipient,
        about_member=about_member,
        channel=channel,
        to=to,
        text=words_of(message, known, policy.unknown),
    )


def words_of(message: Message, known: Mapping[str, str | None], unknown: str) -> str:
    """The text with its fields filled in; what is not known is written as `unknown`."""
    return message.text.format_map({field: known.get(field) or unknown for field in message.fields})


def way_to(message: Message, phone: str | None, address: str | None) -> tuple[Channel, str | None]:
    """The first of the rule's ways that leads somewhere; its first with None if none does, and a person must look."""
    for channel in message.channels:
        if to := phone if channel is Channel.PHONE else address:
            return channel, to
    return message.channels[0], None


def moment_words(at: datetime) -> str:
    """2026年5月1日 09:30, by the clock the moment was written with."""
    return f"{day_words(at.date())} {at:%H:%M}"


def day_words(day: date) -> str:
    """2026年5月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def months_words(months: Sequence[str]) -> str:
    """`2026-07`, `2026-08` and `2027-01` are 2026年7、8月，2027年1月."""
    years = groupby(sorted(months), key=lambda month: month[:4])
    return "，".join(f"{year}年{'、'.join(str(int(month[5:])) for month in of_year)}月" for year, of_year in years)
