"""The branches' activity money: what each was given and has paid, line by line, and the sums by branch and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    case,
    cast,
    extract,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import activity, branch, meeting

ASKED, SPENT, REFUSED, WITHDRAWN, TAKEN_BACK, REPLACED = (
    "asked", "spent", "refused", "withdrawn", "taken_back", "replaced",
)  # fmt: skip

allocation = Table(
    "funds_allocation",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    Column("allocation_id", Text, primary_key=True),
    community_column(),
    Column("year", Integer, nullable=False),
    Column("on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("members", Integer),
    Column("per_head_fen", BigInteger),
    Column("clause", Text, nullable=False),
    Column("note", Text),
    Column("noted_by", Text, nullable=False),
    Column("taken_back_on", Date),
    Column("why", Text),
)

spending = Table(
    "funds_spending",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    Column("spending_id", Text, primary_key=True),
    community_column(),
    Column("state", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("called", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("voucher", Text, nullable=False),
    Column("payee", Text),
    Column("activity_id", Text),
    Column("meeting_id", Text),
    Column("asked_by", Text, nullable=False),
    Column("approved_by", Text),
    Column("clause", Text, nullable=False),
    Column("instead_of", Text),
    Column("replaced_by", Text),
    Column("ended_on", Date),
    Column("ended_by", Text),
    # Why it does not count, or why it stands in the place of another one.
    Column("why", Text),
    Index("funds_spending_by_activity", "activity_id"),
    Index("funds_spending_by_meeting", "meeting_id"),
    Index("funds_spending_by_state", "state"),
)

given = View("funds_allocation", version=1, table=allocation, doc="What each branch was given to spend in a year.")
paid = View("funds_spending", version=1, table=spending, doc="What each branch paid, asks for, or took back.")


@given.on(FundsAllocated, keys=lambda fact, about: [(about.entity, fact.allocation_id)])
def _(_row: Row | None, fact: FundsAllocated, about: About) -> Row:
    told = fact.model_dump(exclude={"allocation_id", "source"}) | {"source": fact.source.value, "on": about.effective}
    return told | {"noted_by": about.actor, "taken_back_on": None, "why": None}


@given.on(FundsAllocationTakenBack, keys=lambda fact, about: [(about.entity, fact.allocation_id)])
def _(row: Row | None, _fact: FundsAllocationTakenBack, about: About) -> Row:
    return _known(row) | {"taken_back_on": about.effective, "why": about.reason or None}


def _keys(fact: FundsSpent | FundsSpendingAsked, about: About) -> list[tuple[str, str]]:
    """Its own row, and that of the payment whose place it takes."""
    replaced = [fact.instead_of] if isinstance(fact, FundsSpent) and fact.instead_of else []
    return [(about.entity, each) for each in (fact.spending_id, *replaced)]


@paid.on(FundsSpent, keys=_keys)
def _(row: Row | None, fact: FundsSpent, about: About, key: tuple[str, str]) -> Row:
    if key[1] != fact.spending_id:
        return _known(row) | {"state": REPLACED, "replaced_by": fact.spending_id, "ended_by": fact.asked_by}
    corrected = row["why"] if row else None
    more = {"state": SPENT, "approved_by": fact.approved_by}
    return _payment(fact, about) | more | {"why": about.reason or corrected}


@paid.on(FundsSpendingAsked, keys=_keys)
def _(_row: Row | None, fact: FundsSpendingAsked, about: About) -> Row:
    return _payment(fact, about) | {"state": ASKED}


@paid.on(FundsSpendingDropped, keys=lambda fact, about: [(about.entity, fact.spending_id)])
def _(row: Row | None, fact: FundsSpendingDropped, about: About) -> Row:
    return _ended(row, WITHDRAWN if fact.withdrawn else REFUSED, about)


@paid.on(FundsSpendingTakenBack, keys=lambda fact, about: [(about.entity, fact.spending_id)])
def _(row: Row | None, _fact: FundsSpendingTakenBack, about: About) -> Row:
    return _ended(row, TAKEN_BACK, about)


def _payment(fact: FundsSpent | FundsSpendingAsked, about: About) -> Row:
    told = fact.model_dump(exclude={"spending_id", "payee", "approved_by"})
    nothing = dict.fromkeys(("approved_by", "replaced_by", "ended_on", "ended_by"))
    own = {"on": about.effective, "payee": None if is_hidden(fact.payee) else fact.payee, "why": about.reason or None}
    return told | nothing | own


def _ended(row: Row | None, state: str, about: About) -> Row:
    ended = {"ended_on": about.effective, "ended_by": about.actor, "why": about.reason or None}
    return _known(row) | ended | {"state": state}


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("money taken back that was never given or paid")
    return row


_A, _S = allocation.c, spending.c


async def sums(
    db: AsyncConnection, *, branch_id: str = "", community: str = "", until: date | None = None
) -> dict[str, dict[int, tuple[int, int, int]]]:
    """Branch -> year -> (given, paid, asked for) in fen, of what counts; as it stood on a day by what is known now."""
    year = cast(extract("year", _S.on), Integer)
    gifts = select(_A.branch_id, _A.year, _sum(_A.amount_fen)).where(_A.taken_back_on.is_(None))
    held = select(
        _S.branch_id,
        year,
        _sum(case((_S.state == SPENT, _S.amount_fen), else_=0)),
        _sum(case((_S.state == ASKED, _S.amount_fen), else_=0)),
    ).where(_S.state.in_((SPENT, ASKED)))

    def asked_for(query: Select[Any], columns: Any, by: Any) -> Select[Any]:
        query = query.where(inside(columns.community, community)).group_by(columns.branch_id, by)
        query = query.where(columns.branch_id == branch_id) if branch_id else query
        return query.where(columns.on <= until) if until else query

    given_fen = {(row[0], row[1]): row[2] for row in await db.execute(asked_for(gifts, _A, _A.year))}
    paid_fen = {(row[0], row[1]): (row[2], row[3]) for row in await db.execute(asked_for(held, _S, year))}
    found: dict[str, dict[int, tuple[int, int, int]]] = {}
    for key in given_fen.keys() | paid_fen.keys():
        found.setdefault(key[0], {})[key[1]] = (given_fen.get(key, 0), *paid_fen.get(key, (0, 0)))
    return found


def _sum(column: Any) -> Any:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


async def allocations_of(
    db: AsyncConnection, branch_id: str, year: int, until: date | None = None
) -> Sequence[Mapping[str, Any]]:
    """What a branch was given for a year, the latest first, what was taken back too."""
    columns = [column for column in allocation.columns if column.name != "community"]
    query = select(*columns).where(_A.branch_id == branch_id, _A.year == year)
    query = query.where(_A.on <= until) if until else query
    return [dict(row._mapping) for row in await db.execute(query.order_by(_A.on.desc(), _A.allocation_id.desc()))]


def _payments() -> Any:
    columns = [column for column in spending.columns if column.name != "community"]
    return select(
        *columns,
        path_text(_S.community),
        activity.table.c.title.label("activity"),
        meeting.table.c.title.label("meeting"),
        branch.table.c.name.label("branch"),
    ).select_from(
        spending.outerjoin(activity.table, activity.table.c.activity_id == _S.activity_id)
        .outerjoin(meeting.table, meeting.table.c.meeting_id == _S.meeting_id)
        .outerjoin(branch.table, branch.table.c.branch_id == _S.branch_id)
    )


async def payments_of(
    db: AsyncConnection, branch_id: str, year: int, until: date | None = None
) -> Sequence[Mapping[str, Any]]:
    """What a branch paid or asks for in a year, the latest first, what does not count too."""
    query = _payments().where(_S.branch_id == branch_id, _S.on.between(date(year, 1, 1), until or date(year, 12, 31)))
    query = query.where(_S.on <= date(year, 12, 31))
    return [dict(row._mapping) for row in await db.execute(query.order_by(_S.on.desc(), _S.spending_id.desc()))]


async def payment(db: AsyncConnection, branch_id: str, spending_id: str) -> dict[str, Any] | None:
    """One payment."""
    query = _payments().where(_S.branch_id == branch_id, _S.spending_id == spending_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def paid_for(db: AsyncConnection, *, activity_id: str = "", meeting_id: str = "") -> Sequence[Mapping[str, Any]]:
    """What branches paid, or ask for, for one activity or one meeting, the latest first."""
    which = _S.activity_id == activity_id if activity_id else _S.meeting_id == meeting_id
    query = _payments().where(which, _S.state.in_((SPENT, ASKED))).order_by(_S.on.desc(), _S.spending_id.desc())
    return [dict(row._mapping) for row in await db.execute(query)]


async def waiting(db: AsyncConnection, community: str = "", most: int = 100) -> Sequence[Mapping[str, Any]]:
    """What somebody else has to approve, the oldest first."""
    query = _payments().where(_S.state == ASKED, inside(_S.community, community)).order_by(_S.on, _S.spending_id)
    return [dict(row._mapping) for row in await db.execute(query.limit(most))]
