"""When it was last looked how far a person manages by themselves, and which fact says the grade, which stays sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Date, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import HealthGraded
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

table = Table(
    "health",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("graded_on", Date, nullable=False),
    Column("fact_seq", BigInteger, nullable=False),
)

view = View("health", version=1, table=table, doc="When a grade of health was last given; the grade stays sealed.")


@view.on(HealthGraded)
def _(row: Row | None, _fact: HealthGraded, about: About) -> Row:
    if row is not None and about.effective < row["graded_on"]:
        return row
    return {"graded_on": about.effective, "fact_seq": about.seq}


async def health(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """The latest grade of the person: on which of their records (`member_id`), `graded_on`, `fact_seq` of the fact."""
    query = (
        select(table.c.member_id, table.c.graded_on, table.c.fact_seq)
        .where(table.c.member_id.in_(person.records_of(member_id)))
        .order_by(table.c.graded_on.desc(), table.c.fact_seq.desc())
        .limit(1)
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)
