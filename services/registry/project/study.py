"""To whom the study of which meeting was brought."""

from __future__ import annotations

from sqlalchemy import Column, Date, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.member_meeting import AttendanceTakenBack, Noted, StudyDelivered
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.registry.project import member

table = Table(
    "study_delivered",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("delivered_on", Date, nullable=False),
    Column("material", Text),
)

view = View("study_delivered", version=1, table=table, doc="To whose door the study of which meeting was brought.")


@view.on(StudyDelivered, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(_row: Row | None, fact: StudyDelivered, about: About) -> Row:
    return {"delivered_on": about.effective, "material": fact.material}


@view.on(AttendanceTakenBack, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(row: Row | None, fact: AttendanceTakenBack, _about: About) -> Row | None:
    return None if fact.was is Noted.DELIVERED else row


async def of_meeting(db: AsyncConnection, meeting_id: str) -> list[dict[str, object]]:
    """To whom, by pinyin, with the day and what it was."""
    query = (
        select(table.c.member_id, member.table.c.name, table.c.delivered_on, table.c.material)
        .join_from(table, member.table, member.table.c.member_id == table.c.member_id, isouter=True)
        .where(table.c.meeting_id == meeting_id)
        .order_by(member.table.c.pinyin, table.c.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
