"""Stream `care`, who goes: whom a member does not wish to see, and a visit that is nobody's any more."""

from __future__ import annotations

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class VisitorRefused(CareFact, name="hearth.care.visitor_refused", version=1):
    """The member does not wish this visitor (the name of an account) to come. Source: DOMAIN R13, issue 5.

    Why is nobody's business but theirs who give the care.
    """

    visitor: str
    reason: Sealed[Care, str | None] = None


class RefusalWithdrawn(CareFact, name="hearth.care.refusal_withdrawn", version=1):
    """This visitor may come after all. Source: DOMAIN R13."""

    visitor: str


class VisitorUnassigned(CareFact, name="hearth.care.visitor_unassigned", version=1):
    """Nobody in particular is to make this visit. Source: DOMAIN R13."""

    visit_id: str
