"""When somebody of the community last met the person: at a meeting, at the door, in hospital, on the phone.

Facts of two services meet in one row, so it only ever keeps the latest: it says the same in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Column, Date, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitMade
from events.facts.member import Attended
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

ATTENDED: Final = "attended"

table = Table(
    "met",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("met_on", Date, nullable=False),
    Column("met_how", Text, nullable=False),
)

view = View("met", version=1, table=table, doc="When, and how, a person was last met.")


@view.on(Attended)
def _(row: Row | None, _fact: Attended, about: About) -> Row:
    return _latest(row, about, ATTENDED)


@view.on(VisitMade)
def _(row: Row | None, fact: VisitMade, about: About) -> Row:
    return _latest(row, about, fact.way.value)


def _latest(row: Row | None, about: About, how: str) -> Row:
    if row is not None and (row["met_on"], row["met_how"]) >= (about.effective, how):
        return row
    return {**(row or {}), "met_on": about.effective, "met_how": how}


async def met(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """When (`met_on`) and how (`met_how`) the person was last met; None if never."""
    query = select(table.c.met_on, table.c.met_how).where(table.c.member_id.in_(person.records_of(member_id)))
    row = (await db.execute(query.order_by(table.c.met_on.desc()).limit(1))).one_or_none()
    return None if row is None else dict(row._mapping)
