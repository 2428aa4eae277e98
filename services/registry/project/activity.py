"""Activities on the menu: what is offered, who has a place or waits, who was there, material and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.activity import (
    ActivityChanged,
    ActivityOffered,
    ActivityTerms,
    CalledOff,
    CameAlong,
    CameTakenBack,
    MaterialDelivered,
    MoneyAllocated,
    MoneySpent,
    MovedUp,
    SignedUp,
    SignUpCancelled,
    SpendingTakenBack,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member
from services.registry.project.alias import records_of

table = Table(
    "activity",
    MetaData(),
    Column("activity_id", Text, primary_key=True),
    community_column(),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("place", Text),
    Column("capacity", Integer, nullable=False),
    Column("branch_id", Text),
    Column("material", Text),
    Column("sign_up_until", Date),
    Column("called_off_on", Date),
    Column("why_called_off", Text),
    Column("allocated_fen", BigInteger, nullable=False),
    Column("source", Text),
    Column("seq", BigInteger, nullable=False),
    Index("activity_by_time", "starts_at", "activity_id"),
)

people = Table(
    "activity_person",
    MetaData(),
    Column("activity_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    # signed, waiting, or neither: cancelled, or only there, or only brought the material.
    Column("standing", Text),
    Column("place", BigInteger),
    Column("moved_up", Boolean, nullable=False),
    Column("came_on", Date),
    Column("delivered_on", Date),
    Column("delivered_by", Text),
    Index("activity_of_member", "member_id", "came_on"),
)

spending = Table(
    "activity_spending",
    MetaData(),
    Column("activity_id", Text, primary_key=True),
    Column("spending_id", Text, primary_key=True),
    community_column(),
    Column("day", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("what", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("taken_back_on", Date),
    Column("why_taken_back", Text),
)

SIGNED, WAITING = "signed", "waiting"

view = View("activity", version=1, table=table, doc="Every activity that was offered, and the money set apart for it.")
persons = View("activity_person", version=1, table=people, doc="Who has a place, waits, was there, got the material.")
payments = View("activity_spending", version=1, table=spending, doc="What was paid for each activity.")


@view.on(ActivityOffered)
def _(_row: Row | None, fact: ActivityOffered, about: About) -> Row:
    money = {"allocated_fen": 0, "source": None, "called_off_on": None, "why_called_off": None}
    return _columns(fact.terms) | money | {"seq": about.seq}


@view.on(ActivityChanged)
def _(row: Row | None, fact: ActivityChanged, about: About) -> Row:
    return _known(row) | _columns(fact.terms) | {"seq": about.seq}


@view.on(CalledOff)
def _(row: Row | None, _fact: CalledOff, about: About) -> Row:
    off = {"called_off_on": about.effective, "why_called_off": about.reason or None}
    return _known(row) | off | {"seq": about.seq}


@view.on(MoneyAllocated)
def _(row: Row | None, fact: MoneyAllocated, about: About) -> Row:
    return _known(row) | {"allocated_fen": fact.amount_fen, "source": fact.source, "seq": about.seq}


@view.on(SignedUp)
@view.on(SignUpCancelled)
@view.on(MovedUp)
@view.on(CameAlong)
@view.on(CameTakenBack)
@view.on(MaterialDelivered)
@view.on(MoneySpent)
@view.on(SpendingTakenBack)
def _(row: Row | None, _fact: Any, about: About) -> Row:
    """Shown in the other tables; the row only moves on to the fact's version."""
    return _known(row) | {"seq": about.seq}


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to an activity that was never offered")
    return row


def _columns(terms: ActivityTerms) -> Row:
    return terms.model_dump(exclude={"kind"}) | {"kind": terms.kind.value}


_NOBODY: Row = {
    "standing": None, "place": None, "moved_up": False, "came_on": None, "delivered_on": None, "delivered_by": None,
}  # fmt: skip


def _one(fact: Any, about: About) -> list[tuple[str, str]]:
    return [(about.entity, fact.member_id)]


@persons.on(SignedUp, keys=_one)
def _(row: Row | None, fact: SignedUp, about: About) -> Row:
    standing = WAITING if fact.waiting else SIGNED
    return (row or _NOBODY) | {"standing": standing, "place": about.seq, "moved_up": False}


@persons.on(SignUpCancelled, keys=_one)
def _(row: Row | None, _fact: SignUpCancelled, _about: About) -> Row:
    return (row or _NOBODY) | {"standing": None, "place": None, "moved_up": False}


@persons.on(MovedUp, keys=_one)
def _(row: Row | None, _fact: MovedUp, about: About) -> Row:
    return (row or _NOBODY) | {"standing": SIGNED, "place": about.seq, "moved_up": True}


@persons.on(CameAlong, keys=lambda fact, about: [(about.entity, each) for each in fact.member_ids])
def _(row: Row | None, _fact: CameAlong, about: About) -> Row:
    return (row or _NOBODY) | {"came_on": about.effective}


@persons.on(CameTakenBack, keys=_one)
def _(row: Row | None, _fact: CameTakenBack, _about: About) -> Row:
    return (row or _NOBODY) | {"came_on": None}


@persons.on(MaterialDelivered, keys=_one)
def _(row: Row | None, fact: MaterialDelivered, about: About) -> Row:
    return (row or _NOBODY) | {"delivered_on": about.effective, "delivered_by": fact.delivered_by}


@payments.on(MoneySpent, keys=lambda fact, about: [(about.entity, fact.spending_id)])
def _(_row: Row | None, fact: MoneySpent, about: About) -> Row:
    paid = {"day": about.effective, "amount_fen": fact.amount_fen, "what": fact.what, "noted_by": about.actor}
    return paid | {"taken_back_on": None, "why_taken_back": None}


@payments.on(SpendingTakenBack, keys=lambda fact, about: [(about.entity, fact.spending_id)])
def _(row: Row | None, _fact: SpendingTakenBack, about: About) -> Row:
    if row is None:
        raise LookupError("a payment taken back that was never made")
    return row | {"taken_back_on": about.effective, "why_taken_back": about.reason or None}


_M, _A, _P = member.table.c, table.c, people.c


def _activities() -> Select[Any]:
    def counted(column: Any, *conditions: Any) -> Any:
        of = select(column).where(people.c.activity_id == _A.activity_id, *conditions)
        return of.correlate(table).scalar_subquery()

    paid = select(cast(func.coalesce(func.sum(spending.c.amount_fen), 0), BigInteger)).where(
        spending.c.activity_id == _A.activity_id, spending.c.taken_back_on.is_(None)
    )
    columns = [column for column in table.columns if column.name != "community"]
    return select(
        *columns,
        path_text(_A.community),
        branch.table.c.name.label("branch"),
        counted(func.count(), _P.standing == SIGNED).label("signed"),
        counted(func.count(), _P.standing == WAITING).label("waiting"),
        counted(func.count(), _P.came_on.is_not(None)).label("came"),
        counted(func.count(), _P.delivered_on.is_not(None)).label("delivered"),
        paid.correlate(table).scalar_subquery().label("spent_fen"),
    ).select_from(table.outerjoin(branch.table, branch.table.c.branch_id == _A.branch_id))


async def activities(
    db: AsyncConnection, since: datetime, *, past: bool = False, community: str = "", size: int = PAGE_DEFAULT,
    token: str = "",
) -> Page:  # fmt: skip
    """What is to come from a moment on, in the order of time; or (`past`) what was, the latest first. Raises
    `BadToken`.
    """
    key = tuple_(_A.starts_at, _A.activity_id)
    order = (_A.starts_at.desc(), _A.activity_id.desc()) if past else (_A.starts_at, _A.activity_id)
    query = _activities().where(inside(_A.community, community)).order_by(*order).limit(size + 1)
    query = query.where(_A.starts_at < since) if past else query.where(_A.starts_at >= since)
    if after := read_token(token, str, str):
        start = (datetime.fromisoformat(after[0]), after[1])
        query = query.where(key < start if past else key > start)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "starts_at", "activity_id")


async def activity(db: AsyncConnection, activity_id: str) -> dict[str, Any] | None:
    """One activity."""
    row = (await db.execute(_activities().where(_A.activity_id == activity_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def people_of(db: AsyncConnection, activity_id: str) -> Sequence[dict[str, Any]]:
    """Everybody who has to do with an activity, in the order of signing up, then by name."""
    columns = [column for column in people.columns if column.name != "community"]
    query = (
        select(*columns, _M.name, _M.phone, _M.state, _M.away_to)
        .select_from(people.join(member.table, _M.member_id == _P.member_id))
        .where(_P.activity_id == activity_id)
        .where(_P.standing.is_not(None) | _P.came_on.is_not(None) | _P.delivered_on.is_not(None))
        .order_by(_P.place.asc().nulls_last(), _M.pinyin, _M.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def payments_of(db: AsyncConnection, activity_id: str) -> Sequence[Mapping[str, Any]]:
    """What was paid for an activity, the latest first, what was taken back too."""
    columns = [column for column in spending.columns if column.name != "community"]
    query = select(*columns).where(spending.c.activity_id == activity_id)
    return [
        dict(row._mapping) for row in await db.execute(query.order_by(spending.c.day.desc(), spending.c.spending_id))
    ]


async def of_member(db: AsyncConnection, member_id: str, limit: int = 50) -> Sequence[Mapping[str, Any]]:
    """A person's activities, the latest first."""
    query = (
        select(_A.activity_id, _A.title, _A.kind, _A.starts_at, _P.standing, _P.came_on, _P.delivered_on)
        .select_from(people.join(table, _A.activity_id == _P.activity_id))
        .where(_P.member_id.in_(records_of(member_id)))
        .order_by(_A.starts_at.desc(), _A.activity_id)
        .limit(limit)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
