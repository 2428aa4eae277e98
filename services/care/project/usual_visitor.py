"""Who usually goes to a person, the one who was last there, and whom the person does not wish to see.

Whoever only telephoned is asked when nobody ever went.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Date, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitMade, VisitWay
from events.facts.care_rota import RefusalWithdrawn, VisitorRefused
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

table = Table(
    "usual_visitor",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("visitor", Text),
    Column("since", Date),
    Column("was_there", Boolean),
    # Names of accounts, each with the day since which, and the fact that says why.
    Column("refused", JSONB, nullable=False),
)

view = View("usual_visitor", version=2, table=table, doc="Who usually visits each person, and who is not to come.")

_NOBODY: Row = {"visitor": None, "since": None, "was_there": None, "refused": []}


@view.on(VisitMade)
def _(row: Row | None, fact: VisitMade, about: About) -> Row:
    """Whoever is not to come does not become the usual one by what is put on record late."""
    row = row or _NOBODY
    was_there = fact.way is not VisitWay.CALL
    if fact.by in _names(row):
        return row
    if row["visitor"] is not None and (row["was_there"], row["since"]) > (was_there, about.effective):
        return row
    return row | {"visitor": fact.by, "since": about.effective, "was_there": was_there}


@view.on(VisitorRefused)
def _(row: Row | None, fact: VisitorRefused, about: About) -> Row:
    row = row or _NOBODY
    said = {"visitor": fact.visitor, "since": about.effective.isoformat(), "seq": about.seq}
    refused = [one for one in row["refused"] if one["visitor"] != fact.visitor] + [said]
    usual = _NOBODY if row["visitor"] == fact.visitor else row
    return usual | {"refused": refused}


@view.on(RefusalWithdrawn)
def _(row: Row | None, fact: RefusalWithdrawn, _about: About) -> Row:
    row = row or _NOBODY
    return row | {"refused": [one for one in row["refused"] if one["visitor"] != fact.visitor]}


def _names(row: Row) -> set[str]:
    return {one["visitor"] for one in row["refused"]}


async def usual(db: AsyncConnection, member_id: str) -> str | None:
    """The name of the account that usually goes to this person."""
    query = select(table.c.visitor).where(
        table.c.member_id.in_(person.records_of(member_id)), table.c.visitor.is_not(None)
    )
    return (
        await db.execute(query.order_by(table.c.was_there.desc(), table.c.since.desc()).limit(1))
    ).scalar_one_or_none()


async def refusals(db: AsyncConnection, member_id: str) -> list[Mapping[str, Any]]:
    """Whom the person does not wish to see: `visitor`, `since` (a day as text)."""
    query = select(table.c.refused).where(table.c.member_id.in_(person.records_of(member_id)))
    return [one for (those,) in await db.execute(query) for one in those]


async def refusal(db: AsyncConnection, member_id: str, visitor: str) -> Mapping[str, Any] | None:
    """On which of the person's records it stands that they do not wish to see this visitor, and which fact says why."""
    query = select(table.c.member_id, table.c.refused).where(table.c.member_id.in_(person.records_of(member_id)))
    for row in await db.execute(query):
        for one in row.refused:
            if one["visitor"] == visitor:
                return {"member_id": row.member_id, "fact_seq": one["seq"]}
    return None
