"""Who usually goes to a person: the one who was last there. Whoever only telephoned is asked when nobody ever went."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitMade, VisitWay
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

table = Table(
    "usual_visitor",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("visitor", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("was_there", Boolean, nullable=False),
)

view = View("usual_visitor", version=1, table=table, doc="Who usually visits each person.")


@view.on(VisitMade)
def _(row: Row | None, fact: VisitMade, about: About) -> Row:
    was_there = fact.way is not VisitWay.CALL
    if row is not None and (row["was_there"], row["since"]) > (was_there, about.effective):
        return row
    return {"visitor": fact.by, "since": about.effective, "was_there": was_there}


async def usual(db: AsyncConnection, member_id: str) -> str | None:
    """The name of the account that usually goes to this person."""
    query = select(table.c.visitor).where(table.c.member_id.in_(person.records_of(member_id)))
    return (
        await db.execute(query.order_by(table.c.was_there.desc(), table.c.since.desc()).limit(1))
    ).scalar_one_or_none()
