"""Stream `visitor`, owned by care: what those who visit said of themselves, as far as it decides who goes where.

The entity is the name of the visitor's account. No facts about members.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Fact


class VisitorFact(Fact, owner="care", stream="visitor"):
    """About one visitor."""


class Skill(StrEnum):
    """What somebody who visits knows more of than others do."""

    MEDICAL = "medical"
    COMFORT = "comfort"
    """Knows how to be with the bereaved."""
    AID = "aid"
    """Knows what help there is, and how to ask for it."""


class VisitorDescribed(VisitorFact, name="hearth.visitor.described", version=1):
    """How often in a week the visitor can go, what they know, and which buildings are theirs. Source: DOMAIN R13.

    All of it is said anew each time; `buildings` are as the cards write them (金桥路36弄28号).
    """

    visits_per_week: int
    skills: tuple[Skill, ...] = ()
    buildings: tuple[str, ...] = ()


class LeaveTaken(VisitorFact, name="hearth.visitor.leave_taken", version=1):
    """The visitor goes nowhere from `start` to `end`, both included. Source: DOMAIN R13 ("leave covered")."""

    leave_id: str
    start: date
    end: date


class LeaveWithdrawn(VisitorFact, name="hearth.visitor.leave_withdrawn", version=1):
    """There is no such leave after all. Source: DOMAIN R13."""

    leave_id: str
