"""What points are reckoned from: meetings, hours, dues, and what was added by hand; of one person or of a branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_points import PointsAwarded, PointsTakenBack
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.registry.project import activity, dues, meeting, member, post, review, service_hours

table = Table(
    "points_by_hand",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("award_id", Text, primary_key=True),
    community_column(),
    Column("day", Date, nullable=False),
    Column("points", Integer, nullable=False),
    Column("clause", Text, nullable=False),
    Column("what", Text),
    Column("awarded_by", Text, nullable=False),
    Column("taken_back_on", Date),
    Column("why_taken_back", Text),
    Column("seq", BigInteger, nullable=False),
)

view = View("points_by_hand", version=1, table=table, doc="Points a person added, those taken back too.")


@view.on(PointsAwarded, keys=lambda fact, about: [(about.entity, fact.award_id)])
def _(_row: Row | None, fact: PointsAwarded, about: About) -> Row:
    what = None if is_hidden(fact.what) else fact.what
    entry = {"day": about.effective, "points": fact.points, "clause": fact.clause, "what": what}
    return entry | {"awarded_by": about.actor, "taken_back_on": None, "why_taken_back": None, "seq": about.seq}


@view.on(PointsTakenBack, keys=lambda fact, about: [(about.entity, fact.award_id)])
def _(row: Row | None, _fact: PointsTakenBack, about: About) -> Row:
    if row is None:
        raise LookupError("points taken back that were never given")
    return row | {"taken_back_on": about.effective, "why_taken_back": about.reason or None, "seq": about.seq}


async def done_by(
    db: AsyncConnection, people: Sequence[str], first: date, last: date
) -> dict[str, list[Mapping[str, Any]]]:
    """What each of these people did from the first day to the last, on whichever of their records: `what` (as
    `PointsFor` names it), `day`, `ref`, `amount`, `kind`, `month`, `title`.
    """
    whose = await _records(db, people)
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for query in (
        _meetings(first, last),
        _hours(first, last),
        _dues(first, last),
        _reports(first, last),
        *_activities(first, last),
        _by_hand(first, last),
    ):
        for row in await db.execute(query(list(whose))):
            found[whose[row.member_id]].append(dict(row._mapping))
    return found


async def _records(db: AsyncConnection, people: Sequence[str]) -> dict[str, str]:
    m = member.table.c
    wanted = list(people)
    query = select(m.member_id, m.merged_into).where(or_(m.member_id.in_(wanted), m.merged_into.in_(wanted)))
    return {row.member_id: row.merged_into or row.member_id for row in await db.execute(query)}


Of = Any
"""(record ids) -> a query of what they did."""


def _meetings(first: date, last: date) -> Of:
    came, held = meeting.came.c, meeting.table.c

    def of(records: Sequence[str]) -> Select[Any]:
        return (
            select(
                came.member_id, literal("attending").label("what"), came.attended_on.label("day"),
                came.meeting_id.label("ref"), literal(1).label("amount"), func.coalesce(held.kind, "").label("kind"),
                literal("").label("month"), held.title,
            )
            .select_from(meeting.came.outerjoin(meeting.table, held.meeting_id == came.meeting_id))
            .where(came.member_id.in_(records), came.attended_on.between(first, last))
        )  # fmt: skip

    return of


def _hours(first: date, last: date) -> Of:
    served = service_hours.table.c

    def of(records: Sequence[str]) -> Select[Any]:
        return (
            select(
                served.member_id, literal("service").label("what"), served.day, served.entry_id.label("ref"),
                served.minutes.label("amount"), literal("").label("kind"), literal("").label("month"),
                post.table.c.name.label("title"),
            )
            .select_from(
                service_hours.table.outerjoin(post.table, post.table.c.post_id == served.post_id)
            )
            .where(served.member_id.in_(records), served.withdrawn_on.is_(None), served.day.between(first, last))
        )  # fmt: skip

    return of


def _dues(first: date, last: date) -> Of:
    """A month that was paid ahead counts from its first day on; one paid late, on the day of payment."""
    paid = dues.paid.c
    day = func.greatest(paid.paid_on, func.to_date(paid.month, "YYYY-MM"))

    def of(records: Sequence[str]) -> Select[Any]:
        return select(
            paid.member_id, literal("dues").label("what"), day.label("day"), paid.month.label("ref"),
            literal(1).label("amount"), literal("").label("kind"), paid.month, paid.receipt_no.label("title"),
        ).where(paid.member_id.in_(records), day.between(first, last))  # fmt: skip

    return of


def _reports(first: date, last: date) -> Of:
    handed_in = review.table.c
    counts = (handed_in.withdrawn_on.is_(None), handed_in.day.between(first, last))

    def of(records: Sequence[str]) -> Select[Any]:
        return select(
            handed_in.member_id, literal("reporting").label("what"), handed_in.day, handed_in.report_id.label("ref"),
            literal(1).label("amount"), literal("").label("kind"), literal("").label("month"), handed_in.title,
        ).where(handed_in.member_id.in_(records), *counts)  # fmt: skip

    return of


def _activities(first: date, last: date) -> tuple[Of, Of]:
    """Coming along to an activity, and study material that was brought to the door."""
    person, about = activity.people.c, activity.table.c

    def on(what: str, day: ColumnElement[date]) -> Of:
        def of(records: Sequence[str]) -> Select[Any]:
            return (
                select(
                    person.member_id, literal(what).label("what"), day.label("day"), person.activity_id.label("ref"),
                    literal(1).label("amount"), literal("").label("kind"), literal("").label("month"), about.title,
                )
                .select_from(activity.people.join(activity.table, about.activity_id == person.activity_id))
                .where(person.member_id.in_(records), day.between(first, last))
            )  # fmt: skip

        return of

    return on("activity", person.came_on), on("study", person.delivered_on)


def _by_hand(first: date, last: date) -> Of:
    given = table.c
    counts = (given.taken_back_on.is_(None), given.day.between(first, last))

    def of(records: Sequence[str]) -> Select[Any]:
        return select(
            given.member_id, literal("by_hand").label("what"), given.day, given.award_id.label("ref"),
            given.points.label("amount"), literal("").label("kind"), literal("").label("month"),
            given.what.label("title"),
        ).where(given.member_id.in_(records), *counts)  # fmt: skip

    return of


async def entry(db: AsyncConnection, member_id: str, award_id: str) -> Mapping[str, Any] | None:
    """One entry by hand."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns).where(table.c.member_id == member_id, table.c.award_id == award_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def people_of(db: AsyncConnection, branch_id: str, size: int = 1000) -> Sequence[Mapping[str, Any]]:
    """Who belongs to a branch now and is on the roll, by name."""
    m = member.table.c
    query = (
        select(m.member_id, m.name, m.state)
        .where(m.branch_id == branch_id, m.state.in_(member.ON_ROLL))
        .order_by(m.pinyin, m.member_id)
        .limit(size)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
