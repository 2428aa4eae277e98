"""What a branch remembers of its activity money: what it was given and has paid that counts, and what waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsPart,
    FundsSource,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from services.registry.decide.funds_ledger import Sums


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Allocation(_Part):
    """What was given."""

    year: int
    on: date
    amount_fen: int
    source: FundsSource


class Payment(_Part):
    """What was paid, or is asked for."""

    on: date
    amount_fen: int
    purpose: str
    called: str
    what: str
    voucher: str
    payee: str | None = None
    activity_id: str | None = None
    meeting_id: str | None = None
    instead_of: str | None = None
    asked_by: str
    clause: str = ""


class Funds(_Part):
    """All of it. `gone`: what was taken back, dropped or replaced, whichever became known first."""

    allocated: Mapping[str, Allocation] = {}
    spent: Mapping[str, Payment] = {}
    asked: Mapping[str, Payment] = {}
    gone: tuple[str, ...] = ()

    def after(self, fact: FundsPart, on: date) -> Self:
        """The same after a fact."""
        match fact:
            case FundsAllocated():
                given = Allocation(year=fact.year, on=on, amount_fen=fact.amount_fen, source=fact.source)
                return self._with(allocated={**self.allocated, fact.allocation_id: given})
            case FundsAllocationTakenBack():
                return self._with(gone=(*self.gone, fact.allocation_id))
            case FundsSpent():
                spent = {**self.spent, fact.spending_id: _payment(fact, on)}
                gone = (*self.gone, fact.instead_of) if fact.instead_of else self.gone
                return self._with(spent=spent, asked=_without(self.asked, fact.spending_id), gone=gone)
            case FundsSpendingAsked():
                return self._with(asked={**self.asked, fact.spending_id: _payment(fact, on)})
            case FundsSpendingDropped() | FundsSpendingTakenBack():
                return self._with(gone=(*self.gone, fact.spending_id))

    def _with(self, **changed: Any) -> Self:
        """What is gone is kept by its id alone."""
        known = self.model_copy(update=changed)
        gone = tuple(dict.fromkeys(known.gone))
        counting = {
            name: {one: each for one, each in getattr(known, name).items() if one not in gone}
            for name in ("allocated", "spent", "asked")
        }
        return known.model_copy(update={**counting, "gone": gone})

    def by_year(self, until: date = date.max, *, without: Collection[str | None] = ()) -> dict[int, Sums]:
        """The sums of each year as they stood on a day; `without` payments that something else takes the place of."""
        found: dict[int, Sums] = {}

        def add(year: int, on: date, sums: Sums) -> None:
            if on <= until:
                found[year] = found.get(year, Sums()) + sums

        for given in self.allocated.values():
            add(given.year, given.on, Sums(allocated_fen=given.amount_fen))
        for one, paid in self.spent.items():
            if one not in without:
                add(paid.on.year, paid.on, Sums(spent_fen=paid.amount_fen))
        for one, asked in self.asked.items():
            if one not in without:
                add(asked.on.year, asked.on, Sums(waiting_fen=asked.amount_fen))
        return found


def _payment(fact: FundsSpent | FundsSpendingAsked, on: date) -> Payment:
    told = fact.model_dump(include=set(Payment.model_fields) - {"on", "payee"})
    return Payment(on=on, payee=None if is_hidden(fact.payee) else fact.payee, **told)


def _without(payments: Mapping[str, Payment], spending_id: str) -> dict[str, Payment]:
    return {one: each for one, each in payments.items() if one != spending_id}
