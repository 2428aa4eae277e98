"""Stream `branch`, the part about its activity money: what it was given for a year, what it paid, what was a slip.

What is left is never stored: it follows from these facts and the rules of each year.
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Contact, Sealed
from events.facts.branch import BranchFact


class FundsSource(StrEnum):
    """Where a branch's money comes from (DOMAIN R20, R2)."""

    PER_HEAD = "per_head"
    """By the rule: so much for each member and year."""
    HANDED_OVER = "handed_over"
    """It followed the members from the units that handed them over."""
    SUPERIOR = "superior"
    """From the superior committee, beside the rule."""
    OTHER = "other"


class FundsAllocated(BranchFact, name="hearth.branch.funds_allocated", version=1):
    """The branch may spend so much more in a year, in fen. Effective on the day it was given. Source: DOMAIN R20.

    By the head: so many `members` on that day, `per_head_fen` each by `clause`; `note` says why it was otherwise.
    """

    allocation_id: str
    year: int
    amount_fen: int
    source: FundsSource
    members: int | None = None
    per_head_fen: int | None = None
    clause: str = ""
    note: str | None = None


class FundsAllocationTakenBack(BranchFact, name="hearth.branch.funds_allocation_taken_back", version=1):
    """That money was never given; the envelope says why. Source: DOMAIN R20."""

    allocation_id: str


class _Spending(BranchFact):
    """A payment out of the branch's money, effective on the day of payment.

    `purpose` is a code of the policy and `called` its words on that day. `voucher` is the number of the bill;
    `instead_of` is a payment that was written down wrongly and does not count: this one holds in its place.
    """

    spending_id: str
    amount_fen: int
    purpose: str
    called: str
    what: str
    voucher: str
    payee: Sealed[Contact, str | None] = None
    activity_id: str | None = None
    meeting_id: str | None = None
    instead_of: str | None = None
    asked_by: str
    """The account that wrote it down."""
    clause: str = ""
    """By which somebody else had to approve it; "" where nobody had to."""


class FundsSpent(_Spending, name="hearth.branch.funds_spent", version=1):
    """The branch paid this on the effective day. Source: DOMAIN R20.

    Above the policy's limit `approved_by` is the account that approved, never the one that asked.
    """

    approved_by: str | None = None


class FundsSpendingAsked(_Spending, name="hearth.branch.funds_spending_asked", version=1):
    """The branch would pay this, or has: nothing is spent until somebody else approves. Source: DOMAIN R20."""


class FundsSpendingDropped(BranchFact, name="hearth.branch.funds_spending_dropped", version=1):
    """What was asked for comes to nothing: not approved, or `withdrawn` by the branch. Source: DOMAIN R20."""

    spending_id: str
    withdrawn: bool = False


class FundsSpendingTakenBack(BranchFact, name="hearth.branch.funds_spending_taken_back", version=1):
    """That payment was never made, or came back; the envelope says why. Source: DOMAIN R20."""

    spending_id: str


FundsPart = (
    FundsAllocated
    | FundsAllocationTakenBack
    | FundsSpent
    | FundsSpendingAsked
    | FundsSpendingDropped
    | FundsSpendingTakenBack
)
"""What is about the branch's money."""
