"""What a member owes month by month: due by the policy, paid by the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.decide.days import first_day, month_of, months_after, months_between
from services.registry.decide.dues import Assessed, DuesTerms, assessed
from services.registry.pages.common import registry, rules
from services.registry.project import dues
from services.shell.i18n import speech

MONTHS_MAX = 120


@dataclass(frozen=True, slots=True)
class Month:
    """One month. `state`: paid; owing (over and unpaid); due (the present one, or one to come); short and over (paid,
    but what is due is known better by now); waived (nothing is due); not_owed (before the member was on the roll here);
    unknown (no pension was ever put on record).

    `due_fen` is what is due after `waived_fen` was taken off; `paid_fen` what was paid, less what was given back.
    """

    month: str
    due_fen: int | None
    clause: str | None
    paid_fen: int | None
    state: str
    receipt_no: str | None = None
    paid_on: date | None = None
    waived_fen: int = 0
    receipts: tuple[str, ...] = ()

    @property
    def open_fen(self) -> int:
        """What is still to pay; below nothing where more was paid than is due."""
        return (self.due_fen or 0) - (self.paid_fen or 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some months of a member, in order. `version` is what the card's forms are shown with."""

    months: Sequence[Month]
    clauses: Mapping[str, str] = field(default_factory=dict)
    """The words of the clauses, as they are in force in the last of the months."""

    @property
    def owing(self) -> list[Month]:
        """Months that are over and unpaid."""
        return self._in("owing")

    @property
    def short(self) -> list[Month]:
        """Months for which less was paid than is due, as is known by now."""
        return self._in("short")

    @property
    def over(self) -> list[Month]:
        """Months for which more was paid."""
        return self._in("over")

    @property
    def owing_fen(self) -> int:
        """What the owing months come to, as far as it is known."""
        return sum(one.due_fen or 0 for one in self.owing)

    @property
    def short_fen(self) -> int:
        """What is lacking on months that were paid."""
        return sum(one.open_fen for one in self.short)

    @property
    def over_fen(self) -> int:
        """What was paid too much."""
        return -sum(one.open_fen for one in self.over)

    @property
    def payable(self) -> list[Month]:
        """Months that may be paid now, or paid up."""
        return [one for one in self._in("owing", "due", "short") if one.due_fen is not None]

    @property
    def paid_until(self) -> str | None:
        """The last month up to which nothing is open."""
        settled = None
        for one in self.months:
            if one.state in _SETTLED:
                settled = one.month
            elif one.state == "owing":
                break
        return settled

    @property
    def current(self) -> Month | None:
        """The present month."""
        return next((one for one in self.months if one.month == month_of(speech().today)), None)

    def _in(self, *states: str) -> list[Month]:
        return [one for one in self.months if one.state in states]


_SETTLED = ("paid", "short", "over", "waived")


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
    paid: dict[str, list[Mapping[str, Any]]] = {month: [] for month in account["months"]}
    if receipts:
        for line in await dues.lines(db, member_id):
            if line["refunded_on"] is None:
                paid.setdefault(line["month"], []).append(line)
    this_month = month_of(speech().today)
    start = first or min([f"{this_month[:4]}-01", account["owed_from"], *paid])
    end = last or max([this_month, *paid])
    if ahead:
        end = max(end, month_of(months_after(first_day(this_month), ahead)))
    between = list(months_between(start, end))[-MONTHS_MAX:]
    community = account["community"]
    terms = DuesTerms.model_validate_json(account["terms"])
    in_force = registry(request).dues_rules(community)
    return Sheet(
        [_month(month, assessed(month, terms, in_force), paid.get(month), account, this_month) for month in between],
        rules(request, community, first_day(end)).clauses,
    )


def _month(
    month: str,
    known: Assessed | None,
    paid: Sequence[Mapping[str, Any]] | None,
    account: Mapping[str, Any],
    this_month: str,
) -> Month:
    due_fen = known.due.due_fen if known else None
    amounts = [line["paid_fen"] for line in paid or ()]
    paid_fen = None if not amounts or None in amounts else sum(amounts)
    newest = paid[-1] if paid else {}
    return Month(
        month,
        due_fen,
        (known.due.clause if known else None) or newest.get("clause"),
        paid_fen,
        _paid_state(due_fen, paid_fen) if paid is not None else _state(month, known, account, this_month),
        newest.get("receipt_no"),
        newest.get("paid_on"),
        known.waived_fen if known else 0,
        tuple(line["receipt_no"] for line in paid or ()),
    )


def _paid_state(due_fen: int | None, paid_fen: int | None) -> str:
    if due_fen is None or paid_fen is None or due_fen == paid_fen:
        return "paid"
    return "short" if paid_fen < due_fen else "over"


def _state(month: str, known: Assessed | None, account: Mapping[str, Any], this_month: str) -> str:
    if month < account["owed_from"] or month > (account["owed_until"] or month):
        return "not_owed"
    if known is None:
        return "unknown"
    if known.waived_fen and not known.due.due_fen:
        return "waived"
    return "owing" if month < this_month else "due"
