"""What a period of months comes to: for one member month by month, and added up. Pure arithmetic over what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.decide.days import month_of, months_between
from services.registry.decide.dues import DuesRules, assessed
from services.registry.decide.member import Member, Standing


@dataclass(frozen=True, slots=True)
class Line:
    """A month of a member, in fen. `open_fen` is still to pay; below nothing, more was paid than is due.

    `known` is False where no pension is on record: the month is owed, but nobody can say how much.
    """

    month: str
    assessed_fen: int
    waived_fen: int
    paid_fen: int
    clause: str
    receipts: tuple[str, ...] = ()
    known: bool = True

    @property
    def open_fen(self) -> int:
        """Assessed, less what is waived and what is paid."""
        return self.assessed_fen - self.waived_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Sums:
    """Lines added up. `assessed = paid + waived + owing - over`, to the fen."""

    people: int = 0
    months: int = 0
    assessed_fen: int = 0
    waived_fen: int = 0
    paid_fen: int = 0
    owing_fen: int = 0
    over_fen: int = 0
    unknown: int = 0
    """Months whose due nobody knows."""


def sums(lines: Iterable[Line], people: int = 1) -> Sums:
    """The lines of so many people, added up."""
    lines = list(lines)
    return Sums(
        people,
        len(lines),
        sum(one.assessed_fen for one in lines),
        sum(one.waived_fen for one in lines),
        sum(one.paid_fen for one in lines),
        sum(one.open_fen for one in lines if one.open_fen > 0),
        -sum(one.open_fen for one in lines if one.open_fen < 0),
        sum(not one.known for one in lines),
    )


def total(parts: Iterable[Sums]) -> Sums:
    """Sums added up."""
    found = Sums()
    for part in parts:
        found = Sums(*(getattr(found, name) + getattr(part, name) for name in Sums.__slots__))
    return found


def lines_of(member: Member, absorbed: Sequence[Member], first: str, last: str, rules: DuesRules) -> list[Line]:
    """The months of a period that a member owes here or paid for. `absorbed` are the person's other records: what was
    paid on them was paid.
    """
    if member.standing not in (Standing.ENROLLED, Standing.DIED) or member.alias.into is not None:
        return []
    begin = month_of(max(member.enrolled_on or date.min, member.joined_on or date.min))
    end = month_of(member.died_on) if member.died_on else last
    found = []
    for month in months_between(first, last):
        receipts, paid_fen = _paid([member, *absorbed], month)
        if receipts or begin <= month <= end:
            found.append(_line(month, member, receipts, paid_fen, rules, owed=begin <= month <= end))
    return found


def _line(
    month: str, member: Member, receipts: tuple[str, ...], paid_fen: int | None, rules: DuesRules, *, owed: bool
) -> Line:
    known = assessed(month, member.terms, rules)
    if known is None or paid_fen is None or not owed:  # what cannot be reckoned any more was right when it was paid
        given = paid_fen or 0
        return Line(month, given, 0, given, known.due.clause if known else "", receipts, known=bool(receipts))
    return Line(month, known.full_fen, known.waived_fen, paid_fen, known.due.clause, receipts)


def _paid(records: Sequence[Member], month: str) -> tuple[tuple[str, ...], int | None]:
    """On which receipts a month stands, and what was paid for it in all; None if that cannot be read."""
    held = [
        (number, months[month]) for one in records for number, months in one.dues.receipts.items() if month in months
    ]
    amounts = [fen for _number, fen in held]
    return tuple(number for number, _fen in held), None if None in amounts else sum(fen or 0 for fen in amounts)
