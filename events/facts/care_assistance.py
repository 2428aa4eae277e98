"""Stream `care`, what a member is helped with in money or goods: asked for, approved, paid, acknowledged (DOMAIN R15).

Amounts are integer fen and sealed like everything of care. The names of those who ask and approve stand in the facts,
because whoever asked may not approve. Nothing is edited: what was a slip is taken back by a fact of its own.
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class AssistanceFact(CareFact):
    """About one assistance, `assistance_id`, of one member."""

    assistance_id: str


class AssistanceKind(StrEnum):
    """What somebody is helped for."""

    ILLNESS = "illness"
    HARDSHIP = "hardship"
    BEREAVEMENT = "bereavement"
    FESTIVAL = "festival"


class Evidence(StrEnum):
    """What was shown with a request; the papers themselves stay with whoever brought them."""

    HOSPITAL = "hospital"
    """Discharge papers or a diagnosis."""
    BILL = "bill"
    RELIEF = "relief"
    """A certificate of minimum-living relief or of special hardship."""
    DEATH = "death"
    SEEN = "seen"
    """Nobody brought paper: somebody went and saw."""


class PaidHow(StrEnum):
    """How it came to the member."""

    CASH = "cash"
    TRANSFER = "transfer"
    GOODS = "goods"


class TakenBy(StrEnum):
    """Who took it, and said so."""

    SELF = "self"
    FAMILY = "family"
    OTHER = "other"


class Step(StrEnum):
    """A step that can be taken back."""

    ENDORSEMENT = "endorsement"
    APPROVAL = "approval"
    PAYMENT = "payment"
    ACKNOWLEDGEMENT = "acknowledgement"
    REFUSAL = "refusal"
    WITHDRAWAL = "withdrawal"


class AssistanceProposed(AssistanceFact, name="hearth.care.assistance_proposed", version=1):
    """By the rules somebody may be helped: a flag, and a person decides. Effective on the day it was raised.

    `because` is the id of the fact that asked for it. Source: DOMAIN R13 ("subsidy if serious").
    """

    kind: AssistanceKind
    clause: str
    because: str


class AssistanceRequested(AssistanceFact, name="hearth.care.assistance_requested", version=1):
    """Somebody asked for it; `requested_by` is the account that wrote it down. Source: DOMAIN R15.

    Effective on the day of asking: it counts in that calendar year. `clause` gives the ceiling of its kind.
    """

    kind: AssistanceKind
    amount_fen: Sealed[Care, int]
    reason: Sealed[Care, str]
    evidence: tuple[Evidence, ...]
    clause: str
    requested_by: str


class AssistanceCorrected(AssistanceFact, name="hearth.care.assistance_corrected", version=1):
    """What is asked for was put down otherwise, before anything was approved; a first approval is void. Source: R15.

    Without a `reason` the words of the request stand.
    """

    amount_fen: Sealed[Care, int]
    reason: Sealed[Care, str | None]
    evidence: tuple[Evidence, ...]
    corrected_by: str


class AssistanceEndorsed(AssistanceFact, name="hearth.care.assistance_endorsed", version=1):
    """A first account agreed to an amount that needs a second one. Source: DOMAIN R15 ("second pair of eyes")."""

    amount_fen: Sealed[Care, int]
    endorsed_by: str
    clause: str


class AssistanceApproved(AssistanceFact, name="hearth.care.assistance_approved", version=1, published=True):
    """This amount is to be paid. Effective on the day it was decided. Source: DOMAIN R15.

    `endorsed_by` is empty where one account was enough. Others learn that the member is helped, and not how much.
    """

    kind: AssistanceKind
    amount_fen: Sealed[Care, int]
    approved_by: str
    endorsed_by: str
    clause: str


class AssistanceDeclined(AssistanceFact, name="hearth.care.assistance_declined", version=1):
    """It is not given, or a proposal is not followed. The way back is `AssistanceUndone`. Source: DOMAIN R15."""

    why: Sealed[Care, str]
    declined_by: str


class AssistanceWithdrawn(AssistanceFact, name="hearth.care.assistance_withdrawn", version=1):
    """It is not asked for any more, approved or not, before anything was paid. Source: DOMAIN R15."""

    why: Sealed[Care, str]


class AssistancePaid(AssistanceFact, name="hearth.care.assistance_paid", version=1, published=True):
    """The member got this much of it, as the `number`-th payment. Effective on that day. Source: DOMAIN R15."""

    number: int
    amount_fen: Sealed[Care, int]
    how: PaidHow


class AssistanceAcknowledged(AssistanceFact, name="hearth.care.assistance_acknowledged", version=1):
    """Whoever took all of it signed for it. Effective on that day. Source: DOMAIN R15."""

    by: TakenBy


class AssistanceUndone(AssistanceFact, name="hearth.care.assistance_undone", version=1):
    """A step was a slip and does not count; `number` says which payment it was. Source: DOMAIN R15.

    Effective on the day it was taken back; the step stays in the history.
    """

    step: Step
    why: Sealed[Care, str]
    number: int | None = None
