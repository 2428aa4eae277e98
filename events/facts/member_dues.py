"""Stream `member`, owned by registry: what becomes of dues that were paid or are owed (DOMAIN R10).

A payment is never edited: what was wrong about it, or has changed since, is a fact of its own.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Contact, Dues, Sealed
from events.facts.member import DuesAmount, MemberFact, PayMethod


class ReceiptIssued(MemberFact, name="hearth.member.receipt_issued", version=1):
    """The paper of this receipt was printed for the first time; whatever is printed later is a copy. Source: R10."""

    receipt_no: str


class DuesRefunded(MemberFact, name="hearth.member.dues_refunded", version=1, published=True):
    """Dues of these months on this receipt were given back; the months are owing again. Source: DOMAIN R10.

    Effective on the day the money was given back. `refund_no` is a number of the same receipt book. In `amount` each
    month's `due_fen` is what was given back for it, under the clause it had been paid by. The envelope says why.
    """

    months: tuple[str, ...]
    amount: Sealed[Dues, DuesAmount]
    receipt_no: str
    refund_no: str
    method: PayMethod


class DuesReductionDecided(MemberFact, name="hearth.member.dues_reduction_decided", version=1):
    """The branch decided that the member pays less for these months: a proposal, until the superior committee approves.

    From `first` to `last` (both `YYYY-MM`) `pays_fen` a month, 0 for nothing. `decided_by` is the account that wrote
    it down: somebody else approves. Effective on the day of the branch's decision. Source: DOMAIN §4 "dues".
    """

    reduction_id: str
    first: str
    last: str
    pays_fen: Sealed[Dues, int]
    why: Sealed[Dues, str]
    decided_by: str
    clause: str


class DuesReductionDropped(MemberFact, name="hearth.member.dues_reduction_dropped", version=1):
    """The proposal comes to nothing: it was not approved, or the branch took it back (`withdrawn`). Source: R10."""

    reduction_id: str
    withdrawn: bool = False


class DuesWaived(MemberFact, name="hearth.member.dues_waived", version=1, published=True):
    """The superior committee approved: of these months no more than `pays_fen` each is due. Source: DOMAIN §4 "dues".

    Effective on the day of approval; it holds for the months it names, those before that day too.
    """

    reduction_id: str
    first: str
    last: str
    pays_fen: Sealed[Dues, int]
    clause: str


class DuesWaiverEnded(MemberFact, name="hearth.member.dues_waiver_ended", version=1, published=True):
    """The reduction holds no longer than `last`; a month before its first means that it never held. Source: R10."""

    reduction_id: str
    last: str


class SpokeWith(StrEnum):
    """Whom a call reached."""

    MEMBER = "member"
    FAMILY = "family"
    NOBODY = "nobody"


class DuesReminded(MemberFact, name="hearth.member.dues_reminded", version=1):
    """Somebody called in a friendly way about months that are not paid. Nothing follows from it. Source: DOMAIN R10."""

    months: tuple[str, ...]
    spoke_with: SpokeWith
    note: Sealed[Contact, str | None] = None


class ArrearsOutcome(StrEnum):
    """What a person came to who looked into months that nobody paid. None of them does anything by itself."""

    WILL_PAY = "will_pay"
    """They pay up, at once or bit by bit."""
    REDUCTION = "reduction"
    """They are in need: a reduction goes its own way."""
    DATA_WRONG = "data_wrong"
    """Nothing is owed, or not so much: the register had it wrong."""
    WAITS = "waits"
    """It waits: they are ill, or cannot be asked now."""
    NOT_REACHED = "not_reached"
    """Nobody could be reached; the search goes on."""
    BRANCH = "branch"
    """The branch talks about it."""


class ArrearsReviewed(MemberFact, name="hearth.member.arrears_reviewed", version=1):
    """A person looked into months that were not paid, and closed that with a note. Nothing follows from it.

    `first` to `last` (`YYYY-MM`) are the run it was about, by `clause`; `again_on` is when somebody looks again.
    Effective on the day it was closed. Source: DOMAIN §4 "arrears".
    """

    review_id: str
    first: str
    last: str
    outcome: ArrearsOutcome
    note: Sealed[Dues, str]
    again_on: date
    clause: str


class ArrearsReviewTakenBack(MemberFact, name="hearth.member.arrears_review_taken_back", version=1):
    """That review was written down by mistake; the envelope says why. Source: DOMAIN R10."""

    review_id: str


DuesPart = (
    ReceiptIssued
    | DuesRefunded
    | DuesReductionDecided
    | DuesReductionDropped
    | DuesWaived
    | DuesWaiverEnded
    | DuesReminded
    | ArrearsReviewed
    | ArrearsReviewTakenBack
)
"""What is about dues that were paid or are owed."""
