"""Dues by month: what was paid and on which receipt, and since when and till when each member owes them at all.

What is due for a month is no fact: it is worked out from the pension and the policy when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import Died, DuesPaid, Enrolled, EnrolmentWithdrawn, MonthDue
from events.facts.member_dues import DuesRefunded, DuesWaived, DuesWaiverEnded
from events.facts.merging import Merged, MergeSide, Unmerged
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT
from events.log.project.sql import inside, path_text
from services.registry.project import member
from services.registry.project.alias import records_of

paid = Table(
    "dues_month",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("receipt_no", Text, primary_key=True),
    community_column(),
    Column("paid_on", Date, nullable=False),
    Column("paid_fen", BigInteger),
    Column("clause", Text),
    Column("method", Text, nullable=False),
    Column("payer", Text),
    Column("taken_by", Text, nullable=False),
    Column("refunded_on", Date),
    Column("refund_no", Text),
    Column("refund_method", Text),
    Column("refund_reason", Text),
    Index("dues_by_day", "paid_on"),
    Index("dues_by_refund", "refunded_on", postgresql_where=text("refunded_on IS NOT NULL")),
)

account = Table(
    "dues_account",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("owed_from", Text, nullable=False),
    Column("owed_until", Text),
    Column("months", ARRAY(Text), nullable=False),
    Column("absorbed", JSONB, nullable=False),
    Column("absorbed_months", ARRAY(Text), nullable=False),
    # Whole months that nothing is due for: by reduction, and all of them.
    Column("waived", JSONB, nullable=False),
    Column("waived_months", ARRAY(Text), nullable=False),
)

months = View("dues_month", version=2, table=paid, doc="Every month on a receipt, and whether it was given back.")
accounts = View(
    "dues_account", version=3, table=account, doc="From which month on each member owes dues here, and those paid."
)


def _months(fact: DuesPaid | DuesRefunded, about: About) -> list[tuple[str, str, str]]:
    return [(about.entity, month, fact.receipt_no) for month in fact.months]


@months.on(DuesPaid, keys=_months)
def _(_row: Row | None, fact: DuesPaid, about: About, key: tuple[str, str, str]) -> Row:
    by_month: dict[str, MonthDue] = {}
    if not is_hidden(fact.amount):
        by_month = {due.month: due for due in fact.amount.months}
    due = by_month.get(key[1])
    return {
        "paid_on": about.effective,
        "paid_fen": due.due_fen if due else None,
        "clause": due.clause if due else None,
        "method": fact.method.value,
        "payer": None if is_hidden(fact.payer) else fact.payer,
        "taken_by": about.actor,
    }


@months.on(DuesRefunded, keys=_months)
def _(row: Row | None, fact: DuesRefunded, about: About, _key: tuple[str, str, str]) -> Row:
    if row is None:
        raise LookupError("money of a receipt that was never written")
    back = {"refunded_on": about.effective, "refund_no": fact.refund_no, "refund_method": fact.method.value}
    return row | back | {"refund_reason": about.reason}


@accounts.on(Enrolled)
def _(_row: Row | None, fact: Enrolled, about: About) -> Row:
    """Dues are owed here from the month of enrolment on: what was owed before was owed elsewhere."""
    first = max(about.effective, fact.joined_on)
    nothing_paid: Row = {"months": [], "absorbed": {}, "absorbed_months": [], "waived": {}, "waived_months": []}
    return {"owed_from": f"{first:%Y-%m}", **nothing_paid}


@accounts.on(DuesPaid)
def _(row: Row | None, fact: DuesPaid, _about: About) -> Row:
    if row is None:
        raise LookupError("dues of a member who was never enrolled")
    return row | {"months": sorted([*row["months"], *fact.months])}


@accounts.on(DuesRefunded)
def _(row: Row | None, fact: DuesRefunded, _about: About) -> Row | None:
    """A month that another receipt covers too is still paid: each receipt counts once."""
    if row is None:
        return None
    left = list(row["months"])
    for month in fact.months:
        if month in left:
            left.remove(month)
    return row | {"months": left}


@accounts.on(DuesWaived)
def _(row: Row | None, fact: DuesWaived, _about: About) -> Row | None:
    """Who still pays something is behind like anybody else."""
    if row is None or is_hidden(fact.pays_fen) or fact.pays_fen:
        return row
    return _free(row, row["waived"] | {fact.reduction_id: [fact.first, fact.last]})


@accounts.on(DuesWaiverEnded)
def _(row: Row | None, fact: DuesWaiverEnded, _about: About) -> Row | None:
    if row is None or fact.reduction_id not in row["waived"]:
        return row
    first, last = row["waived"][fact.reduction_id]
    return _free(row, row["waived"] | {fact.reduction_id: [first, min(last, fact.last)]})


def _free(row: Row, waived: Mapping[str, Sequence[str]]) -> Row:
    free = {month for first, last in waived.values() for month in months_in(first, last)}
    return row | {"waived": waived, "waived_months": sorted(free)}


def months_in(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both included."""
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(begin, end + 1)]


@accounts.on(Merged)
def _(row: Row | None, fact: Merged, _about: About) -> Row | None:
    """What was paid on an absorbed record is paid. Each month counts once, whoever paid it twice."""
    if row is None or fact.side is MergeSide.ABSORBED:
        return row
    return _settled(row, row["absorbed"] | {fact.other_id: [one.month for one in fact.paid]})


@accounts.on(Unmerged)
def _(row: Row | None, fact: Unmerged, _about: About) -> Row | None:
    if row is None or fact.side is MergeSide.ABSORBED:
        return row
    return _settled(row, {one: paid for one, paid in row["absorbed"].items() if one != fact.other_id})


def _settled(row: Row, absorbed: Mapping[str, Sequence[str]]) -> Row:
    there = {month for paid_there in absorbed.values() for month in paid_there}
    return row | {"absorbed": absorbed, "absorbed_months": sorted(there - set(row["months"]))}


@accounts.on(Died)
def _(row: Row | None, _fact: Died, about: About) -> Row | None:
    return None if row is None else row | {"owed_until": f"{about.effective:%Y-%m}"}


@accounts.on(EnrolmentWithdrawn)
def _(_row: Row | None, _fact: EnrolmentWithdrawn, _about: About) -> None:
    return None


async def lines(
    db: AsyncConnection, member_id: str, *, first: str = "", last: str = "", receipt_no: str = ""
) -> Sequence[Mapping[str, Any]]:
    """Every month of every receipt of a member, on whichever record of the person, in the order of months; what was
    given back too.
    """
    query = select(*(column for column in paid.columns if column.name != "community")).where(
        paid.c.member_id.in_(records_of(member_id))
    )
    if first:
        query = query.where(paid.c.month >= first)
    if last:
        query = query.where(paid.c.month <= last)
    if receipt_no:
        query = query.where(paid.c.receipt_no == receipt_no)
    query = query.order_by(paid.c.month, paid.c.paid_on, paid.c.receipt_no)
    return [dict(row._mapping) for row in await db.execute(query)]


_snapshot = Table("snapshot", MetaData(), Column("entity", Text), Column("state", JSONB))


_paid_months = func.array_cat(account.c.months, account.c.absorbed_months, type_=ARRAY(Text))
"""Months paid by the person: on this record, and on those it stands for."""
settled_months = func.array_cat(_paid_months, account.c.waived_months, type_=ARRAY(Text)).label("months")
"""Those, and the months that nothing is due for."""
_ACCOUNT = (
    select(
        path_text(account.c.community),
        account.c.owed_from,
        account.c.owed_until,
        _paid_months.label("months"),
        cast(_snapshot.c.state["terms"], Text).label("terms"),
    )
    .select_from(account.join(_snapshot, _snapshot.c.entity == account.c.member_id))
    .where(account.c.member_id == bindparam("member_id"))
)


async def account_of(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """From when on a member owes dues, the months paid, and what dues are reckoned from (`terms`, JSON)."""
    row = (await db.execute(_ACCOUNT, {"member_id": member_id})).one_or_none()
    return None if row is None else dict(row._mapping)


async def taken(db: AsyncConnection, first_day: date, community: str = "", last_day: date = date.max) -> Money:
    """What was taken and given back between two days. Several months of one receipt are one receipt."""
    here = inside(paid.c.community, community)
    query = select(
        func.coalesce(func.sum(paid.c.paid_fen).filter(paid.c.paid_on.between(first_day, last_day)), 0),
        func.count(paid.c.receipt_no.distinct()).filter(paid.c.paid_on.between(first_day, last_day)),
        func.coalesce(func.sum(paid.c.paid_fen).filter(paid.c.refunded_on.between(first_day, last_day)), 0),
        func.count(paid.c.refund_no.distinct()).filter(paid.c.refunded_on.between(first_day, last_day)),
    ).where(here, paid.c.paid_on.between(first_day, last_day) | paid.c.refunded_on.between(first_day, last_day))
    received, receipts, refunded, refunds = (await db.execute(query)).one()
    return Money(int(received), int(receipts), int(refunded), int(refunds))


@dataclass(frozen=True, slots=True)
class Money:
    """What came in and went back (fen), on how many papers."""

    received_fen: int
    receipts: int
    refunded_fen: int
    refunds: int

    @property
    def fen(self) -> int:
        """What is left of it."""
        return self.received_fen - self.refunded_fen


async def people(
    db: AsyncConnection, community: str = "", *, member_id: str = "", most: int = PAGE_DEFAULT
) -> Sequence[Mapping[str, Any]]:
    """Everybody who owes dues in a place, or did: `member_id`, `name`, `community`, in the order of names."""
    query = (
        select(account.c.member_id, member.table.c.name, path_text(account.c.community))
        .select_from(account.join(member.table, member.table.c.member_id == account.c.member_id))
        .where(inside(account.c.community, community))
        .order_by(member.table.c.pinyin, account.c.member_id)
        .limit(most)
    )
    if member_id:
        query = query.where(account.c.member_id == member_id)
    return [dict(row._mapping) for row in await db.execute(query)]
