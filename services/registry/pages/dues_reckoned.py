"""Dues of a period, person by person: as they stand, or as they stood on a day by what was known at a moment.

What stands now is reckoned from the snapshots of members; what stood then is folded from the facts once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact, is_hidden
from events.facts.member import (
    Assigned,
    Classified,
    ContactChanged,
    DetailsCorrected,
    Died,
    DuesPaid,
    Enrolled,
    EnrolmentWithdrawn,
    PensionBasisSet,
)
from events.facts.member_dues import DuesRefunded, DuesWaived, DuesWaiverEnded
from events.facts.merging import Merged, Unmerged
from events.log.envelope import Recorded
from services.registry.decide.days import first_day, month_of, months_after
from services.registry.decide.dues_report import Line, Sums, lines_of, sums, total
from services.registry.decide.member import MEMBER, Member
from services.registry.pages.as_of import moment_of
from services.registry.pages.common import Reader, registry, within
from services.registry.project import branch, dues, handed_up, history
from services.registry.project.as_of import in_life
from services.registry.project.dues import Money
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.problems import FieldError, Invalid

PEOPLE_MAX: Final = 20_000
_AT_ONCE: Final = 1000
_HEARD: Final[Sequence[type[Fact]]] = (
    Enrolled, EnrolmentWithdrawn, Died, Assigned, Classified, ContactChanged, DetailsCorrected, PensionBasisSet,
    DuesPaid, DuesRefunded, DuesWaived, DuesWaiverEnded, Merged, Unmerged,
)  # fmt: skip
MonthWish = Annotated[str, Query(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$")]


@dataclass(frozen=True, slots=True)
class Asking:
    """Which months of which place; on which day in life, by what was known when (both None for now)."""

    place: str
    first: str
    last: str
    as_of: date | None = None
    known_at: datetime | None = None

    @property
    def then(self) -> bool:
        """True if it is not simply as things stand."""
        return self.as_of is not None or self.known_at is not None

    @property
    def until(self) -> date:
        """The last day that counts."""
        return self.as_of or speech().today

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of its months, as far as they count."""
        end = months_after(first_day(self.last), 1) - timedelta(days=1)
        return first_day(self.first), min(end, self.until)

    def href(self, path: str, **more: str) -> str:
        """The address of a page that asks the same."""
        said = {
            "first": self.first,
            "last": self.last,
            "community": self.place,
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "known_at": self.known_at.isoformat() if self.known_at else "",
            **more,
        }
        return f"{path}?{urlencode({name: value for name, value in said.items() if value})}"


def asking(
    caller: Reader,
    first: MonthWish = "",
    last: MonthWish = "",
    community: Annotated[str, Query(max_length=200)] = "",
    as_of: Annotated[str, Query(max_length=10)] = "",
    known_at: Annotated[str, Query(max_length=40)] = "",
) -> Asking:
    """The period out of an address: this year up to now, unless it says another. Errors: Invalid."""
    today = speech().today
    end = last or month_of(today)
    begin = first or f"{end[:4]}-01"
    if end < begin:
        raise Invalid([FieldError("last", _("最后一个月早于第一个月"), _("请核对两个月份。"))])
    if first_day(end) > months_after(first_day(begin), 119):
        raise Invalid([FieldError("last", _("一次最多看 120 个月"), _("请分几次看。"))])
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        raise Invalid([FieldError("as_of", _("不是有效的日期"), _("请写成 年-月-日，例如 2026-11-21。"))]) from error
    moment = moment_of(known_at)
    if day == today and (not known_at or known_at == today.isoformat()):  # the bar is sent with both dates filled in
        day = moment = None
    return Asking(within(caller, community), begin, end, day, moment)


Asked = Annotated[Asking, Depends(asking)]


@dataclass(frozen=True, slots=True)
class Person:
    """One member's months of the period."""

    member_id: str
    name: str
    branch_id: str
    lines: Sequence[Line]

    @property
    def sums(self) -> Sums:
        """Added up."""
        return sums(self.lines)

    @property
    def owing(self) -> list[str]:
        """Months with something still to pay."""
        return [one.month for one in self.lines if one.open_fen > 0]


@dataclass(frozen=True, slots=True)
class Cash:
    """Money by the day it moved: in the period, and everything that was not handed up."""

    period: Money
    in_hand_fen: int
    handed_up: Sequence[Mapping[str, Any]]

    @property
    def handed_up_fen(self) -> int:
        """What was handed up of these months."""
        return sum(one["amount_fen"] for one in self.handed_up)


@dataclass(frozen=True, slots=True)
class Report:
    """A period: everybody, branch by branch, and the money."""

    people: Sequence[Person]
    branches: Mapping[str, str]
    cash: Cash

    @property
    def by_branch(self) -> list[tuple[str, str, Sums]]:
        """(id, name, sums) of each branch, in the order of names; "" for those in none."""
        found: dict[str, list[Sums]] = {}
        for one in self.people:
            found.setdefault(one.branch_id, []).append(one.sums)
        rows = [(each, self.branches.get(each, ""), total(parts)) for each, parts in found.items()]
        return sorted(rows, key=lambda row: (not row[0], row[1]))

    @property
    def total(self) -> Sums:
        """Of everybody."""
        return total(one.sums for one in self.people)


async def reported(request: Request, db: AsyncConnection, asking: Asking, *, member_id: str = "") -> Report:
    """The report. Errors: Invalid, where a place has too many people for one."""
    rows = await dues.people(db, asking.place, member_id=member_id, most=PEOPLE_MAX + 1)
    if len(rows) > PEOPLE_MAX:
        too_many = _("超过 %(most)s 人，一张表放不下", most=PEOPLE_MAX)
        raise Invalid([FieldError("community", too_many, _("请选一个社区。"))])
    ids = [row["member_id"] for row in rows]
    states, money = await _then(request, db, ids, asking) if asking.then else (await _now(request, ids), None)
    people = [one for row in rows if (one := _person(request, row, states, asking)).lines]
    branches = await branch.names(db, sorted({one.branch_id for one in people if one.branch_id}))
    return Report(people, branches, await _cash(db, asking, money))


def _person(request: Request, row: Mapping[str, Any], states: Mapping[str, Member], asking: Asking) -> Person:
    state = states.get(row["member_id"], Member())
    absorbed = [states[one] for one in state.alias.absorbed if one in states]
    rules = registry(request).dues_rules(row["community"])
    lines = lines_of(state, absorbed, asking.first, asking.last, rules)
    return Person(row["member_id"], row["name"] or "", state.branch_id or "", lines)


async def _now(request: Request, ids: Sequence[str]) -> Mapping[str, Member]:
    found: dict[str, Member] = {}
    for start in range(0, len(ids), _AT_ONCE):
        found |= await registry(request).states(ids[start : start + _AT_ONCE])
    elsewhere = {other for one in found.values() for other in one.alias.absorbed} - found.keys()
    return found | dict(await registry(request).states(sorted(elsewhere))) if elsewhere else found


async def _then(
    request: Request, db: AsyncConnection, ids: Sequence[str], asking: Asking
) -> tuple[Mapping[str, Member], Sequence[tuple[date, Fact]]]:
    """Members as they were, and the money facts by their days."""
    moment = asking.known_at or request.app.state.shell.clock()
    found: dict[str, Member] = {}
    money: list[tuple[date, Fact]] = []
    types = [one.TYPE for one in _HEARD]
    for start in range(0, len(ids), _AT_ONCE):
        messages = await history.known_of(db, ids[start : start + _AT_ONCE], types, moment)
        for one in _in_life(await registry(request).opened(messages), asking.until):
            before = found.get(one.about.entity, MEMBER.initial)
            found[one.about.entity] = MEMBER.evolve(before, one.fact, one.about.effective)
            if isinstance(one.fact, DuesPaid | DuesRefunded):
                money.append((one.about.effective, one.fact))
    return found, money


def _in_life(known: Iterable[Recorded], until: date) -> Iterable[Recorded]:
    return (one for one in known if in_life(one) <= until)


async def _cash(db: AsyncConnection, asking: Asking, money: Sequence[tuple[date, Fact]] | None) -> Cash:
    first, last = asking.days
    if money is None:
        period = await dues.taken(db, first, asking.place, last)
        ever = await dues.taken(db, date.min, asking.place, asking.until)
    else:
        period, ever = _moved(money, first, last), _moved(money, date.min, asking.until)
    handed = await handed_up.sum_of(db, asking.place, asking.until, asking.known_at)
    shown = await handed_up.handed_up(db, asking.place, asking.until, asking.known_at)
    of_these = [one for one in shown if one["first"] <= asking.last and one["last"] >= asking.first]
    return Cash(period, ever.fen - handed, of_these)


async def in_hand(db: AsyncConnection, place: str, until: date) -> int:
    """What was taken up to a day and not handed up, in fen."""
    ever = await dues.taken(db, date.min, place, until)
    return ever.fen - await handed_up.sum_of(db, place, until)


def _moved(money: Sequence[tuple[date, Fact]], first: date, last: date) -> Money:
    within = [fact for on, fact in money if first <= on <= last]
    paid = [_fen(fact) for fact in within if isinstance(fact, DuesPaid)]
    back = [_fen(fact) for fact in within if isinstance(fact, DuesRefunded)]
    return Money(sum(paid), len(paid), sum(back), len(back))


def _fen(fact: DuesPaid | DuesRefunded) -> int:
    return 0 if is_hidden(fact.amount) else fact.amount.total_fen
