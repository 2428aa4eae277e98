"""What visitors brought from doors that belongs into the register, and what became of each piece of news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Select, Table, Text, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.care_visit import ToldAtTheDoor
from events.facts.doorstep import NewsConfirmed, NewsSetAside
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member

OPEN, CONFIRMED, SET_ASIDE = "open", "confirmed", "set_aside"
SHOWN_MAX: Final = 200
LATELY_MAX: Final = 30

table = Table(
    "doorstep",
    MetaData(),
    Column("news_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("visit_id", Text),
    Column("news", Text),
    Column("phone", Text),
    Column("amount_fen", BigInteger),
    Column("told_by", Text),
    Column("told_on", Date),
    Column("state", Text, nullable=False),
    Column("settled_on", Date),
    Column("settled_by", Text),
    Column("why", Text),
    Index("doorstep_open", "told_on", "news_id", postgresql_where=text("state = 'open'")),
)

view = View("doorstep", version=1, table=table, doc="News from doors for the register: told, confirmed, set aside.")


@view.on(ToldAtTheDoor, keys=lambda _fact, about: [(about.id,)])
def _(row: Row | None, fact: ToldAtTheDoor, about: About) -> Row:
    return {
        "state": OPEN,
        **(row or {}),
        "member_id": about.entity,
        "visit_id": fact.visit_id,
        "news": fact.news.value,
        "phone": None if is_hidden(fact.phone) else fact.phone,
        "amount_fen": None if is_hidden(fact.amount_fen) else fact.amount_fen,
        "told_by": fact.by,
        "told_on": about.effective,
    }


@view.on(NewsConfirmed)
def _(row: Row | None, fact: NewsConfirmed, about: About) -> Row:
    return _settled(row, fact.member, about) | {"state": CONFIRMED, "why": None}


@view.on(NewsSetAside)
def _(row: Row | None, fact: NewsSetAside, about: About) -> Row:
    return _settled(row, fact.member, about) | {"state": SET_ASIDE, "why": fact.why.value}


def _settled(row: Row | None, member_id: str, about: About) -> Row:
    return {"member_id": member_id, **(row or {}), "settled_on": about.effective, "settled_by": about.actor}


_d, _m = table.c, member.table.c
_told_of = member.table.alias("told_of")


def _query() -> Select[Any]:
    """News with the person as the register has them; `person_id` is the record that stands for the person."""
    person_id = func.coalesce(_told_of.c.merged_into, _told_of.c.member_id)
    return (
        select(
            *(column for column in table.columns if column.name != "community"),
            path_text(_d.community),
            person_id.label("person_id"),
            _m.name,
            _m.phone.label("phone_now"),
            _m.state.label("member_state"),
        )
        .select_from(
            table.join(_told_of, _told_of.c.member_id == _d.member_id).join(member.table, _m.member_id == person_id)
        )
        .where(_d.news.is_not(None))
    )


async def one(db: AsyncConnection, news_id: str) -> Mapping[str, Any] | None:
    """One piece of news; None if the scope has none such."""
    row = (await db.execute(_query().where(_d.news_id == news_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def waiting(db: AsyncConnection, community: str = "") -> Sequence[Mapping[str, Any]]:
    """What nobody has decided about, the oldest first."""
    query = _query().where(_d.state == OPEN, inside(_d.community, community))
    found = await db.execute(query.order_by(_d.told_on, _d.news_id).limit(SHOWN_MAX))
    return [dict(row._mapping) for row in found]


async def decided(db: AsyncConnection, since: date, community: str = "") -> Sequence[Mapping[str, Any]]:
    """What was decided since a day, the newest first."""
    query = _query().where(_d.state != OPEN, _d.settled_on >= since, inside(_d.community, community))
    found = await db.execute(query.order_by(_d.settled_on.desc(), _d.news_id.desc()).limit(LATELY_MAX))
    return [dict(row._mapping) for row in found]


async def count(db: AsyncConnection) -> int:
    """How many wait in the scope."""
    query = select(func.count()).select_from(table).where(_d.state == OPEN)
    return int((await db.execute(query)).scalar_one())
