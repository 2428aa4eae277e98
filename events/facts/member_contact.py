"""Stream `member`, the office's own contacts: somebody was rung up or looked for, and what came of it (DOMAIN R8).

What other services did to reach the member are their own facts; the contact log reads all of them.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Contact, Sealed
from events.facts.member import MemberFact


class ContactWay(StrEnum):
    """By which way the office tried."""

    PHONE = "phone"
    FAMILY = "family"
    """A number of the family's."""
    MESSAGE = "message"
    """微信、短信: they answered, or did not."""
    IN_PERSON = "in_person"


class ContactOutcome(StrEnum):
    """What came of it."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    """The number is somebody else's, or of nobody any more: it has to be checked."""


class ContactTried(MemberFact, name="hearth.member.contact_tried", version=1, published=True):
    """Somebody of the office tried to reach the member on the effective day. Source: DOMAIN R8.

    `number` is the one that was dialled, as the card had it: a wrong one is to be checked until the card has another.
    """

    contact_id: str
    way: ContactWay
    outcome: ContactOutcome
    number: Sealed[Contact, str | None] = None
    note: Sealed[Contact, str | None] = None


class ContactTakenBack(MemberFact, name="hearth.member.contact_taken_back", version=1, published=True):
    """It was noted by mistake. Effective on the day it was said to have been. Source: DOMAIN R8."""

    contact_id: str
    way: ContactWay
    was: ContactOutcome


class LostContactSetAside(MemberFact, name="hearth.member.lost_contact_set_aside", version=1):
    """A person looked into a long silence and does not find the contact lost, for a reason. Source: DOMAIN R8, §4.

    Until `until`, that day included, nobody is asked again by `clause`.
    """

    until: date
    clause: str
    why: Sealed[Contact, str]


ContactPart = ContactTried | ContactTakenBack | LostContactSetAside
