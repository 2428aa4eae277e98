"""Comparing a bill with the receipts: what may belong to what. It proposes; a person confirms each row (DOMAIN R10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from events.facts.decision import Command, Decision, Decisions, Happened, Refused, facts, nothing, refused
from events.facts.member import MonthDue, PayMethod
from events.facts.receipts import BillRowMatched, BillRowReleased
from services.registry.decide.commands import PayDues
from services.registry.decide.dues import DuesRules
from services.registry.decide.member import Member
from services.registry.decide.receipts import ReceiptBook, pay_dues


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the bill: under which key it is known again, and what it says."""

    key: str
    on: date
    fen: int
    text: str
    """Whoever paid, and the remark."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A receipt: whose, by whom, when, what is left on it, and what had been taken before anything was given back."""

    receipt_no: str
    member_id: str
    name: str
    payer: str
    on: date
    fen: int
    taken_fen: int


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member who may have paid: their name, their family's, and the months that are open, the oldest first."""

    member_id: str
    name: str
    family: tuple[str, ...] = ()
    open: tuple[MonthDue, ...] = ()


class Found(StrEnum):
    """What is known of a row."""

    CONFIRMED = "confirmed"
    SURE = "sure"
    """One receipt has this amount, about that day, and a name that stands in the row."""
    PERHAPS = "perhaps"
    """Some receipts have this amount about that day, but no name says so, or all of it was given back; or somebody who
    is named has yet to pay.
    """
    NEW = "new"
    """No receipt, but a member's name stands in the row, or their family's."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row, and what may belong to it: receipts, the likeliest first; or members with the months it would pay."""

    row: Row
    found: Found
    receipt_no: str = ""
    payments: tuple[Payment, ...] = ()
    members: tuple[tuple[Somebody, tuple[str, ...]], ...] = ()


class MatchRow(Command):
    """This row is the money of this receipt."""

    receipt_no: str


def proposals(
    rows: Sequence[Row],
    payments: Sequence[Payment],
    people: Sequence[Somebody],
    confirmed: Mapping[str, str],
    days_apart: int,
) -> list[Proposal]:
    """Each row and what may belong to it. A receipt that was confirmed for another row is not proposed again, and none
    is proposed as sure for two rows.
    """
    taken = set(confirmed.values())
    found = []
    for row in rows:
        if row.key in confirmed:
            found.append(Proposal(row, Found.CONFIRMED, confirmed[row.key]))
            continue
        near = [one for one in payments if one.receipt_no not in taken and _near(row, one, days_apart)]
        near.sort(key=lambda one: (not _named(row, one.name, one.payer), abs((one.on - row.on).days), one.receipt_no))
        sure = [one for one in near if one.fen and _named(row, one.name, one.payer)]
        if len(sure) == 1:
            taken.add(sure[0].receipt_no)
            found.append(Proposal(row, Found.SURE, sure[0].receipt_no, tuple(sure)))
        else:
            found.append(_open_row(row, near, people))
    return found


def _near(row: Row, one: Payment, days_apart: int) -> bool:
    """A bill shows what came in: what was taken, though some was given back since; or what is left, if the rest had
    never come and giving it back put the receipt right.
    """
    return row.fen in (one.fen, one.taken_fen) and abs((one.on - row.on).days) <= days_apart


def _named(row: Row, *names: str) -> bool:
    return any(len(name) > 1 and name in row.text for name in names)


def _open_row(row: Row, near: Sequence[Payment], people: Sequence[Somebody]) -> Proposal:
    own = [one for one in people if _named(row, one.name)]
    likely = own or [one for one in people if _named(row, *one.family)]
    members = tuple((one, months_for(one.open, row.fen)) for one in likely)
    known = Found.PERHAPS if near else Found.NEW if members else Found.UNKNOWN
    return Proposal(row, known, payments=tuple(near), members=members)


def months_for(open_months: Sequence[MonthDue], fen: int) -> tuple[str, ...]:
    """The oldest open months that come to exactly this amount; none if no such run of them does."""
    left, found = fen, []
    for one in open_months:
        if left <= 0:
            break
        left -= one.due_fen
        found.append(one.month)
    return tuple(found) if left == 0 else ()


def match_row(book: ReceiptBook, row: str, receipt_no: str, on: date, *, known: bool) -> Decision:
    """A person says so. `known`: the community wrote such a receipt."""
    if book.bill_rows.get(row) == receipt_no:
        return nothing()
    if row in book.bill_rows:
        return refused("row_confirmed", receipt_no=book.bill_rows[row])
    if not known:
        return refused("no_receipt", receipt_no=receipt_no)
    if receipt_no in book.bill_rows.values():
        return refused("receipt_confirmed", receipt_no=receipt_no)
    return facts(BillRowMatched(row=row, receipt_no=receipt_no), on=on)


def release_row(book: ReceiptBook, row: str, today: date) -> Decision:
    """It was not."""
    return facts(BillRowReleased(row=row), on=today) if row in book.bill_rows else nothing()


def pay_by_row(
    member: Member,
    book: ReceiptBook,
    row: Row,
    command: PayDues,
    rules: DuesRules,
    today: date,
    *,
    member_id: str,
    book_id: str,
) -> Decisions:
    """A row becomes a payment of exactly its amount, and is confirmed by it. The same row again changes nothing."""
    if row.key in book.bill_rows:
        return {}
    if command.amount_fen != row.fen:
        return refused("amount_differs", expected_fen=command.amount_fen, given_fen=row.fen, months=command.months)
    paid = pay_dues(member, book, command, rules, today, member_id=member_id, book_id=book_id)
    if isinstance(paid, Refused):
        return paid
    number = book.next_number(today)
    matched = (BillRowMatched(row=row.key, receipt_no=number), command.paid_on)
    return {**paid, book_id: Happened((*paid[book_id].facts, matched))}


METHODS = (PayMethod.TRANSFER, PayMethod.WECHAT, PayMethod.ALIPAY, PayMethod.CARD, PayMethod.DEDUCTION)
"""How money comes that stands on a bill."""
