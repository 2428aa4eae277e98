"""Who belonged to which branch, and to which group in it, on any day.

A row is what a member's fact said from a day on; it holds until the member's next row, and the last one until the
member's end. So every day lies in exactly one span, in whatever order the facts were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    MetaData,
    Table,
    Text,
    exists,
    func,
    select,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.member import Assigned, Died, Enrolled, EnrolmentWithdrawn
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside
from services.registry.project import member

table = Table(
    "belonging",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    community_column(),
    Column("branch_id", Text),
    Column("group_id", Text),
    Column("ended", Boolean, nullable=False),
    # Branches that an earlier fact had named for the same day: only who asks what was known then looks at them.
    Column("before", ARRAY(Text)),
    Column("seq", BigInteger, nullable=False),
    Index("belonging_of_branch", "branch_id", "since"),
    Index("belonging_said_otherwise", "member_id", postgresql_where=text("before IS NOT NULL")),
)

view = View("belonging", version=2, table=table, doc="Which branch and group each member belonged to, since when.")


def _that_day(_fact: Any, about: About) -> list[tuple[str, date]]:
    return [(about.entity, about.effective)]


def _row(
    old: Row | None, about: About, branch_id: str | None = None, group_id: str | None = None, *, ended: bool = False
) -> Row:
    before = old["before"] if old else None
    if old and old["branch_id"] not in (None, branch_id):
        before = sorted({*(before or ()), old["branch_id"]})
    return {"branch_id": branch_id, "group_id": group_id, "ended": ended, "before": before, "seq": about.seq}


@view.on(Enrolled, keys=_that_day)
def _(old: Row | None, fact: Enrolled, about: About) -> Row:
    return _row(old, about, fact.branch_id)


@view.on(Assigned, keys=_that_day)
def _(old: Row | None, fact: Assigned, about: About) -> Row:
    return _row(old, about, fact.branch_id, fact.group_id)


@view.on(Died, keys=_that_day)
def _(old: Row | None, _fact: Died, about: About) -> Row:
    return _row(old, about, ended=True)


@view.on(EnrolmentWithdrawn, keys=lambda fact, about: [(about.entity, fact.enrolled_on)] if fact.enrolled_on else [])
def _(_old: Row | None, _fact: EnrolmentWithdrawn, _about: About) -> None:
    """It never was so. Nothing had happened since the enrolment: that is its only row."""


def at(rows: Iterable[Mapping[str, Any]], day: date) -> Mapping[str, Any] | None:
    """The row that holds on a day, of one member's rows; None before the enrolment and after the end."""
    until = sorted((row for row in rows if row["since"] <= day), key=lambda row: row["since"])
    return None if not until or any(row["ended"] for row in until) else until[-1]


_b, _m = table.c, member.table.c
_later = table.alias("later")


def _holds_on(day: date) -> ColumnElement[bool]:
    """The same as `at`, for a row of the table."""
    superseded = exists().where(
        _later.c.member_id == _b.member_id,
        _later.c.since <= day,
        (_later.c.since > _b.since) | _later.c.ended,
    )
    return (_b.since <= day) & ~superseded


def is_now_in(member_id: ColumnElement[Any], branch_id: str, group_id: str) -> ColumnElement[bool]:
    """Whether a member's newest row says that they belong to this group."""
    superseded = exists().where(_later.c.member_id == _b.member_id, _later.c.since > _b.since)
    said = (_b.branch_id == branch_id) & (_b.group_id == group_id) & ~_b.ended
    return member_id.in_(select(_b.member_id).where(said, ~superseded))


async def people(db: AsyncConnection, branch_id: str, day: date) -> list[dict[str, Any]]:
    """Who belonged to a branch on a day, with their groups, by pinyin. What else is said of them is as it is now."""
    return await _people(db, _b.branch_id == branch_id, day)


async def everybody(db: AsyncConnection, community: str, day: date) -> list[dict[str, Any]]:
    """Who was on the roll of a community on a day, whatever their branch; otherwise as `people`."""
    return await _people(db, inside(_b.community, community), day)


async def first_day(db: AsyncConnection, branch_id: str, community: str) -> date | None:
    """Since when the register knows anybody of a branch (of a community, without a branch)."""
    where = _b.branch_id == branch_id if branch_id else inside(_b.community, community)
    found: date | None = (await db.execute(select(func.min(_b.since)).where(where))).scalar_one()
    return found


async def _people(db: AsyncConnection, where: ColumnElement[bool], day: date) -> list[dict[str, Any]]:
    query = (
        select(_b.member_id, _b.since, _b.group_id, _m.name, _m.birth, _m.state, _m.away_to, _m.building)
        .add_columns(_m.joined_on, _m.full_member_on)
        .join_from(table, member.table, _m.member_id == _b.member_id, isouter=True)
        .where(where, _holds_on(day))
        # Withdrawals of old do not say from when it had been so; who was absorbed is there as the record that was kept.
        .where(_m.state.is_distinct_from(member.WITHDRAWN), _m.state.is_distinct_from(member.MERGED))
        .order_by(_m.pinyin, _b.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def ever_in(db: AsyncConnection, branch_ids: Sequence[str]) -> list[str]:
    """Who was ever said to belong to one of these branches, on whatever day and however briefly."""
    belonged = select(_b.member_id).where(_b.branch_id.in_(branch_ids))
    otherwise = select(_b.member_id).where(_b.before.is_not(None), _b.before.overlap(branch_ids))
    # The card of an enrolment that was withdrawn still names its branch; its row here is gone.
    cards = select(_m.member_id).where(_m.branch_id.in_(branch_ids))
    return sorted([member_id for (member_id,) in await db.execute(union(belonged, otherwise, cards))])


async def since(db: AsyncConnection, branch_id: str, day: date) -> list[str]:
    """Who belonged to a branch on a day or at any time after it."""
    query = select(_b.member_id).distinct().where(_b.branch_id == branch_id, _holds_on(day) | (_b.since > day))
    return [member_id for (member_id,) in await db.execute(query.order_by(_b.member_id))]


async def spans(db: AsyncConnection, member_id: str) -> Sequence[Mapping[str, Any]]:
    """Where a member belonged, oldest first. `until` is the last day of a span; None: it still holds."""
    after = func.lead(_b.since).over(partition_by=_b.member_id, order_by=_b.since)
    query = select(_b.since, (after - 1).label("until"), _b.branch_id, _b.group_id, _b.ended)
    rows = await db.execute(query.where(_b.member_id == member_id).order_by(_b.since))
    found = []
    for row in rows:
        if row.ended:
            break
        found.append(dict(row._mapping))
    return found
