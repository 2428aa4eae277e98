"""What other services have published about a member: a line for the timeline, and whether the person is cared for.

Only published facts, so no diagnosis and nothing that was said. A table of its own: care's facts may arrive before the
member's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, BigInteger, Column, Date, DateTime, Index, MetaData, Table, Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import FellIll, Recovered, VisitMade
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.ddl import LIVE
from events.log.project.sql import path_text
from services.registry.project.alias import records_of

told = Table(
    "elsewhere",
    MetaData(),
    Column("fact_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("effective", Date, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("way", Text),
    Column("log_stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("elsewhere_of_member", "member_id", "recorded"),
)

cared = Table(
    "cared",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("ill_since", Date),
    Column("met_on", Date),
    Column("changed_seq", BigInteger, nullable=False),
)

timeline = View("elsewhere", version=1, table=told, doc="What other services told of a member, one row a fact.")
caring = View("cared", version=1, table=cared, doc="Who is being cared for, and when care last met the person.")


def _line(_row: Row | None, fact: FellIll | Recovered | VisitMade, about: About) -> Row:
    return {
        "member_id": about.entity,
        "type": about.type,
        "effective": about.effective,
        "recorded": about.recorded,
        "actor": about.actor,
        "way": fact.way.value if isinstance(fact, VisitMade) else None,
        "log_stream": about.log_stream,
        "seq": about.seq,
    }


for _told in (FellIll, Recovered, VisitMade):
    timeline.on(_told, keys=lambda _fact, about: [(about.id,)])(_line)


@caring.on(FellIll)
def _(row: Row | None, _fact: FellIll, about: About) -> Row:
    return {"met_on": None, **(row or {}), "ill_since": about.effective, "changed_seq": about.seq}


@caring.on(Recovered)
def _(row: Row | None, _fact: Recovered, about: About) -> Row:
    return {"met_on": None, **(row or {}), "ill_since": None, "changed_seq": about.seq}


@caring.on(VisitMade)
def _(row: Row | None, _fact: VisitMade, about: About) -> Row:
    met_on = max((row or {}).get("met_on") or about.effective, about.effective)
    return {"ill_since": None, **(row or {}), "met_on": met_on, "changed_seq": about.seq}


_LINES = (
    select(*(column for column in told.columns if column.name != "community"), func.count().over().label("count"))
    .where(told.c.member_id.in_(records_of(bindparam("member_id"))))
    .order_by(told.c.recorded.desc(), told.c.fact_id.desc())
    .limit(bindparam("most"))
)
_LINES_UNTIL = _LINES.where(told.c.recorded <= bindparam("until"))


async def lines(
    db: AsyncConnection, member_id: str, *, until: datetime | None = None, limit: int = 100
) -> tuple[Sequence[Mapping[str, Any]], int]:
    """What was told of a member, newest first (only what was recorded up to a moment), and how much of it there is."""
    asked: dict[str, Any] = {"member_id": member_id, "most": limit}
    found = db.execute(_LINES, asked) if until is None else db.execute(_LINES_UNTIL, {**asked, "until": until})
    rows = [dict(row._mapping) for row in await found]
    return rows, rows[0]["count"] if rows else 0


def as_of(day: date, moment: datetime) -> CTE:
    """What had been told by then, to stand before a query in the table's place."""
    living = told.to_metadata(MetaData(), schema=LIVE)
    return select(living).where(living.c.effective <= day, living.c.recorded <= moment).cte(told.name)


async def cared_then(db: AsyncConnection, member_ids: Sequence[str], day: date, moment: datetime) -> list[Row]:
    """The rows of `cared` as they stood by then: its own folds, which look at nothing but when something was told."""
    query = select(*(column for column in told.columns if column.name != "community"), path_text(told.c.community))
    query = query.where(told.c.member_id.in_(member_ids), told.c.effective <= day, told.c.recorded <= moment)
    rows: dict[str, Row] = {}
    kinds = {kind.TYPE: handler for kind, handler in caring.handlers.items()}
    for line in await db.execute(query.order_by(told.c.seq)):
        about = About(
            line.fact_id, line.type, line.member_id, line.community, line.effective, line.recorded, line.actor,
            "", "", "", "", "", "care", line.log_stream, line.seq,
        )  # fmt: skip
        own = {"member_id": line.member_id, "community": line.community}
        rows[line.member_id] = own | (kinds[line.type].fold(rows.get(line.member_id), None, about) or {})
    return list(rows.values())


async def told_of(db: AsyncConnection, member_id: str) -> int:
    """How many lines there are."""
    query = select(func.count()).where(told.c.member_id.in_(records_of(member_id)))
    return int((await db.execute(query)).scalar_one())
