"""Stream `receipts`: a community's receipt book, and paying dues, which is decided over the book and the member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact
from events.facts.decision import Decider, Decisions, Refused, UnknownFact, facts, refused
from events.facts.member import DuesAmount, DuesPaid, MonthDue
from events.facts.receipts import BillRowMatched, BillRowReleased, DuesHandedUp, HandUpWithdrawn, NumberIssued
from services.registry.decide.commands import PayDues
from services.registry.decide.days import month_of, months_after
from services.registry.decide.dues import DuesRules, assessed
from services.registry.decide.member import Member, unable
from services.registry.decide.policy import DuesPolicy

# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ReceiptBook(BaseModel):
    """The last number written: `last` of `year`; hand-overs that count, and those that were taken back."""

    model_config = ConfigDict(frozen=True)

    year: int = 0
    last: int = 0
    handed_up: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    bill_rows: dict[str, str] = {}
    """Rows of bills that were confirmed, each with its receipt."""

    def next_number(self, today: date) -> str:
        """The number a receipt written today gets: `2026-0341`, counted afresh each year, without gaps."""
        return f"{max(today.year, self.year)}-{self.last + 1 if today.year <= self.year else 1:04d}"


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(book: ReceiptBook, fact: Fact, effective: date) -> ReceiptBook:
    """The book after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case NumberIssued():
            year, serial = fact.number.split("-")
            return book.model_copy(update={"year": int(year), "last": int(serial)})
        case DuesHandedUp():
            return book.model_copy(update={"handed_up": (*book.handed_up, fact.hand_up_id)})
        case HandUpWithdrawn():
            left = tuple(one for one in book.handed_up if one != fact.hand_up_id)
            return book.model_copy(update={"handed_up": left, "taken_back": (*book.taken_back, fact.hand_up_id)})
        case BillRowMatched():
            return book.model_copy(update={"bill_rows": {**book.bill_rows, fact.row: fact.receipt_no}})
        case BillRowReleased():
            rows = {row: number for row, number in book.bill_rows.items() if row != fact.row}
            return book.model_copy(update={"bill_rows": rows})
        case _:
            raise UnknownFact("receipts", fact)


RECEIPTS: Final = Decider(owner="registry", stream="receipts", initial=ReceiptBook(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def pay_dues(
    member: Member,
    book: ReceiptBook,
    command: PayDues,
    rules: DuesRules,
    today: date,
    *,
    member_id: str,
    book_id: str,
) -> Decisions:
    """Dues were paid: a fact of the member and a number of the book, together or not at all. Each month is reckoned by
    the rules of its own first day; how far ahead may be paid, by those of today.

    The same month again is refused, naming the receipt it is on: money was taken twice, and a person must know. A month
    that costs more than was paid for it (a pension that became known late) may be paid up.
    """
    if refusal := unable(member) or _unpayable(member, command, rules(today), today):
        return refusal
    months = tuple(sorted(command.months))
    due = open_months(member, months, rules)
    if isinstance(due, Refused):
        return due
    total_fen = sum(month.due_fen for month in due)
    if command.amount_fen != total_fen:
        return refused("amount_differs", expected_fen=total_fen, given_fen=command.amount_fen, months=months)
    number = book.next_number(today)
    paid = DuesPaid(
        months=months,
        amount=DuesAmount(total_fen=total_fen, months=due),
        receipt_no=number,
        method=command.method,
        payer=command.payer,
    )
    return {
        member_id: facts(paid, on=command.paid_on),
        book_id: facts(NumberIssued(number=number, member=member_id), on=today),
    }


def open_months(member: Member, months: Sequence[str], rules: DuesRules) -> tuple[MonthDue, ...] | Refused:
    """What is still to pay for each of these months, each of which must be open. What an absorbed record paid, or what
    cannot be read, is taken for enough.
    """
    found = []
    for month in months:
        known = assessed(month, member.terms, rules)
        number = (member.alias.paid | member.paid).get(month)
        if number is not None:
            paid_fen = None if month in member.alias.paid else member.dues.paid_fen(month)
            lacking = 0 if known is None or paid_fen is None else known.due.due_fen - paid_fen
            if known is None or lacking <= 0:
                return refused("already_paid", month=month, receipt_no=number)
            found.append(known.due.model_copy(update={"due_fen": lacking}))
        elif known is None:
            return refused("basis_unknown", months=months)
        elif known.waived_fen and not known.due.due_fen:
            return refused("waived", month=month, clause=known.waived_by)
        else:
            found.append(known.due)
    return tuple(found)


def _unpayable(member: Member, command: PayDues, policy: DuesPolicy, today: date) -> Refused | None:
    """Why one of the months cannot be paid, or not on that day; None if all can."""
    if command.paid_on > today:
        return refused("in_future", day=command.paid_on, today=today)
    first, last = min(command.months), max(command.months)
    if member.joined_on is not None and first < month_of(member.joined_on):
        return refused("before_joining", month=first, joined_on=member.joined_on)
    limit = month_of(months_after(today.replace(day=1), policy.months_ahead_max))
    if last > limit:
        return refused("too_far_ahead", month=last, limit=limit, clause=policy.clause_ahead)
    return None
