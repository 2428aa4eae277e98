"""Stream `care`, what a visitor brings back from a door besides what was said: an attempt in vain, a photo, news."""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Care, Contact, Sealed
from events.facts.care import CareFact, WhyMissed


class VisitAttempted(CareFact, name="hearth.care.visit_attempted", version=1):
    """Somebody went (or rang up) and met nobody; the visit is still to be made. Effective on that day. Source: R13."""

    visit_id: str
    by: str
    why: WhyMissed
    note: Sealed[Care, str | None] = None


class PhotoTaken(CareFact, name="hearth.care.photo_taken", version=1):
    """A photo was taken at the visit. Effective on the day of the visit. Source: DOMAIN R13.

    The picture itself lies sealed beside the facts (ADR 45); `digest` is the SHA-256 of it as it lies there.
    """

    visit_id: str
    photo_id: str
    by: str
    digest: str
    size_bytes: int


class News(StrEnum):
    """What is told at a door and belongs into the register."""

    PHONE = "phone"
    DUES = "dues"


class ToldAtTheDoor(CareFact, name="hearth.care.told_at_the_door", version=1, published=True):
    """At a visit the member told of another phone number, or handed dues over. Effective on that day. Source: R13.

    A proposal: the register stays as it is until the secretary confirms it. The amount is sealed for contact, the one
    purpose that both services hold which are concerned with it: care has no key for dues.
    """

    visit_id: str
    by: str
    news: News
    phone: Sealed[Contact, str | None] = None
    amount_fen: Sealed[Contact, int | None] = None
