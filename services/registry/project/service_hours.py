"""Hours of service: every entry, and sums of a span of days by member, post or branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_service import ServiceHoursLogged, ServiceHoursWithdrawn
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member, post
from services.registry.project.alias import records_of

table = Table(
    "service_hours",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    community_column(),
    Column("post_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("what", Text),
    Column("logged_by", Text, nullable=False),
    Column("withdrawn_on", Date),
    Column("why_withdrawn", Text),
    Column("seq", BigInteger, nullable=False),
    Index("service_hours_by_post", "post_id", "day", "member_id"),
    Index("service_hours_by_day", "day", "member_id"),
)

view = View("service_hours", version=1, table=table, doc="Every entry of hours served, those withdrawn too.")


@view.on(ServiceHoursLogged, keys=lambda fact, about: [(about.entity, fact.entry_id)])
def _(_row: Row | None, fact: ServiceHoursLogged, about: About) -> Row:
    said = None if is_hidden(fact.what) else fact.what
    entry = {"post_id": fact.post_id, "day": about.effective, "minutes": fact.minutes, "what": said}
    return entry | {"logged_by": about.actor, "withdrawn_on": None, "why_withdrawn": None, "seq": about.seq}


@view.on(ServiceHoursWithdrawn, keys=lambda fact, about: [(about.entity, fact.entry_id)])
def _(row: Row | None, _fact: ServiceHoursWithdrawn, about: About) -> Row:
    if row is None:
        raise LookupError("hours withdrawn that were never logged")
    return row | {"withdrawn_on": about.effective, "why_withdrawn": about.reason or None, "seq": about.seq}


_M = member.table.c
_COUNTS = table.c.withdrawn_on.is_(None)
_MINUTES = func.sum(table.c.minutes)
BY: Final = ("member", "post", "branch")
"""What hours are summed by."""


def _entries() -> Select[Any]:
    own = ("member_id", "entry_id", "post_id", "day", "minutes", "what", "logged_by", "withdrawn_on", "why_withdrawn")
    return (
        select(
            *(table.c[name] for name in own),
            path_text(table.c.community),
            _M.name.label("name"),
            post.table.c.name.label("post"),
            branch.table.c.name.label("branch"),
        )
        .select_from(
            table.join(member.table, _M.member_id == table.c.member_id)
            .outerjoin(post.table, post.table.c.post_id == table.c.post_id)
            .outerjoin(branch.table, branch.table.c.branch_id == _M.branch_id)
        )
        .order_by(table.c.day.desc(), table.c.seq.desc(), table.c.member_id)
    )


async def entries(
    db: AsyncConnection, *, post_id: str = "", member_id: str = "", size: int = 50, withdrawn: bool = True
) -> Sequence[dict[str, Any]]:
    """The latest entries of a post or of a person (in whichever of their records)."""
    query = _entries().limit(size)
    if post_id:
        query = query.where(table.c.post_id == post_id)
    if member_id:
        query = query.where(table.c.member_id.in_(records_of(member_id)))
    if not withdrawn:
        query = query.where(_COUNTS)
    return [dict(row._mapping) for row in await db.execute(query)]


async def by_person(db: AsyncConnection, post_id: str) -> Sequence[dict[str, Any]]:
    """Everybody who ever served in a post: minutes, entries, the first and the last day; the most first."""
    query = (
        select(
            table.c.member_id, _M.name, _MINUTES.label("minutes"), func.count().label("entries"),
            func.min(table.c.day).label("first"), func.max(table.c.day).label("last"),
        )
        .select_from(table.join(member.table, _M.member_id == table.c.member_id))
        .where(table.c.post_id == post_id, _COUNTS)
        .group_by(table.c.member_id, _M.name)
        .order_by(_MINUTES.desc(), table.c.member_id)
    )  # fmt: skip
    return [dict(row._mapping) for row in await db.execute(query)]


async def between(
    db: AsyncConnection, first: date, before: date, *, community: str = "", size: int = 20_001
) -> Sequence[dict[str, Any]]:
    """The entries that count of a span of days (its end not included), the latest first."""
    query = _entries().where(_COUNTS, table.c.day >= first, table.c.day < before)
    query = query.where(inside(table.c.community, community)).limit(size)
    return [dict(row._mapping) for row in await db.execute(query)]


async def sums(
    db: AsyncConnection, by: str, first: date, before: date, *, community: str = "", size: int = 1000
) -> Sequence[dict[str, Any]]:
    """Minutes of a span of days (its end not included) by member, post or branch: id, name, minutes, entries, people,
    the most first. Members count for the branch they are in now.
    """
    keys: Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
        "member": (table.c.member_id, _M.name),
        "post": (table.c.post_id, post.table.c.name),
        "branch": (_M.branch_id, branch.table.c.name),
    }
    of, name = keys[by]
    query = (
        select(
            of.label("id"), name.label("name"), _MINUTES.label("minutes"), func.count().label("entries"),
            func.count(table.c.member_id.distinct()).label("people"),
        )
        .select_from(
            table.join(member.table, _M.member_id == table.c.member_id)
            .outerjoin(post.table, post.table.c.post_id == table.c.post_id)
            .outerjoin(branch.table, branch.table.c.branch_id == _M.branch_id)
        )
        .where(_COUNTS, table.c.day >= first, table.c.day < before, inside(table.c.community, community))
        .group_by(of, name)
        .order_by(_MINUTES.desc(), of)
        .limit(size)
    )  # fmt: skip
    return [dict(row._mapping) for row in await db.execute(query)]


async def total(db: AsyncConnection, first: date, before: date, community: str = "") -> tuple[int, int]:
    """Minutes of a span of days, and how many people served them."""
    query = select(func.coalesce(_MINUTES, 0), func.count(table.c.member_id.distinct())).where(
        _COUNTS, table.c.day >= first, table.c.day < before, inside(table.c.community, community)
    )
    minutes, people = (await db.execute(query)).one()
    return minutes, people


async def in_post(db: AsyncConnection, post_id: str, first: date, before: date) -> dict[str, tuple[int, int]]:
    """Of each member who ever served in a post: minutes in a span of days, and in all."""
    month = func.coalesce(_MINUTES.filter(table.c.day >= first, table.c.day < before), 0)
    query = (
        select(table.c.member_id, month, _MINUTES)
        .where(_COUNTS, table.c.post_id == post_id)
        .group_by(table.c.member_id)
    )
    return {row[0]: (row[1], row[2]) for row in await db.execute(query)}


async def by_month(db: AsyncConnection, member_id: str) -> Sequence[tuple[date, int]]:
    """The months in which somebody served, the latest first, with their minutes."""
    month = func.date_trunc("month", table.c.day)
    query = (
        select(month, _MINUTES)
        .where(_COUNTS, table.c.member_id.in_(records_of(member_id)))
        .group_by(month)
        .order_by(month.desc())
    )
    return [(row[0].date(), row[1]) for row in await db.execute(query)]
