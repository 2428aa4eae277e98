"""What a member owes for a month: a pure rule over the pension known for it (DOMAIN R10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from events.facts.member import MonthDue
from services.registry.decide.days import first_day
from services.registry.decide.policy import DuesPolicy

DuesRules = Callable[[date], DuesPolicy]
"""The rules of dues in force on a day: a month is reckoned by those of its first day."""


class Basis(NamedTuple):
    """From `since` on the basic pension is `fen` a month."""

    since: date
    fen: int


class Relief(NamedTuple):
    """From `since` on the member lives on relief, or no longer does."""

    since: date
    granted: bool


class Waiver(NamedTuple):
    """An approved reduction: of the months from `first` to `last` no more than `pays_fen` each is due."""

    first: str
    last: str
    pays_fen: int
    clause: str
    reduction_id: str


class DuesTerms(BaseModel):
    """What dues are reckoned from, in the order of days. The first known pension also holds for the time before it.

    In whatever order facts of different days become known, the terms are the same in the end.
    """

    model_config = ConfigDict(frozen=True)

    bases: tuple[Basis, ...] = ()
    relief: tuple[Relief, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def basis_on(self, day: date) -> int | None:
        """The basic pension (fen a month) in force on a day; None if none was ever known."""
        in_force = [basis.fen for basis in self.bases if basis.since <= day] or [b.fen for b in self.bases[:1]]
        return in_force[-1] if in_force else None

    def relief_on(self, day: date) -> bool:
        """True if the member lives on relief on a day."""
        in_force = [relief.granted for relief in self.relief if relief.since <= day]
        return in_force[-1] if in_force else False

    def with_basis(self, since: date, fen: int) -> DuesTerms:
        """These terms with another basis from a day on; one set for the same day before is replaced."""
        others = [basis for basis in self.bases if basis.since != since]
        return self.model_copy(update={"bases": tuple(sorted([*others, Basis(since, fen)]))})

    def waiver_in(self, month: str) -> Waiver | None:
        """The reduction that holds in a month: the one that leaves least to pay, should there be several."""
        holding = [one for one in self.waivers if one.first <= month <= one.last]
        return min(holding, key=lambda one: (one.pays_fen, one)) if holding else None

    def with_waiver(self, waiver: Waiver) -> DuesTerms:
        """These terms with a reduction."""
        others = [one for one in self.waivers if one.reduction_id != waiver.reduction_id]
        return self.model_copy(update={"waivers": tuple(sorted([*others, waiver]))})

    def without_waiver_after(self, reduction_id: str, last: str) -> DuesTerms:
        """These terms, a reduction ending with a month at the latest."""
        ended = [
            one._replace(last=min(one.last, last)) if one.reduction_id == reduction_id else one for one in self.waivers
        ]
        return self.model_copy(update={"waivers": tuple(sorted(one for one in ended if one.first <= one.last))})

    def with_relief(self, since: date, granted: bool, *, said: bool = False) -> DuesTerms:
        """These terms with relief granted or ended from a day on.

        `said`: somebody said just this. A card that was changed for another reason repeats what stood there, and that
        is no news.
        """
        if not said and granted == self.relief_on(since):
            return self
        others = [relief for relief in self.relief if relief.since != since]
        return self.model_copy(update={"relief": tuple(sorted([*others, Relief(since, granted)]))})


class Assessed(NamedTuple):
    """A month before anybody paid: what the rates make it, and how much of it is waived (fen), each with its clause."""

    month: str
    full_fen: int
    clause: str
    waived_fen: int = 0
    waived_by: str = ""

    @property
    def due(self) -> MonthDue:
        """What is left to pay for it; under the clause that says so."""
        return MonthDue(month=self.month, due_fen=self.full_fen - self.waived_fen, clause=self.waived_by or self.clause)


def assessed(month: str, terms: DuesTerms, rules: DuesRules) -> Assessed | None:
    """A month by what was in force on its first day; None if no pension was ever put on record."""
    day = first_day(month)
    policy = rules(day)
    basis_fen = terms.basis_on(day)
    waiver = terms.waiver_in(month)
    if terms.relief_on(day):
        full_fen, clause = policy.relief.fen, policy.relief.clause
    elif basis_fen is not None:
        full_fen, clause = policy.due(basis_fen)
    elif waiver is not None:  # what to pay was approved, whatever the pension may be
        full_fen, clause = waiver.pays_fen, waiver.clause
    else:
        return None
    if waiver is None or waiver.pays_fen >= full_fen:
        return Assessed(month, full_fen, clause)
    return Assessed(month, full_fen, clause, full_fen - waiver.pays_fen, waiver.clause)


def due_of(month: str, terms: DuesTerms, rules: DuesRules) -> MonthDue | None:
    """What is due for a month; None if no pension was ever put on record."""
    known = assessed(month, terms, rules)
    return None if known is None else known.due


def dues_of(months: Iterable[str], terms: DuesTerms, rules: DuesRules) -> list[MonthDue]:
    """What is due for each of these months; a month whose due cannot be known is left out."""
    return [due for month in months if (due := due_of(month, terms, rules)) is not None]
