"""Stream `doorstep`, owned by registry: what became of news that a visitor brought from a door.

The entity is the id of the fact that told it (`hearth.care.told_at_the_door`). The change itself, if there is one, is a
fact of the member, appended together with the confirmation.
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Fact


class DoorstepFact(Fact, owner="registry", stream="doorstep"):
    """About one piece of news; the entity is the id of care's fact."""


class NewsConfirmed(DoorstepFact, name="hearth.doorstep.confirmed", version=1):
    """The secretary found it right, and the register says so now. Effective on the day of confirming. Source: R13."""

    member: str


class WhySetAside(StrEnum):
    """Why the register stays as it was."""

    MISTAKEN = "mistaken"
    """It was heard, written or meant otherwise."""
    KNOWN = "known"
    """The register had it already, or somebody else's change stands."""
    NOT_RECEIVED = "not_received"
    """The money did not arrive at the office."""
    OTHER = "other"


class NewsSetAside(DoorstepFact, name="hearth.doorstep.set_aside", version=1):
    """The secretary left the register as it was. It may still be confirmed later. Source: DOMAIN R13."""

    member: str
    why: WhySetAside
