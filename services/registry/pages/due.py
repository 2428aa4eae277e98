"""What a member owes month by month: due by the policy, paid by the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import Request

from services.registry.decide.days import first_day, month_of, months_after, months_between
from services.registry.pages.common import reading, registry
from services.registry.project import dues
from services.shell.i18n import speech
from services.shell.identity import Caller

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
    request: Request, caller: Caller, member_id: str, first: str = "", last: str = "", *, ahead: int = 0
) -> Sheet:
    """The months from `first` (the beginning of the year, or the first one owed) to `last` (this month, or the last
    one paid); `ahead` adds months that may be paid in advance.
    """
    this_month = month_of(speech().today)
    async with reading(request, caller) as db:
        account = await dues.account_of(db, member_id)
        paid = await dues.paid_months(db, member_id)
    owed_from = account["owed_from"] if account else this_month
    owed_until = (account["owed_until"] if account else None) or "9999-12"
    start = first or min([f"{this_month[:4]}-01", owed_from, *paid])
    end = last or max([this_month, *paid])
    if ahead:
        end = max(end, month_of(months_after(first_day(this_month), ahead)))
    between = list(months_between(start, end))[-MONTHS_MAX:]
    one = (await registry(request).states([member_id])).get(member_id)
    dues_ = registry(request).due(one, between) if one else [None] * len(between)
    months = []
    for month, due in zip(between, dues_, strict=True):
        row = paid.get(month)
        if row is not None:
            state = "paid"
        elif month < owed_from or month > owed_until:
            state = "not_owed"
        elif due is None:
            state = "unknown"
        else:
            state = "owing" if month < this_month else "due"
        months.append(
            Month(
                month,
                due.due_fen if due else None,
                (row["clause"] if row else None) or (due.clause if due else None),
                row["paid_fen"] if row else None,
                state,
                row["receipt_no"] if row else None,
                row["paid_on"] if row else None,
            )
        )
    return Sheet(months)
