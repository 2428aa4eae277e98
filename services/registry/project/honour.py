"""Honours: what was awarded to whom under which number, what a person said of a record, and who may be due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_honours import (
    Honoured,
    HonourKind,
    HonourReconsidered,
    HonourSetAside,
    HonourTakenBack,
    RecordConfirmed,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member
from services.registry.project.alias import records_of

table = Table(
    "honour",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("honour_id", Text, primary_key=True),
    community_column(),
    Column("kind", Text, nullable=False),
    Column("title", Text),
    Column("number", Text),
    Column("day", Date, nullable=False),
    Column("since", Date),
    Column("clause", Text),
    Column("awarded_by", Text, nullable=False),
    Column("taken_back_on", Date),
    Column("why_taken_back", Text),
    Column("seq", BigInteger, nullable=False),
    Index("honour_by_day", "day", "kind", "number"),
)

found = Table(
    "honour_said",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    community_column(),
    Column("good", Boolean, nullable=False),
    Column("year", Integer, nullable=False),
    Column("said_on", Date, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("decided_by", Text),
    Column("why", Text),
)

view = View("honour", version=1, table=table, doc="What was awarded to whom, those taken back too.")
said = View("honour_said", version=1, table=found, doc="Whose record a person confirmed, or set aside and why.")


@view.on(Honoured, keys=lambda fact, about: [(about.entity, fact.honour_id)])
def _(_row: Row | None, fact: Honoured, about: About) -> Row:
    return {
        **fact.model_dump(include={"title", "number", "since", "clause"}),
        "kind": fact.kind.value,
        "day": about.effective,
        "awarded_by": about.actor,
        "taken_back_on": None,
        "why_taken_back": None,
        "seq": about.seq,
    }


@view.on(HonourTakenBack, keys=lambda fact, about: [(about.entity, fact.honour_id)])
def _(row: Row | None, _fact: HonourTakenBack, about: About) -> Row:
    if row is None:
        raise LookupError("an honour taken back that was never awarded")
    return row | {"taken_back_on": about.effective, "why_taken_back": about.reason or None, "seq": about.seq}


def _of_kind(fact: RecordConfirmed | HonourSetAside | HonourReconsidered, about: About) -> list[tuple[str, str]]:
    return [(about.entity, fact.kind.value)]


@said.on(RecordConfirmed, keys=_of_kind)
def _(_row: Row | None, fact: RecordConfirmed, about: About) -> Row:
    return _said(fact.year, about) | {"good": True, "decided_by": fact.decided_by, "why": None}


@said.on(HonourSetAside, keys=_of_kind)
def _(_row: Row | None, fact: HonourSetAside, about: About) -> Row:
    why = None if is_hidden(fact.why) else fact.why
    return _said(fact.year, about) | {"good": False, "decided_by": None, "why": why}


@said.on(HonourReconsidered, keys=_of_kind)
def _(_row: Row | None, _fact: HonourReconsidered, _about: About) -> None:
    return None


def _said(year: int, about: About) -> Row:
    return {"year": year, "said_on": about.effective, "said_by": about.actor}


_M = member.table.c
_HOLDS = table.c.taken_back_on.is_(None)
_LISTED: Final = (*member.ON_ROLL, member.DEAD)


def _medals() -> Any:
    """The medal of each person, whichever of their records it stands on."""
    whose = member.table.alias("whose")
    person = func.coalesce(whose.c.merged_into, table.c.member_id).label("person")
    return (
        select(person, table.c.member_id.label("record_id"), table.c.honour_id, table.c.day, table.c.number)
        .ext(distinct_on(person))
        .select_from(table.outerjoin(whose, whose.c.member_id == table.c.member_id))
        .where(table.c.kind == HonourKind.MEDAL.value, _HOLDS)
        .order_by(person, table.c.day)
        .subquery("medal")
    )


def _people() -> Select[Any]:
    """What the question of the medal needs of a person, and what was said and awarded."""
    medal = _medals()
    mine = and_(found.c.member_id == _M.member_id, found.c.kind == HonourKind.MEDAL.value)
    said_columns = [found.c[name] for name in ("good", "year", "said_on", "said_by", "decided_by", "why")]
    return select(
        _M.member_id, _M.name, _M.sex, _M.birth, _M.state, _M.joined_on, _M.full_member_on, _M.died_on, _M.away_kind,
        _M.away_to, _M.branch_id, path_text(_M.community), branch.table.c.name.label("branch"), *said_columns,
        medal.c.record_id, medal.c.honour_id, medal.c.day.label("honoured_on"), medal.c.number,
    ).select_from(
        member.table.outerjoin(branch.table, branch.table.c.branch_id == _M.branch_id)
        .outerjoin(found, mine)
        .outerjoin(medal, medal.c.person == _M.member_id)
    )  # fmt: skip


async def candidates(
    db: AsyncConnection, joined_until: date, died_from: date, *, community: str = "", branch_id: str = "", size: int
) -> Sequence[dict[str, Any]]:
    """Whom the medal of a year may concern, by branch and name: those on the roll who joined early enough or whose day
    nobody knows, and those who died lately.
    """
    query = (
        _people()
        .where(member.lives_in(community), _M.state.in_(_LISTED))
        .where(or_(_M.joined_on.is_(None), _M.joined_on <= joined_until, _M.full_member_on <= joined_until))
        .where(or_(_M.died_on.is_(None), _M.died_on >= died_from))
        .order_by(branch.table.c.name, _M.pinyin, _M.member_id)
        .limit(size)
    )
    if branch_id:
        query = query.where(_M.branch_id == branch_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def candidate(db: AsyncConnection, member_id: str) -> dict[str, Any] | None:
    """The same of one person."""
    row = (await db.execute(_people().where(_M.member_id == member_id))).one_or_none()
    return None if row is None else dict(row._mapping)


def _awards() -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    return select(
        *columns, path_text(table.c.community), _M.name, _M.sex, _M.died_on, branch.table.c.name.label("branch")
    ).select_from(
        table.join(member.table, _M.member_id == table.c.member_id).outerjoin(
            branch.table, branch.table.c.branch_id == _M.branch_id
        )
    )


async def held_by(db: AsyncConnection, member_id: str) -> Sequence[dict[str, Any]]:
    """Every honour of a person (on whichever record), the latest first, those taken back too."""
    query = _awards().where(table.c.member_id.in_(records_of(member_id)))
    query = query.order_by(table.c.day.desc(), table.c.seq.desc())
    return [dict(row._mapping) for row in await db.execute(query)]


async def award(db: AsyncConnection, member_id: str, honour_id: str) -> Mapping[str, Any] | None:
    """One award."""
    query = _awards().where(table.c.member_id == member_id, table.c.honour_id == honour_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def medals(
    db: AsyncConnection, year: int, *, community: str = "", branch_id: str = "", size: int = 1000
) -> Sequence[dict[str, Any]]:
    """The medals awarded in a year that hold, in the order of their numbers."""
    query = (
        _awards()
        .where(table.c.day.between(date(year, 1, 1), date(year, 12, 31)), inside(table.c.community, community))
        .where(table.c.kind == HonourKind.MEDAL.value, _HOLDS)
        .order_by(table.c.number, table.c.member_id)
        .limit(size)
    )
    if branch_id:
        query = query.where(_M.branch_id == branch_id)
    return [dict(row._mapping) for row in await db.execute(query)]
