"""Stream `care`, owned by care: who needs a visit or a call, by when and why, and what came of it.

The entity is the member's id. What an illness is, and what was said at a visit, only those who give the care can read.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from events.facts.base import Care, Fact, Sealed
from events.facts.people import Word


class CareFact(Fact, owner="care", stream="care"):
    """About the care of one member."""


class Severity(StrEnum):
    """How ill somebody is; it decides how soon a visit is due (DOMAIN R13)."""

    MILD = "mild"
    SERIOUS = "serious"
    CRITICAL = "critical"


class FellIll(CareFact, name="hearth.care.fell_ill", version=1, published=True):
    """The member fell ill. Effective on the first day of it. Source: DOMAIN R13.

    Others learn that the person is being cared for, and nothing else.
    """

    severity: Sealed[Care, Severity]
    hospital: Sealed[Care, str | None] = None
    note: Sealed[Care, str | None] = None


class Recovered(CareFact, name="hearth.care.recovered", version=1, published=True):
    """The illness is over. Effective on the first day of health. Source: DOMAIN R13."""


class HealthGrade(StrEnum):
    """How far an old person manages by themselves, in the five grades of GB/T 42195-2022."""

    INTACT = "intact"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    TOTAL = "total"


class HealthGraded(CareFact, name="hearth.care.health_graded", version=1):
    """Somebody looked how far the member manages by themselves. Effective on that day. Source: DOMAIN R1, R14."""

    grade: Sealed[Care, HealthGrade]
    note: Sealed[Care, str | None] = None


class VisitReason(StrEnum):
    """Why somebody is visited or called (DOMAIN R13, §4 "visits")."""

    FELL_ILL = "fell_ill"
    EIGHTY = "eighty"
    """80 and older: three times a quarter."""
    SEVENTY = "seventy"
    """70 and older: once a half-year."""
    YEARLY = "yearly"
    """Everyone: once a year."""
    ALONE = "alone"
    """80 and older, living alone: contact every week."""
    AWAY = "away"
    """Lives elsewhere for a while: a call instead of a visit."""
    DISCHARGED = "discharged"
    """Out of hospital: within a week."""
    HARDSHIP = "hardship"
    """In difficulties, or a misfortune in the family: within a week."""
    BEREAVED = "bereaved"
    """Somebody of the family died: within three days."""
    SPRING_FESTIVAL = "spring_festival"
    DRAGON_BOAT = "dragon_boat"
    MID_AUTUMN = "mid_autumn"
    DOUBLE_NINTH = "double_ninth"
    """The day of the old, on the ninth of the ninth month of the traditional calendar."""
    BIRTHDAY = "birthday"
    SPOUSE_CARE = "spouse_care"
    """Wife or husband died: again after a month, after a hundred days."""


OCCASIONS: Final = frozenset({VisitReason.DISCHARGED, VisitReason.HARDSHIP, VisitReason.BEREAVED})
"""What befalls somebody and calls for a visit soon, an illness apart."""
SOON: Final = OCCASIONS | {VisitReason.FELL_ILL, VisitReason.SPOUSE_CARE}
"""Visits that something which happened asks for, not the calendar."""
FESTIVALS: Final = (
    VisitReason.SPRING_FESTIVAL,
    VisitReason.DRAGON_BOAT,
    VisitReason.MID_AUTUMN,
    VisitReason.DOUBLE_NINTH,
)
"""Days of the traditional calendar on which people are thought of, in the order of the year."""


class VisitWay(StrEnum):
    """Where care meets the person."""

    HOME = "home"
    HOSPITAL = "hospital"
    CALL = "call"


class AlsoFor(Word):
    """A further reason that the same visit serves, and the rule it came from."""

    reason: VisitReason
    clause: str


class VisitPlanned(CareFact, name="hearth.care.visit_planned", version=1):
    """The person is to be met between `start` and `end`, best by `due`; all three days count. Source: DOMAIN R13.

    Effective on the day it was planned. `clause` is the rule the window came from, `because` the id of the fact that
    asked for it (empty for a rule of the calendar), `proposed_visitor` the name of the account that usually goes.
    `also`: what else is done on the same way; the window lies in those of all reasons.
    """

    visit_id: str
    reason: VisitReason
    way: VisitWay
    start: date
    due: date
    end: date
    clause: str
    proposed_visitor: str | None = None
    because: str = ""
    also: tuple[AlsoFor, ...] = ()


class VisitorAssigned(CareFact, name="hearth.care.visitor_assigned", version=1):
    """A visitor (the name of an account) will go, on the day `on` if one was said. Source: DOMAIN R13.

    `rota_id` names the week's plan that a person confirmed it with; empty when it was said of this visit alone.
    """

    visit_id: str
    visitor: str
    on: date | None = None
    rota_id: str = ""


class VisitMade(CareFact, name="hearth.care.visit_made", version=1, published=True):
    """Somebody met the person. Effective on that day. Source: DOMAIN R13.

    `visit_id` is empty when nothing was planned; `by` is the name of the account that went.
    """

    visit_id: str | None = None
    by: str
    way: VisitWay


class Answers(Word):
    """The three questions of a visit: what is difficult, what do you suggest, what do you plan."""

    difficulties: str | None = None
    suggestions: str | None = None
    plans: str | None = None


class ThreeQuestionsAnswered(CareFact, name="hearth.care.three_questions_answered", version=1):
    """What the person said at the visit. Source: DOMAIN R13, R18."""

    visit_id: str
    answers: Sealed[Care, Answers]


class WhyCancelled(StrEnum):
    """Why a planned visit is no longer needed."""

    WENT_AWAY = "went_away"
    RETURNED = "returned"
    RECOVERED = "recovered"
    DISCHARGED = "discharged"
    """Out of hospital before anybody went there; a visit at home takes its place."""
    DIED = "died"
    WITHDRAWN = "withdrawn"
    """The enrolment was taken back."""
    MET_OTHERWISE = "met_otherwise"
    """The person was met another way meanwhile, at a meeting for instance."""
    BY_HAND = "by_hand"
    NOT_DUE = "not_due"
    """The rules do not ask for it any more, or ask for it on another day: a birth was corrected, a policy changed."""


class VisitCancelled(CareFact, name="hearth.care.visit_cancelled", version=1):
    """A planned visit is not needed any more. `because` is the id of the fact that made it so. Source: R13."""

    visit_id: str
    why: WhyCancelled
    because: str = ""


class VisitMissed(CareFact, name="hearth.care.visit_missed", version=1):
    """The window closed and nobody had gone. Effective on the day after `end`. Source: DOMAIN R13."""

    visit_id: str


class WhyMissed(StrEnum):
    """Why nobody was met in time; none of it is anybody's fault by itself."""

    NOT_AT_HOME = "not_at_home"
    NOT_WANTED = "not_wanted"
    """The member did not want a visit just then."""
    VISITOR_ILL = "visitor_ill"
    NO_VISITOR = "no_visitor"
    """Nobody could be found to go."""
    NOT_NOTICED = "not_noticed"
    OTHER = "other"


class MissedExplained(CareFact, name="hearth.care.missed_explained", version=1):
    """Somebody said why a visit was missed. It stays missed. Effective on the day it was said. Source: DOMAIN R13."""

    visit_id: str
    why: WhyMissed
    note: Sealed[Care, str | None] = None
