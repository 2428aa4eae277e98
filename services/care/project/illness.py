"""Who is ill, and which fact says with what. The severity, the hospital and the note are not in this table.

They stay sealed in the second copy and are opened when somebody who gives the care asks (`record.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Date, MetaData, Table, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import FellIll, Recovered
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

table = Table(
    "illness",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("ill_since", Date),
    Column("recovered_on", Date),
    Column("fact_seq", BigInteger, nullable=False),
)

view = View("illness", version=1, table=table, doc="Who is ill since when; with what stays sealed.")


@view.on(FellIll)
def _(_row: Row | None, _fact: FellIll, about: About) -> Row:
    return {"ill_since": about.effective, "recovered_on": None, "fact_seq": about.seq}


@view.on(Recovered)
def _(row: Row | None, _fact: Recovered, about: About) -> Row | None:
    return None if row is None else row | {"recovered_on": about.effective}


async def illness(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """The latest illness of the person: on which of their records (`member_id`), `ill_since`, `recovered_on` if it is
    over, `fact_seq` of the fact that tells the rest.
    """
    query = (
        select(table.c.member_id, table.c.ill_since, table.c.recovered_on, table.c.fact_seq)
        .where(table.c.member_id.in_(person.records_of(member_id)))
        .order_by(table.c.recovered_on.is_(None).desc(), table.c.ill_since.desc(), table.c.fact_seq.desc())
        .limit(1)
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def ill_now(db: AsyncConnection, limit: int = 50) -> list[Mapping[str, Any]]:
    """Who is ill, longest first, with name, birth and since when."""
    noted_of, who = person.table.alias("noted_of"), person.table.c
    query = (
        select(who.member_id, table.c.ill_since, who.name, who.birth)
        .join(noted_of, noted_of.c.member_id == table.c.member_id)
        .join(person.table, who.member_id == func.coalesce(noted_of.c.merged_into, noted_of.c.member_id))
        .where(table.c.recovered_on.is_(None), person.table.c.state == person.ON_ROLL)
        .order_by(table.c.ill_since, table.c.member_id)
        .limit(limit)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
