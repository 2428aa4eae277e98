"""What may be asked about the care of a member; these are also bodies of the API calls (CONTRACT.md, "HTTP")."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from events.facts.care import HealthGrade, Severity, WhyCancelled, WhyMissed
from events.facts.decision import Command
from services.care.decide.policy import ContactSource

Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Phone = Annotated[str, StringConstraints(pattern=r"^[+\d][\d \-()]{4,23}$")]
"""As it was said at the door; whether it can be dialled, the registry looks when it is confirmed."""
HANDED_OVER_FEN_MAX: Final = 1_000_000
"""Ten thousand yuan: more is a slip of the pen."""


class ReportIllness(Command):
    """The member fell ill on the day `since`."""

    severity: Severity
    since: date
    hospital: Line | None = None
    note: Text | None = None


class Recover(Command):
    """The member is well again since this day."""

    on: date


class GradeHealth(Command):
    """How far the member managed by themselves on that day; `note` says what somebody who visits should know."""

    grade: HealthGrade
    on: date
    note: Text | None = None


class ReportHospital(Command):
    """The member is in this hospital (ward and bed besides) since the day `on`."""

    on: date
    hospital: Line
    note: Text | None = None


class ReportDischarge(Command):
    """The member is out of hospital since the day `on`; `note` says what to watch for."""

    on: date
    note: Text | None = None


class ReportHardship(Command):
    """The member, or the family, is in difficulties since the day `on`; `what` says in which."""

    on: date
    what: Text


class ReportBereavement(Command):
    """Somebody of the family (`whom`: husband, son …) died on that day."""

    on: date
    whom: Line
    note: Text | None = None


class PlanIllnessVisit(Command):
    """Plan the visit after this illness. `visit_id` follows from the `FellIll` whose id is `because`."""

    visit_id: str
    because: str
    severity: Severity
    since: date
    in_hospital: bool = False


class AssignVisitor(Command):
    """This visitor (the name of an account) goes, on that day if one is said."""

    visitor: Name
    on: date | None = None


class RecordVisit(Command):
    """Somebody (the name of an account) went, and what the person answered to the three questions.

    `phone` is another number that the member told of, `handed_over_fen` dues that the visitor took along: both are
    proposals to the registry.
    """

    made_on: date
    by: Name
    difficulties: Text | None = None
    suggestions: Text | None = None
    plans: Text | None = None
    phone: Phone | None = None
    handed_over_fen: Annotated[int, Field(gt=0, le=HANDED_OVER_FEN_MAX)] | None = None


class AttemptVisit(Command):
    """Somebody (the name of an account) went on the day `on`, or rang up, and met nobody."""

    on: date
    by: Name
    why: WhyMissed = WhyMissed.NOT_AT_HOME
    note: Text | None = None


class CancelVisit(Command):
    """This one visit is not needed; `reason` says why, in the words of whoever decided it."""

    reason: Line


class CancelVisits(Command):
    """Nothing that is planned for the member is needed any more: `died`, `withdrawn`."""

    why: WhyCancelled
    because: str = ""


class NoteContact(Command):
    """Somebody of the community met the member on that day, at a meeting for instance (`how`)."""

    on: date
    because: str = ""
    how: ContactSource = ContactSource.MEETING


class ExplainMissed(Command):
    """Why a visit was missed; `note` for what somebody should know before the next try."""

    why: WhyMissed
    note: Text | None = None
