"""What may be asked about helpers and trainings for work; these are also bodies of the API calls."""

from __future__ import annotations

from datetime import date

from events.facts.care_pairing import HelperKind, HelpKind, PairedFor, TrainingOutcome, WhyPairingEnded
from events.facts.decision import Command
from services.care.decide.commands import Line, Name, Text


class PairHelper(Command):
    """This helper (the name of an account, or the id of a member) stands by the member since that day."""

    helper_kind: HelperKind
    helper: Name
    why: PairedFor
    on: date


class NoteHelp(Command):
    """What the helper did on that day."""

    on: date
    kind: HelpKind
    note: Text | None = None


class ReviewPairing(Command):
    """Both were asked, and it goes on."""

    on: date


class EndPairing(Command):
    """It is over since that day."""

    on: date
    why: WhyPairingEnded


class ReferToTraining(Command):
    """The member is told of a course on the day `on`; it begins on `begins_on`, if that is known."""

    course: Line
    organiser: Line
    on: date
    begins_on: date | None = None


class NoteAttendance(Command):
    """The member was there, since that day."""

    on: date


class NoteOutcome(Command):
    """What came of it."""

    on: date
    outcome: TrainingOutcome
