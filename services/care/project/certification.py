"""Whose yearly certification for the pension is due, reminded of, done; how it was done stays sealed (DOMAIN R21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    func,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care_certification import (
    CertificationDone,
    CertificationDue,
    CertificationReminded,
    CertificationTakenBack,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.care.project import person, usual_visitor

DUE, OVERDUE, DONE = "due", "overdue", "done"
STATES: Final = (DUE, OVERDUE, DONE)

table = Table(
    "certification",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    community_column(),
    Column("start_on", Date),
    Column("end_on", Date),
    Column("clause", Text),
    Column("reminded_on", Date),
    Column("done_on", Date),
    Column("done_by", Text),
    Column("fact_seq", BigInteger),
    Index("certification_by_end", "end_on", "member_id"),
)

view = View("certification", version=1, table=table, doc="Whose yearly pension certification is due or done.")


def _turn(fact: Any, about: About) -> list[tuple[str, int]]:
    return [(about.entity, fact.year)]


def _known(row: Row | None) -> Row:
    return row or dict.fromkeys(
        ("start_on", "end_on", "clause", "reminded_on", "done_on", "done_by", "fact_seq")
    )  # done before anybody saw it fall due


@view.on(CertificationDue, keys=_turn)
def _(row: Row | None, fact: CertificationDue, _about: About) -> Row:
    return _known(row) | {"start_on": fact.start, "end_on": fact.end, "clause": fact.clause}


@view.on(CertificationReminded, keys=_turn)
def _(row: Row | None, _fact: CertificationReminded, about: About) -> Row:
    return _known(row) | {"reminded_on": about.effective}


@view.on(CertificationDone, keys=_turn)
def _(row: Row | None, _fact: CertificationDone, about: About) -> Row:
    return _known(row) | {"done_on": about.effective, "done_by": about.actor, "fact_seq": about.seq}


@view.on(CertificationTakenBack, keys=_turn)
def _(row: Row | None, _fact: CertificationTakenBack, _about: About) -> Row:
    return _known(row) | {"done_on": None, "done_by": None, "fact_seq": None}


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────

_c, _p, _u = table.c, person.table.c, usual_visitor.table.c
_next = table.alias("next")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which turns are asked for; `visitor`: only those of people to whom this account usually goes."""

    state: str = ""
    community: str = ""
    visitor: str = ""
    member_id: str = ""


def _state(today: date) -> ColumnElement[str]:
    late = and_(_c.done_on.is_(None), _c.end_on < today)
    return case((_c.done_on.is_not(None), DONE), (late, OVERDUE), else_=DUE)


def _asked(wanted: Wanted, today: date) -> Select[Any]:
    """The latest turn of everybody on the roll that was seen or done."""
    superseded = select(_next.c.year).where(_next.c.member_id == _c.member_id, _next.c.year > _c.year).exists()
    query = (
        select(
            _c.member_id, _c.year, _c.start_on, func.coalesce(_c.end_on, _c.done_on).label("end_on"), _c.clause,
            _c.reminded_on, _c.done_on, _c.done_by, _c.fact_seq, path_text(_c.community), _state(today).label("state"),
            _p.name, _p.birth, _p.lives_alone, _p.building, _p.room, _p.away_to, _u.visitor,
            case((person.is_away(), _p.away_since)).label("away_since"),
        )
        .select_from(
            table.join(person.table, _p.member_id == _c.member_id).outerjoin(
                usual_visitor.table, _u.member_id == _c.member_id
            )
        )
        .where(_p.state == person.ON_ROLL, inside(_c.community, wanted.community), ~superseded)
    )  # fmt: skip
    if wanted.state:
        query = query.where(_state(today) == wanted.state)
    if wanted.visitor:
        query = query.where(_u.visitor == wanted.visitor)
    if wanted.member_id:
        query = query.where(_c.member_id.in_(person.records_of(wanted.member_id)))
    return query


async def page(db: AsyncConnection, wanted: Wanted, today: date, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Turns by the day they end, the earliest first. Raises `BadToken`."""
    rows = _asked(wanted, today).subquery("turns")
    query = select(rows).order_by(rows.c.end_on, rows.c.member_id)
    if after := read_token(token, date, str):
        query = query.where(tuple_(rows.c.end_on, rows.c.member_id) > after)
    found = [dict(row._mapping) for row in await db.execute(query.limit(size + 1))]
    return paged(found, size, "end_on", "member_id")


async def counts(db: AsyncConnection, wanted: Wanted, today: date) -> Mapping[str, int]:
    """How many there are of each state."""
    rows = _asked(wanted, today).subquery("turns")
    found = dict.fromkeys(STATES, 0)
    found.update(dict((await db.execute(select(rows.c.state, func.count()).group_by(rows.c.state))).all()))
    return found


async def of_member(db: AsyncConnection, member_id: str, today: date) -> Mapping[str, Any] | None:
    """The latest turn of one person; None if none was ever seen."""
    found = await page(db, Wanted(member_id=member_id), today, size=1)
    return found.items[0] if found.items else None


async def overdue_by_community(
    db: AsyncConnection, today: date, until: date, community: str = ""
) -> Sequence[Mapping[str, Any]]:
    """How many of each community should have certified by `until` and have not, and since when. Nobody is named."""
    rows = _asked(Wanted(OVERDUE, community), today).subquery("turns")
    query = (
        select(rows.c.community, func.count().label("people"), func.min(rows.c.end_on).label("since"))
        .where(rows.c.end_on <= until)
        .group_by(rows.c.community)
        .order_by(func.min(rows.c.end_on))
    )
    return [dict(row._mapping) for row in await db.execute(query)]


# ── who has to be looked at ──────────────────────────────────────────────────────────────────────────────────────


def _people() -> Select[Any]:
    return select(
        _p.member_id, path_text(_p.community), (_p.state != person.WITHDRAWN).label("on_roll"), _p.merged_into,
        _p.on_roll_since, _p.died_on, _p.birth, _p.kind, case((person.is_away(), _p.away_since)).label("away_since"),
    )  # fmt: skip


async def pensioners(db: AsyncConnection, member_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What is known of these people."""
    return [dict(row._mapping) for row in await db.execute(_people().where(_p.member_id.in_(list(member_ids))))]


async def on_roll_after(db: AsyncConnection, member_id: str, size: int) -> list[dict[str, Any]]:
    """The next people on the roll whose birth is known, by id: how a walk through all of them goes on."""
    query = _people().where(_p.state == person.ON_ROLL, _p.birth.is_not(None), _p.member_id > member_id)
    return [dict(row._mapping) for row in await db.execute(query.order_by(_p.member_id).limit(size))]


async def seen(db: AsyncConnection, turns: Mapping[str, int]) -> dict[str, tuple[date | None, date | None]]:
    """Of the turns of these people (by their year) those that were seen or done: when reminded of, when done."""
    query = select(_c.member_id, _c.year, _c.end_on, _c.reminded_on, _c.done_on).where(
        _c.member_id.in_(list(turns)), _c.year.in_(sorted(set(turns.values())))
    )
    return {
        row.member_id: (row.reminded_on, row.done_on)
        for row in await db.execute(query)
        if row.year == turns[row.member_id] and (row.end_on or row.done_on)
    }
