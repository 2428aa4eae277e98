"""What a member owes month by month: due by the policy, paid by the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.member import MonthDue
from services.registry.decide.days import first_day, month_of, months_after, months_between
from services.registry.decide.dues import DuesTerms
from services.registry.pages.common import registry, rules
from services.registry.project import dues
from services.shell.i18n import speech

MONTHS_MAX = 120


@dataclass(frozen=True, slots=True)
class Month:
    """One month. `state`: paid; owing (over and unpaid); due (the present one, or one to come); not_owed (before the
    member was on the roll here); unknown (no pension was ever put on record).
    """

    month: str
    due_fen: int | None
    clause: str | None
    paid_fen: int | None
    state: str
    receipt_no: str | None = None
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some months of a member, in order. `version` is what the card's forms are shown with."""

    months: Sequence[Month]
    clauses: Mapping[str, str] = field(default_factory=dict)
    """The words of the clauses, as they are in force in the last of the months."""

    @property
    def owing(self) -> list[Month]:
        """Months that are over and unpaid."""
        return [one for one in self.months if one.state == "owing"]

    @property
    def owing_fen(self) -> int:
        """What the owing months come to, as far as it is known."""
        return sum(one.due_fen or 0 for one in self.owing)

    @property
    def payable(self) -> list[Month]:
        """Months that may be paid now."""
        return [one for one in self.months if one.state in {"owing", "due"} and one.due_fen is not None]

    @property
    def paid_until(self) -> str | None:
        """The last month up to which nothing is open."""
        settled = None
        for one in self.months:
            if one.state == "paid":
                settled = one.month
            elif one.state == "owing":
                break
        return settled

    @property
    def current(self) -> Month | None:
        """The present month."""
        return next((one for one in self.months if one.month == month_of(speech().today)), None)


async def dues_sheet(
    request: Request,
    db: AsyncConnection,
    member_id: str,
    first: str = "",
    last: str = "",
    *,
    ahead: int = 0,
    receipts: bool = True,
) -> Sheet:
    """The months from `first` (the beginning of the year, or the first one owed) to `last` (this month, or the last
    one paid); `ahead` adds months that may be paid in advance. Without `receipts` a paid month says no more than that.
    """
    account = await dues.account_of(db, member_id)
    if account is None:
        return Sheet([])
    paid: Mapping[str, Mapping[str, Any]] = dict.fromkeys(account["months"], _PAID)
    if receipts:
        paid = await dues.paid_months(db, member_id)
    this_month = month_of(speech().today)
    start = first or min([f"{this_month[:4]}-01", account["owed_from"], *paid])
    end = last or max([this_month, *paid])
    if ahead:
        end = max(end, month_of(months_after(first_day(this_month), ahead)))
    between = list(months_between(start, end))[-MONTHS_MAX:]
    community = account["community"]
    known = registry(request).due(community, DuesTerms.model_validate_json(account["terms"]), between)
    return Sheet(
        [
            Month(
                month,
                due.due_fen if due else None,
                paid.get(month, _PAID)["clause"] or (due.clause if due else None),
                paid.get(month, _PAID)["paid_fen"],
                _state(month, due, account, this_month, paid),
                paid.get(month, _PAID)["receipt_no"],
                paid.get(month, _PAID)["paid_on"],
            )
            for month, due in zip(between, known, strict=True)
        ],
        rules(request, community, first_day(end)).clauses,
    )


_PAID: Mapping[str, Any] = {"clause": None, "paid_fen": None, "receipt_no": None, "paid_on": None}


def _state(
    month: str, due: MonthDue | None, account: Mapping[str, Any], this_month: str, paid: Mapping[str, object]
) -> str:
    if month in paid:
        return "paid"
    if month < account["owed_from"] or month > (account["owed_until"] or month):
        return "not_owed"
    if due is None:
        return "unknown"
    return "owing" if month < this_month else "due"
