"""Stream `activity`, owned by registry: an activity on the menu, who signed up and came, material and money."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from events.facts.base import Fact
from events.facts.people import Word


class ActivityFact(Fact, owner="registry", stream="activity"):
    """About one activity; the entity is the activity's id."""


class ActivityKind(StrEnum):
    """What there is on the menu (DOMAIN R22)."""

    STUDY = "study"
    CULTURE = "culture"
    HEALTH = "health"
    OUTING = "outing"
    VOLUNTEER = "volunteer"
    OTHER = "other"


class ActivityTerms(Word):
    """What is offered: a `capacity` of 0 is no limit; `material` is what is studied, and brought to the door of those
    who cannot come. Without a branch it is for the whole community.
    """

    title: str
    kind: ActivityKind
    starts_at: datetime
    place: str | None = None
    capacity: int = 0
    branch_id: str | None = None
    material: str | None = None
    sign_up_until: date | None = None


class ActivityOffered(ActivityFact, name="hearth.activity.offered", version=1):
    """The activity is on the menu. Effective on the day it is put there. Source: DOMAIN R22."""

    terms: ActivityTerms


class ActivityChanged(ActivityFact, name="hearth.activity.changed", version=1):
    """The activity as a whole is this from the effective day on. Source: DOMAIN R22."""

    terms: ActivityTerms


class CalledOff(ActivityFact, name="hearth.activity.called_off", version=1):
    """It does not take place; the envelope says why. Source: DOMAIN R22."""


class SignedUp(ActivityFact, name="hearth.activity.signed_up", version=1):
    """The member would like to come: with a place, or on the waiting list when all are taken. Source: DOMAIN R22."""

    member_id: str
    waiting: bool = False


class SignUpCancelled(ActivityFact, name="hearth.activity.sign_up_cancelled", version=1):
    """The member does not come after all, and the place is free. Source: DOMAIN R22."""

    member_id: str


class MovedUp(ActivityFact, name="hearth.activity.moved_up", version=1):
    """The first of the waiting list has a place, in the same append that made it free. Source: DOMAIN R22."""

    member_id: str


class CameAlong(ActivityFact, name="hearth.activity.came", version=1):
    """These members were there, signed up or not. Effective on the day of the activity. Source: DOMAIN R22."""

    member_ids: tuple[str, ...]


class CameTakenBack(ActivityFact, name="hearth.activity.came_taken_back", version=1):
    """It was a slip that this member was there. Source: DOMAIN R22."""

    member_id: str


class MaterialDelivered(ActivityFact, name="hearth.activity.material_delivered", version=1):
    """The material was brought to this member's door, by that person. Effective on that day. Source: DOMAIN R9, R22."""

    member_id: str
    delivered_by: str


class MoneyAllocated(ActivityFact, name="hearth.activity.money_allocated", version=1):
    """So much money in all is set apart for the activity, in fen; the last amount holds. Source: DOMAIN R20, R22."""

    amount_fen: int
    source: str | None = None


class MoneySpent(ActivityFact, name="hearth.activity.money_spent", version=1):
    """So much was paid, in fen, for what it says. Effective on the day of payment. Source: DOMAIN R20, R22."""

    spending_id: str
    amount_fen: int
    what: str


class SpendingTakenBack(ActivityFact, name="hearth.activity.spending_taken_back", version=1):
    """That payment was written down by mistake; the envelope says why. Source: DOMAIN R22."""

    spending_id: str
