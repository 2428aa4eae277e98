"""Stream `member`, the part about an absence while it lasts: where somebody who is away lives now."""

from __future__ import annotations

from datetime import date

from events.facts.base import Contact, Sealed
from events.facts.member import MemberFact


class AwayDetailsChanged(MemberFact, name="hearth.member.away_details_changed", version=1, published=True):
    """Somebody who is away already lives at this place from the effective day on, all of it. Source: DOMAIN R6, R7.

    The absence is the same one: it began with `MovedAway`, and its kind, clause and card stay as they were. What is
    None is not known of the new place, whatever was known of the one before.
    """

    destination: str
    address: Sealed[Contact, str | None] = None
    phone: Sealed[Contact, str | None] = None
    fixed_place: bool
    expected_return: date | None = None
    reason: Sealed[Contact, str]
