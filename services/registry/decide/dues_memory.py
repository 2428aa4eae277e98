"""What a member's record remembers of dues: the receipts as they stand, and reductions that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.member import DuesPaid
from events.facts.member_dues import (
    ArrearsReviewed,
    ArrearsReviewTakenBack,
    DuesPart,
    DuesReductionDecided,
    DuesReductionDropped,
    DuesRefunded,
    DuesWaived,
    DuesWaiverEnded,
    ReceiptIssued,
)


class ReductionState(StrEnum):
    """How far a reduction has come."""

    DECIDED = "decided"
    """By the branch; the superior committee has not said anything."""
    APPROVED = "approved"
    DROPPED = "dropped"


class Reduction(BaseModel):
    """A reduction and where it stands. `pays_fen` is None where it cannot be read."""

    model_config = ConfigDict(frozen=True)

    first: str
    last: str
    pays_fen: int | None
    decided_by: str = ""
    clause: str = ""
    state: ReductionState = ReductionState.DECIDED

    @property
    def holds(self) -> bool:
        """True if it keeps its months: asked for or approved, and not ended before it began."""
        return self.state is not ReductionState.DROPPED and self.first <= self.last

    def overlaps(self, first: str, last: str) -> bool:
        """True if a month of the span is one of its own."""
        return self.first <= last and first <= self.last


class DuesMemory(BaseModel):
    """`receipts`: by number, the months still on it and what was paid for each (None where that cannot be read)."""

    model_config = ConfigDict(frozen=True)

    receipts: dict[str, dict[str, int | None]] = {}
    issued: tuple[str, ...] = ()
    """Receipts that were printed."""
    reductions: dict[str, Reduction] = {}
    reviews: tuple[str, ...] = ()
    reviews_back: tuple[str, ...] = ()
    """Of the times a person looked into unpaid months, those that were a slip."""

    @property
    def paid(self) -> dict[str, str]:
        """Which receipt a month stands on: the last one, where there are several."""
        return {month: number for number, months in self.receipts.items() for month in months}

    def paid_fen(self, month: str) -> int | None:
        """What was paid for a month, less what was given back; None if it cannot be read."""
        amounts = [months[month] for months in self.receipts.values() if month in months]
        return None if None in amounts else sum(fen or 0 for fen in amounts)

    def after_payment(self, fact: DuesPaid) -> Self:
        """The same with one more receipt."""
        read = {} if is_hidden(fact.amount) else {one.month: one.due_fen for one in fact.amount.months}
        months = {month: read.get(month) for month in fact.months}
        return self.model_copy(update={"receipts": {**self.receipts, fact.receipt_no: months}})

    def after(self, fact: DuesPart) -> Self:
        """The same after anything else about dues."""
        match fact:
            case ReceiptIssued():
                return self.model_copy(update={"issued": tuple(dict.fromkeys((*self.issued, fact.receipt_no)))})
            case DuesRefunded():
                return self.model_copy(update={"receipts": _given_back(self.receipts, fact)})
            case DuesReductionDecided():
                pays_fen = None if is_hidden(fact.pays_fen) else fact.pays_fen
                asked = Reduction(
                    first=fact.first, last=fact.last, pays_fen=pays_fen, decided_by=fact.decided_by, clause=fact.clause
                )
                return self._with(fact.reduction_id, asked)
            case ArrearsReviewed():
                return self.model_copy(update={"reviews": (*self.reviews, fact.review_id)})
            case ArrearsReviewTakenBack():
                return self.model_copy(update={"reviews_back": (*self.reviews_back, fact.review_id)})
            case DuesReductionDropped():
                return self._changed(fact.reduction_id, state=ReductionState.DROPPED)
            case DuesWaived():
                return self._changed(fact.reduction_id, state=ReductionState.APPROVED)
            case DuesWaiverEnded():
                return self._changed(fact.reduction_id, last=fact.last)
            case _:
                return self

    def _with(self, reduction_id: str, reduction: Reduction) -> Self:
        return self.model_copy(update={"reductions": self.reductions | {reduction_id: reduction}})

    def _changed(self, reduction_id: str, **changed: str) -> Self:
        known = self.reductions.get(reduction_id)
        return self if known is None else self._with(reduction_id, known.model_copy(update=changed))


def _given_back(receipts: Mapping[str, dict[str, int | None]], fact: DuesRefunded) -> dict[str, dict[str, int | None]]:
    left = {month: fen for month, fen in receipts.get(fact.receipt_no, {}).items() if month not in fact.months}
    return {**receipts, fact.receipt_no: left}
