"""Stream `care`, who stands by whom (结对帮扶), and whom the office sends to learn a trade (DOMAIN R15)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class PairingFact(CareFact):
    """About one pairing, `pairing_id`, of one member who is helped."""

    pairing_id: str


class HelperKind(StrEnum):
    """Who helps: somebody with an account, or another member."""

    ACCOUNT = "account"
    MEMBER = "member"


class PairedFor(StrEnum):
    """Why somebody has a helper (DOMAIN R15)."""

    AWAY = "away"
    """Lives elsewhere: somebody keeps in touch."""
    IN_NEED = "in_need"
    LAID_OFF = "laid_off"
    ALONE = "alone"


class HelpKind(StrEnum):
    """What was done."""

    CALL = "call"
    VISIT = "visit"
    ERRAND = "errand"
    """Shopping, papers, a way to the hospital."""
    MONEY = "money"
    WORK = "work"
    """Work was found or offered."""
    OTHER = "other"


class WhyPairingEnded(StrEnum):
    """Why it is over."""

    NO_NEED = "no_need"
    MOVED = "moved"
    HELPER_LEFT = "helper_left"
    WISHED = "wished"
    """One of the two asked for it."""
    DIED = "died"
    MISTAKE = "mistake"
    """It should never have been written down."""


class HelperPaired(PairingFact, name="hearth.care.helper_paired", version=1):
    """`helper` (the name of an account, or the id of a member) stands by this member from that day. Source: R15.

    `clause` is the rule by which it is looked at again.
    """

    helper_kind: HelperKind
    helper: str
    why: PairedFor
    clause: str


class HelpGiven(PairingFact, name="hearth.care.help_given", version=1):
    """What the helper did. Effective on that day. `entry_id` names it for whoever takes it back. Source: DOMAIN R15."""

    entry_id: str
    kind: HelpKind
    note: Sealed[Care, str | None] = None


class HelpTakenBack(PairingFact, name="hearth.care.help_taken_back", version=1):
    """The entry was a slip and does not count. Source: DOMAIN R15."""

    entry_id: str


class PairingReviewed(PairingFact, name="hearth.care.pairing_reviewed", version=1):
    """Somebody asked both whether it does good, and it goes on. Effective on that day. Source: DOMAIN R15."""

    reviewed_by: str


class PairingEnded(PairingFact, name="hearth.care.pairing_ended", version=1):
    """The helper stands by this member no more. Effective on that day. Source: DOMAIN R15."""

    why: WhyPairingEnded


class TrainingFact(CareFact):
    """About one referral, `referral_id`, to a training for work."""

    referral_id: str


class TrainingOutcome(StrEnum):
    """What came of it."""

    HIRED = "hired"
    SELF_EMPLOYED = "self_employed"
    CERTIFIED = "certified"
    """Passed, and still looks for work."""
    GAVE_UP = "gave_up"
    DID_NOT_GO = "did_not_go"


class TrainingReferred(TrainingFact, name="hearth.care.training_referred", version=1):
    """The office told the member of a course and the organiser of the member. Source: DOMAIN R15.

    `begins_on` is the first day of the course, if it is known.
    """

    course: str
    organiser: str
    begins_on: date | None
    clause: str


class TrainingAttended(TrainingFact, name="hearth.care.training_attended", version=1):
    """The member was there. Effective on the first day. Source: DOMAIN R15."""


class TrainingEnded(TrainingFact, name="hearth.care.training_ended", version=1):
    """What came of it; said again, the latest word counts. Source: DOMAIN R15."""

    outcome: TrainingOutcome


class TrainingWithdrawn(TrainingFact, name="hearth.care.training_withdrawn", version=1):
    """The referral was a slip. Source: DOMAIN R15."""
