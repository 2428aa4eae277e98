"""What of an absence is due when, each with its clause: nothing here happens by itself, a person sees to it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from events.facts.member import AwayKind
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.days import months_after


class DueKind(StrEnum):
    """What somebody has to see to."""

    CARD_MISSING = "card_missing"
    CARD_ENDS = "card_ends"
    TRANSFER_ADVISED = "transfer_advised"
    """Long enough at a fixed place for the relation to move."""
    LETTER_MISSING = "letter_missing"
    LETTER_ENDS = "letter_ends"
    RECEIPT_MISSING = "receipt_missing"
    """Sent, not received."""
    REPORT = "report"
    RETURN = "return"
    CONTACT = "contact"
    """Nobody was in touch for so many days."""
    LOST = "lost"
    """For so long that a person looks into whether the contact is lost."""


class Due(NamedTuple):
    """Something is due on a day, by a clause ("" if it is nobody's rule); `days` is the reminder that was reached."""

    on: date
    kind: DueKind
    clause: str
    days: int = 0


class Stay(BaseModel):
    """What is known of an absence that goes on."""

    model_config = ConfigDict(frozen=True)

    kind: AwayKind
    since: date
    fixed_place: bool = False
    expected_return: date | None = None
    card_no: str | None = None
    card_until: date | None = None
    letter_sent_on: date | None = None
    letter_until: date | None = None
    received_on: date | None = None
    reported_on: date | None = None
    last_contact: date | None = None
    lost_since: date | None = None


def due_of(stay: Stay, policy: AwayPolicy, today: date) -> list[Due]:
    """Everything that is due of an absence, now or at some later time, the earliest first."""
    found = [*_papers(stay, policy), *_contact(stay, policy, today)]
    if stay.kind is not AwayKind.INTERMITTENT:
        last = max(stay.reported_on or stay.since, stay.since)
        found.append(Due(months_after(last, policy.report.every_months), DueKind.REPORT, policy.report.clause))
    if stay.expected_return is not None:
        found.append(Due(stay.expected_return, DueKind.RETURN, ""))
    return sorted(found)


def _papers(stay: Stay, policy: AwayPolicy) -> list[Due]:
    match stay.kind:
        case AwayKind.INTERMITTENT:
            return []
        case AwayKind.CARD:
            card = Due(stay.since, DueKind.CARD_MISSING, policy.card.clause)
            if stay.card_no is not None and stay.card_until is not None:
                card = Due(stay.card_until, DueKind.CARD_ENDS, policy.card.clause)
            if not stay.fixed_place:
                return [card]
            line = months_after(stay.since, policy.transfer.months_min)
            return [card, Due(line, DueKind.TRANSFER_ADVISED, policy.transfer.clause)]
        case AwayKind.TEMPORARY_TRANSFER:
            return _letter(stay, policy)


def _letter(stay: Stay, policy: AwayPolicy) -> list[Due]:
    rule = policy.letter
    if stay.received_on is not None:
        return []
    if stay.letter_sent_on is None or stay.letter_until is None:
        return [Due(stay.since, DueKind.LETTER_MISSING, policy.transfer.clause)]
    asked = stay.letter_sent_on + timedelta(days=rule.receipt_days)
    return [
        Due(stay.letter_until, DueKind.LETTER_ENDS, rule.clause),
        Due(min(asked, stay.letter_until), DueKind.RECEIPT_MISSING, rule.clause),
    ]


def _contact(stay: Stay, policy: AwayPolicy, today: date) -> list[Due]:
    """The reminder that was reached last, or the first one to come; once somebody is flagged as lost, none."""
    if stay.lost_since is not None:
        return []
    last = max(stay.last_contact or stay.since, stay.since)
    lost = months_after(last, policy.lost.months_min)
    if lost <= today:
        return [Due(lost, DueKind.LOST, policy.lost.clause)]
    steps = policy.reminders.contact_days
    reached = [days for days in steps if last + timedelta(days=days) <= today]
    days = reached[-1] if reached else steps[0]
    return [Due(last + timedelta(days=days), DueKind.CONTACT, policy.reminders.clause, days)]
