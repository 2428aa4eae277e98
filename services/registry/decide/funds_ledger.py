"""What a branch's activity money comes to, year by year: a pure function of what was given and paid, and of the rules.

At every date: allocated = spent + left, less what lapsed at the end of years whose rule does not carry everything over.
Facts of whatever day and order lead to the same sums; a late correction of an old year is carried through to this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from services.registry.decide.funds_policy import FundsPolicy

FundsRules = Callable[[date], FundsPolicy]
"""The rules in force on a day."""


@dataclass(frozen=True, slots=True)
class Sums:
    """One year's money in fen. `waiting`: asked for, and not approved yet."""

    allocated_fen: int = 0
    spent_fen: int = 0
    waiting_fen: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.allocated_fen + other.allocated_fen,
            self.spent_fen + other.spent_fen,
            self.waiting_fen + other.waiting_fen,
        )


@dataclass(frozen=True, slots=True)
class YearOfFunds:
    """One year: what came over from the year before (less than nothing where that was overspent), given, paid."""

    year: int
    carried_fen: int
    allocated_fen: int
    spent_fen: int
    waiting_fen: int
    lapsed_before_fen: int
    """What the year before left and the rule did not carry over."""
    clause_carried: str = ""

    @property
    def left_fen(self) -> int:
        """What has not been paid."""
        return self.carried_fen + self.allocated_fen - self.spent_fen

    @property
    def free_fen(self) -> int:
        """What nobody has asked for either."""
        return self.left_fen - self.waiting_fen


def years_of(by_year: Mapping[int, Sums], rules: FundsRules, until: int) -> list[YearOfFunds]:
    """Every year from the first with any money to `until`, the oldest first; `until` alone if there was none.

    What is carried into a year is by the rule of its first day.
    """
    first = min((*by_year, until))
    found: list[YearOfFunds] = []
    for year in range(first, max((*by_year, until)) + 1):
        left = found[-1].left_fen if found else 0
        rule = rules(date(year, 1, 1)).carry_over
        carried = left if left < 0 else left * rule.permille // 1000
        sums = by_year.get(year, Sums())
        found.append(
            YearOfFunds(
                year, carried, sums.allocated_fen, sums.spent_fen, sums.waiting_fen, left - carried,
                rule.clause if left else "",
            )
        )  # fmt: skip
    return [one for one in found if one.year <= until]


def of_year(by_year: Mapping[int, Sums], rules: FundsRules, year: int) -> YearOfFunds:
    """One year."""
    return years_of(by_year, rules, year)[-1]


def too_little(by_year: Mapping[int, Sums], rules: FundsRules, year: int, more_fen: int) -> YearOfFunds | None:
    """The first year from `year` on that could not bear so much more being paid in `year`, as it stands without it;
    None if all can. What waits is taken for paid.

    A payment that is written down late takes from what later years were given over, so they are looked at, too.
    """
    if more_fen <= 0:
        return None
    last = max((*by_year, year))
    held = {each: Sums(sums.allocated_fen, sums.spent_fen + sums.waiting_fen) for each, sums in by_year.items()}
    before = {one.year: one for one in years_of({year: Sums(), **held}, rules, last)}
    with_it = {**held, year: held.get(year, Sums()) + Sums(spent_fen=more_fen)}
    for one in years_of(with_it, rules, last):
        if one.year >= year and one.left_fen < -rules(date(one.year, 12, 31)).overspend.max_fen:
            return before[one.year]
    return None
