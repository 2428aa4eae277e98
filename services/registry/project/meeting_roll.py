"""Who counts at a meeting: the roll as it was called, who is there, and whom an approval leaves out, on what ground."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.meeting import NotesTakenBack, SignedIn
from events.facts.meeting_roll import ExclusionTakenBack, RollCalled, VoterExcluded
from events.facts.member_meeting import CountedAgain, LeftOutOfQuorum
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.registry.project import belonging, committee, ledger, member

table = Table(
    "meeting_roll",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    community_column(),
    # As the fact `RollCalled` says it; NULL as long as nobody called it.
    Column("roll", JSONB),
    Column("present", ARRAY(Text), nullable=False),
    Column("excluded", ARRAY(Text), nullable=False),
)

left_out = Table(
    "meeting_exclusion",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("ground", Text),
    Column("approved_by", Text),
    Column("approval_no", Text),
    Column("approved_on", Date),
    Column("voted_on", Date),
    Column("in_favour", Integer),
    Column("present", Integer),
    Column("clause", Text),
)

view = View("meeting_roll", version=1, table=table, doc="Who has a vote at each meeting, and who of them is there.")
exclusions = View(
    "meeting_exclusion", version=1, table=left_out, doc="Voters who do not count at a meeting, and the evidence for it."
)


def _started(row: Row | None) -> Row:
    return {"roll": None, "present": [], "excluded": []} if row is None else row


@view.on(RollCalled)
def _(row: Row | None, fact: RollCalled, _about: About) -> Row:
    return _started(row) | {"roll": fact.model_dump(mode="json")}


@view.on(SignedIn)
def _(row: Row | None, fact: SignedIn, _about: About) -> Row:
    row = _started(row)
    return row | {"present": sorted({*row["present"], *fact.member_ids})}


@view.on(NotesTakenBack)
def _(row: Row | None, fact: NotesTakenBack, _about: About) -> Row:
    row = _started(row)
    return row | {"present": sorted({*row["present"]} - {*fact.attended})}


@view.on(VoterExcluded)
def _(row: Row | None, fact: VoterExcluded, _about: About) -> Row:
    row = _started(row)
    return row | {"excluded": sorted({*row["excluded"], fact.member_id})}


@view.on(ExclusionTakenBack)
def _(row: Row | None, fact: ExclusionTakenBack, _about: About) -> Row:
    row = _started(row)
    return row | {"excluded": [one for one in row["excluded"] if one != fact.member_id]}


@exclusions.on(VoterExcluded, keys=lambda fact, about: [(about.entity, fact.member_id)])
def _(row: Row | None, fact: VoterExcluded, _about: About) -> Row:
    return (row or {}) | fact.model_dump(exclude={"member_id"})


@exclusions.on(LeftOutOfQuorum, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(row: Row | None, fact: LeftOutOfQuorum, _about: About) -> Row:
    return (row or {}) | {"ground": None if is_hidden(fact.ground) else fact.ground}


@exclusions.on(CountedAgain, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(_row: Row | None, _fact: CountedAgain, _about: About) -> None:
    """They count: nothing is left to give evidence for."""


async def of_meeting(db: AsyncConnection, meeting_id: str) -> Mapping[str, Any]:
    """The roll (None: not called yet), who is there, and who is left out."""
    query = select(table.c.roll, table.c.present, table.c.excluded).where(table.c.meeting_id == meeting_id)
    row = (await db.execute(query)).one_or_none()
    return _started(None) if row is None else dict(row._mapping)


async def left_out_of(db: AsyncConnection, meeting_id: str) -> list[dict[str, Any]]:
    """Who is left out, by pinyin, with the ground and both agreements."""
    columns = [column for column in left_out.columns if column.name not in ("community", "meeting_id")]
    query = (
        select(*columns, member.table.c.name)
        .join_from(left_out, member.table, member.table.c.member_id == left_out.c.member_id, isouter=True)
        .where(left_out.c.meeting_id == meeting_id)
        .order_by(member.table.c.pinyin, left_out.c.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


def concerned(
    people: Iterable[dict[str, Any]], row: Mapping[str, Any], sitting: Collection[str]
) -> list[dict[str, Any]]:
    """Whom of these people a meeting's roll is called of: of a group's meeting those who belonged to the group on the
    day, of a committee's those who sat on it.
    """
    if row["group_id"]:
        return [one for one in people if one["group_id"] == row["group_id"]]
    if row["branch_id"] and row["kind"] == "committee":
        return [one for one in people if one["member_id"] in sitting]
    return list(people)


async def roster(db: AsyncConnection, row: Mapping[str, Any], day: date) -> list[dict[str, Any]]:
    """Whom a meeting's roll is called of, with what decides whether they have a vote: the branch on that day (its
    committee or a group of it, where that meets), or everybody of the community. `away_kind` as it was on the day.

    A meeting put on record from before the register was kept is that of the people with whom the register begins.
    """
    begins = await belonging.first_day(db, row["branch_id"] or "", row["community"])
    day = day if begins is None else max(day, begins)
    if row["branch_id"]:
        people = await belonging.people(db, row["branch_id"], day)
    else:
        people = await belonging.everybody(db, row["community"], day)
    seats = await committee.of_branch(db, row["branch_id"], day) if row["branch_id"] else []
    sitting = {seat["member_id"] for seat in seats[0]["seats"]} if seats else set()
    people = concerned(people, row, sitting)
    stays = await _stays(db, [one["member_id"] for one in people])
    return [
        {
            "member_id": one["member_id"],
            "name": one["name"],
            "joined_on": one["joined_on"],
            "full_member_on": one["full_member_on"],
            "away_kind": away_on(stays.get(one["member_id"], ()), day),
        }
        for one in people
    ]


async def _stays(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    columns = ledger.table.c
    query = select(columns.member_id, columns.kind, columns.since, columns.ended_on, columns.earlier)
    rows = await db.execute(query.where(columns.member_id.in_(list(member_ids))))
    return {row.member_id: [*row.earlier, {**row._mapping}] for row in rows}


def away_on(stays: Iterable[Mapping[str, Any]], day: date) -> str | None:
    """How somebody was away on a day, of all their stays elsewhere; None if they were here. The day of return counts
    as being back.
    """
    for stay in stays:
        since, ended = _day(stay["since"]), _day(stay["ended_on"])
        if since is not None and since <= day and (ended is None or day < ended):
            kind: str = stay["kind"]
            return kind
    return None


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


async def names_of(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, str]:
    """What these members are called, by pinyin; who is not in the scope or has no name left is there by their id."""
    columns = member.table.c
    query = select(columns.member_id, columns.name).where(columns.member_id.in_(list(member_ids)))
    known = {row.member_id: row.name or row.member_id for row in await db.execute(query.order_by(columns.pinyin))}
    return known | {one: one for one in member_ids if one not in known}
