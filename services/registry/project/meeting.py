"""Meetings, and who came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    any_,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact
from events.facts.meeting import (
    Cancelled,
    GuestsCounted,
    MembersExcused,
    MembersInvited,
    NotesTakenBack,
    Scheduled,
    SignedIn,
)
from events.facts.meeting_minutes import MinutesCorrected, MinutesFrozen, MotionPut, Voted, VoteTakenBack
from events.facts.meeting_roll import ExclusionTakenBack, RollCalled, VoterExcluded
from events.facts.meeting_study import StudyBrought, StudyTakenBack
from events.facts.member import Attended
from events.facts.member_meeting import AttendanceTakenBack, Noted
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import belonging, branch, excuse, member
from services.registry.project.alias import records_of

SCHEDULED, CANCELLED = "scheduled", "cancelled"
ANY = "any"

table = Table(
    "meeting",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    community_column(),
    Column("kind", Text, nullable=False),
    Column("branch_id", Text),
    Column("group_id", Text),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("title", Text, nullable=False),
    Column("place", Text),
    Column("state", Text, nullable=False),
    Column("why_cancelled", Text),
    Column("present", BigInteger, nullable=False),
    Column("invited", BigInteger, nullable=False),
    Column("partner_ids", ARRAY(Text), nullable=False),
    # How many guests came from each unit, by its id.
    Column("guests", JSONB),
    Column("seq", BigInteger, nullable=False),
    Index("meeting_by_time", "starts_at", "meeting_id"),
)

came = Table(
    "attendance",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("attended_on", Date, nullable=False),
    Column("way", Text, nullable=False),
    Index("attendance_of_member", "member_id", "attended_on"),
)

view = View("meeting", version=4, table=table, doc="Every meeting, when and where, and how many came.")
attendance = View("attendance", version=1, table=came, doc="Who came to which meeting.")


@view.on(Scheduled)
def _(_row: Row | None, fact: Scheduled, about: About) -> Row:
    return {
        "kind": fact.kind.value,
        "branch_id": fact.branch_id,
        "group_id": fact.group_id,
        "starts_at": fact.starts_at,
        "title": fact.title,
        "place": fact.place,
        "state": SCHEDULED,
        "present": 0,
        "invited": 0,
        "partner_ids": list(fact.partner_ids),
        "seq": about.seq,
    }


@view.on(SignedIn)
def _(row: Row | None, fact: SignedIn, about: About) -> Row:
    row = _called(row)
    return row | {"present": row["present"] + len(fact.member_ids), "seq": about.seq}


@view.on(MembersInvited)
def _(row: Row | None, fact: MembersInvited, about: About) -> Row:
    row = _called(row)
    return row | {"invited": row["invited"] + len(fact.member_ids), "seq": about.seq}


@view.on(NotesTakenBack)
def _(row: Row | None, fact: NotesTakenBack, about: About) -> Row:
    row = _called(row)
    return row | {"present": row["present"] - len(fact.attended), "seq": about.seq}


@view.on(MembersExcused)
def _(row: Row | None, _fact: MembersExcused, about: About) -> Row:
    """Who they are stands elsewhere; the row only moves on to the fact's version."""
    return _called(row) | {"seq": about.seq}


@view.on(MinutesCorrected)
def _(row: Row | None, fact: MinutesCorrected, about: About) -> Row:
    row = _called(row)
    return row | {"present": row["present"] + len(fact.came) - len(fact.did_not_come), "seq": about.seq}


@view.on(StudyBrought)
@view.on(StudyTakenBack)
@view.on(RollCalled)
@view.on(VoterExcluded)
@view.on(ExclusionTakenBack)
@view.on(MotionPut)
@view.on(Voted)
@view.on(VoteTakenBack)
@view.on(MinutesFrozen)
def _(row: Row | None, _fact: Fact, about: About) -> Row:
    """Shown elsewhere; the row only moves on to the fact's version."""
    return _called(row) | {"seq": about.seq}


@view.on(GuestsCounted)
def _(row: Row | None, fact: GuestsCounted, about: About) -> Row:
    return _called(row) | {"guests": {one.partner_id: one.people for one in fact.guests}, "seq": about.seq}


@view.on(Cancelled)
def _(row: Row | None, fact: Cancelled, about: About) -> Row:
    return _called(row) | {"state": CANCELLED, "why_cancelled": fact.why, "seq": about.seq}


def _called(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened at a meeting that was never called")
    return row


@attendance.on(Attended, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(_row: Row | None, fact: Attended, about: About) -> Row:
    return {"attended_on": about.effective, "way": fact.way.value}


@attendance.on(AttendanceTakenBack, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(row: Row | None, fact: AttendanceTakenBack, _about: About) -> Row | None:
    return None if fact.was is Noted.ATTENDED else row


def _query() -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    group = branch.table.c.groups[table.c.group_id].astext.label("group")
    return select(*columns, path_text(table.c.community), branch.table.c.name.label("branch"), group).select_from(
        table.outerjoin(branch.table, branch.table.c.branch_id == table.c.branch_id)
    )


async def meetings(
    db: AsyncConnection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    community: str = "",
    held_with: str = "",
    newest_first: bool = False,
    size: int = PAGE_DEFAULT,
    token: str = "",
) -> Page:
    """Meetings that begin from `since` on and before `until`, in the order of time; with `held_with`, those held with
    that partner unit, or with any of them (`ANY`). Raises `BadToken`.
    """
    key = tuple_(table.c.starts_at, table.c.meeting_id)
    order = (
        (table.c.starts_at.desc(), table.c.meeting_id.desc())
        if newest_first
        else (table.c.starts_at, table.c.meeting_id)
    )
    query = _query().where(inside(table.c.community, community)).order_by(*order).limit(size + 1)
    if since is not None:
        query = query.where(table.c.starts_at >= since)
    if held_with == ANY:
        query = query.where(func.cardinality(table.c.partner_ids) > 0)
    elif held_with:
        query = query.where(literal(held_with) == any_(table.c.partner_ids))
    if until is not None:
        query = query.where(table.c.starts_at < until)
    if after := read_token(token, str, str):
        start = (datetime.fromisoformat(after[0]), after[1])
        query = query.where(key < start if newest_first else key > start)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "starts_at", "meeting_id")


async def meeting(db: AsyncConnection, meeting_id: str) -> Mapping[str, Any] | None:
    """One meeting."""
    row = (await db.execute(_query().where(table.c.meeting_id == meeting_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def sign_in_list(db: AsyncConnection, row: Mapping[str, Any], size: int = 1000) -> Sequence[Mapping[str, Any]]:
    """Whom a meeting concerns (the group, the branch, or the community's members), and how each of them came, or why
    they did not.

    `record_id` is the record on which it is noted that they came: another one, if it was merged into this since.
    """
    members, attendance_there, excuses = member.table.c, _came_to(row["meeting_id"]), excuse.table
    there = attendance_there.c
    excused = and_(excuses.c.member_id == members.member_id, excuses.c.meeting_id == row["meeting_id"])
    query = (
        select(
            members.member_id,
            members.name,
            members.birth,
            members.state,
            members.away_to,
            members.joined_on,
            members.full_member_on,
            there.way,
            there.attended_on,
            func.coalesce(there.record_id, members.member_id).label("record_id"),
            and_(excuses.c.meeting_id.is_not(None), there.way.is_(None)).label("excused"),
            excuses.c.why,
        )
        .select_from(
            member.table.outerjoin(attendance_there, there.person == members.member_id).outerjoin(excuses, excused)
        )
        .where((members.state.in_(member.ON_ROLL)) | there.way.is_not(None))
        .order_by(members.pinyin, members.member_id)
        .limit(size)
    )
    if row["branch_id"] and row["group_id"]:
        in_group = belonging.is_now_in(members.member_id, row["branch_id"], row["group_id"])
        query = query.where(in_group | there.way.is_not(None))
    elif row["branch_id"]:
        query = query.where((members.branch_id == row["branch_id"]) | there.way.is_not(None))
    else:
        query = query.where(inside(members.community, row["community"]))
    return [dict(found._mapping) for found in await db.execute(query)]


def _came_to(meeting_id: str) -> Subquery:
    """Everybody who came, once: by the record that stands for the person, as far as the scope shows it."""
    kept = member.table.alias("kept")
    person = func.coalesce(kept.c.member_id, came.c.member_id).label("person")
    return (
        select(person, came.c.member_id.label("record_id"), came.c.way, came.c.attended_on)
        .ext(distinct_on(person))
        .select_from(
            came.outerjoin(member.table, member.table.c.member_id == came.c.member_id).outerjoin(
                kept, kept.c.member_id == member.table.c.merged_into
            )
        )
        .where(came.c.meeting_id == meeting_id)
        .order_by(person, member.table.c.merged_into.is_not(None))
        .subquery("there")
    )


async def attended_by(db: AsyncConnection, member_id: str, since: date, limit: int = 50) -> Sequence[Mapping[str, Any]]:
    """The meetings a member came to since a day, newest first."""
    query = (
        select(came.c.meeting_id, came.c.attended_on, came.c.way, table.c.kind, table.c.title)
        .select_from(came.outerjoin(table, table.c.meeting_id == came.c.meeting_id))
        .where(came.c.member_id.in_(records_of(member_id)), came.c.attended_on >= since)
        .order_by(came.c.attended_on.desc())
        .limit(limit)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def titles(db: AsyncConnection, meeting_ids: Sequence[str]) -> dict[str, str]:
    """What these meetings are called."""
    if not meeting_ids:
        return {}
    query = select(table.c.meeting_id, table.c.title).where(table.c.meeting_id.in_(list(meeting_ids)))
    return dict((await db.execute(query)).all())
