"""What befell whom, and which fact tells of it, which stays sealed: in and out of hospital, hardship, a bereavement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, MetaData, Select, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact
from events.facts.care import VisitReason
from events.facts.care_occasion import Bereaved, Discharged, HardshipReported, Hospitalised
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

HOSPITALISED: Final = "hospitalised"
KIND: Final[Mapping[type[Fact], str]] = {
    Hospitalised: HOSPITALISED,
    Discharged: VisitReason.DISCHARGED.value,
    HardshipReported: VisitReason.HARDSHIP.value,
    Bereaved: VisitReason.BEREAVED.value,
}

table = Table(
    "occasion",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("happened_on", Date, primary_key=True),
    community_column(),
    Column("fact_seq", BigInteger, nullable=False),
)

view = View("occasion", version=1, table=table, doc="What befell whom on which day; what it was stays sealed.")


def _key(fact: Fact, about: About) -> list[tuple[str, str, date]]:
    return [(about.entity, KIND[type(fact)], about.effective)]


for _kind in (Hospitalised, Discharged, HardshipReported, Bereaved):

    @view.on(_kind, keys=_key)
    def _(_row: Row | None, _fact: Fact, about: About) -> Row:
        return {"fact_seq": about.seq}


async def of_member(db: AsyncConnection, member_id: str, limit: int = 20) -> list[Mapping[str, Any]]:
    """What befell the person, the latest first: `member_id` of the record it was told of, `kind`, `happened_on`."""
    return [dict(row._mapping) for row in await db.execute(_query(member_id).limit(limit))]


async def one(db: AsyncConnection, member_id: str, kind: str, on: date) -> Mapping[str, Any] | None:
    """One of them; told of two records of the person, the latest word."""
    query = _query(member_id).where(table.c.kind == kind, table.c.happened_on == on).limit(1)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


def _query(member_id: str) -> Select[Any]:
    return (
        select(table.c.member_id, table.c.kind, table.c.happened_on, table.c.fact_seq)
        .where(table.c.member_id.in_(person.records_of(member_id)))
        .order_by(table.c.happened_on.desc(), table.c.fact_seq.desc())
    )
