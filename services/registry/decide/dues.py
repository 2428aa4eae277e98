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


class DuesTerms(BaseModel):
    """What dues are reckoned from, in the order of days. The first known pension also holds for the time before it."""

    model_config = ConfigDict(frozen=True)

    bases: tuple[Basis, ...] = ()
    relief: tuple[Relief, ...] = ()

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

    def with_relief(self, since: date, granted: bool) -> DuesTerms:
        """These terms with relief granted or ended from a day on."""
        if granted == self.relief_on(since):
            return self
        others = [relief for relief in self.relief if relief.since != since]
        return self.model_copy(update={"relief": tuple(sorted([*others, Relief(since, granted)]))})


def due_of(month: str, terms: DuesTerms, rules: DuesRules) -> MonthDue | None:
    """What is due for a month, by what was in force on its first day; None if no pension was ever put on record."""
    day = first_day(month)
    policy = rules(day)
    if terms.relief_on(day):
        return MonthDue(month=month, due_fen=policy.relief.fen, clause=policy.relief.clause)
    basis_fen = terms.basis_on(day)
    if basis_fen is None:
        return None
    due_fen, clause = policy.due(basis_fen)
    return MonthDue(month=month, due_fen=due_fen, clause=clause)


def dues_of(months: Iterable[str], terms: DuesTerms, rules: DuesRules) -> list[MonthDue]:
    """What is due for each of these months; a month whose due cannot be known is left out."""
    return [due for month in months if (due := due_of(month, terms, rules)) is not None]
