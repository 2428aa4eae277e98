"""The motions of a meeting with their counts, its minutes as they were frozen, and what was added since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Date, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.meeting_minutes import MinutesCorrected, MinutesFrozen, MotionPut, Voted, VoteTakenBack
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "meeting_minutes",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    community_column(),
    Column("motions", JSONB, nullable=False),
    Column("text", Text),
    Column("frozen_on", Date),
    Column("frozen_by", Text),
    Column("present", ARRAY(Text), nullable=False),
    Column("excused", ARRAY(Text), nullable=False),
    Column("quorum", JSONB),
    Column("corrections", JSONB, nullable=False),
)

view = View("meeting_minutes", version=1, table=table, doc="What each meeting decided, and its minutes.")

NOTHING: Row = {
    "motions": [], "text": None, "frozen_on": None, "frozen_by": None, "present": [], "excused": [], "quorum": None,
    "corrections": [],
}  # fmt: skip


@view.on(MotionPut)
def _(row: Row | None, fact: MotionPut, _about: About) -> Row:
    row = row or NOTHING
    return row | {"motions": [*row["motions"], fact.model_dump(mode="json") | {"counts": None}]}


@view.on(Voted)
def _(row: Row | None, fact: Voted, _about: About) -> Row:
    return _counted(row, fact.motion, fact.model_dump(mode="json", exclude={"motion"}))


@view.on(VoteTakenBack)
def _(row: Row | None, fact: VoteTakenBack, _about: About) -> Row:
    return _counted(row, fact.motion, None)


@view.on(MinutesFrozen)
def _(row: Row | None, fact: MinutesFrozen, about: About) -> Row:
    return (row or NOTHING) | {
        "text": None if is_hidden(fact.text) else fact.text,
        "frozen_on": about.effective,
        "frozen_by": about.actor,
        "present": list(fact.present),
        "excused": list(fact.excused),
        "quorum": fact.quorum.model_dump(mode="json") if fact.quorum else None,
    }


@view.on(MinutesCorrected)
def _(row: Row | None, fact: MinutesCorrected, about: About) -> Row:
    row = row or NOTHING
    added = {
        "on": about.effective.isoformat(),
        "by": about.actor,
        "text": None if is_hidden(fact.text) else fact.text,
        "came": list(fact.came),
        "did_not_come": list(fact.did_not_come),
    }
    return row | {"corrections": [*row["corrections"], added]}


def _counted(row: Row | None, number: int, counts: Mapping[str, Any] | None) -> Row:
    row = row or NOTHING
    motions = [one | {"counts": counts} if one["motion"] == number else one for one in row["motions"]]
    return row | {"motions": motions}


async def of_meeting(db: AsyncConnection, meeting_id: str) -> Mapping[str, Any]:
    """What was decided, and the minutes; nothing, where nothing is written yet."""
    columns = [column for column in table.columns if column.name not in ("community", "meeting_id")]
    row = (await db.execute(select(*columns).where(table.c.meeting_id == meeting_id))).one_or_none()
    return NOTHING if row is None else dict(row._mapping)
