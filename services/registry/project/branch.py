"""The branches and whom their members call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, Float, Index, MetaData, Table, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.branch import BranchContact, ContactSet, Formed, Renamed
from events.facts.people import CardField
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member
from services.registry.project.completeness import lost

table = Table(
    "branch",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
    Column("contact_name", Text),
    Column("contact_phone", Text),
    Column("formed_on", Date),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("branch_by_name", "name"),
)

_DIGITS: Final = "〇一二三四五六七八九"
_NUMERALS: Final = re.compile("[一二三四五六七八九十]+|[0-9]+")

view = View("branch", version=2, table=table, doc="Every branch, and whom its members call.")


@view.on(Formed)
def _(_row: Row | None, fact: Formed, about: About) -> Row:
    own = {"name": fact.name, "formed_on": about.effective, "kind": fact.kind.value, "seq": about.seq}
    return own | _contact(fact.contact)


@view.on(ContactSet)
def _(row: Row | None, fact: ContactSet, about: About) -> Row:
    return _known(row) | _contact(fact.contact) | {"seq": about.seq}


@view.on(Renamed)
def _(row: Row | None, fact: Renamed, about: About) -> Row:
    return _known(row) | {"name": fact.name, "seq": about.seq}


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a branch that was never formed")
    return row


def _contact(contact: BranchContact) -> Row:
    if is_hidden(contact):
        return {"contact_name": None, "contact_phone": None}
    return {"contact_name": contact.name, "contact_phone": contact.phone}


async def branches(
    db: AsyncConnection, community: str = "", weights: Mapping[CardField, int] | None = None
) -> list[Mapping[str, Any]]:
    """The branches of a community (of the whole scope) with how many members are on their roll, by name.

    `lost`: how much of these weights their cards miss on average; None for a branch without members.
    """
    members = member.table.c
    on_roll = (
        select(
            members.branch_id,
            func.count().label("members"),
            cast(func.avg(lost(members.missing, weights or {})), Float).label("lost"),
        )
        .where(members.state.in_(member.ON_ROLL), member.lives_in(community))
        .group_by(members.branch_id)
        .subquery()
    )
    query = (
        select(
            table.c.branch_id,
            table.c.name,
            table.c.contact_name,
            table.c.contact_phone,
            table.c.kind,
            path_text(table.c.community),
            func.coalesce(on_roll.c.members, 0).label("members"),
            on_roll.c.lost,
        )
        .join_from(table, on_roll, on_roll.c.branch_id == table.c.branch_id, isouter=True)
        .where(inside(table.c.community, community))
        .order_by(table.c.community, table.c.name, table.c.branch_id)
    )
    rows = [row._asdict() for row in await db.execute(query)]
    return sorted(rows, key=lambda row: (row["community"], _in_order(row["name"])))


def _in_order(name: str) -> str:
    """A name as it sorts: 第二 stands before 第三, 第十 behind 第九."""
    return _NUMERALS.sub(lambda found: f"{_counted(found[0]):03}", name)


def _counted(numeral: str) -> int:
    """What a numeral up to 九十九, or written in digits, counts."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return _DIGITS.find(numeral[-1])
    return 10 * _DIGITS.find(tens[-1:] or "一") + _DIGITS.find(ones[-1:] or "〇")


async def branch(db: AsyncConnection, branch_id: str) -> Mapping[str, Any] | None:
    """One branch."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community)).where(table.c.branch_id == branch_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def people(db: AsyncConnection, branch_id: str) -> list[Mapping[str, Any]]:
    """Who is on the roll of a branch, by pinyin."""
    members = member.table.c
    query = (
        select(members.member_id, members.name, members.birth, members.state, members.away_to)
        .add_columns(members.joined_on, members.full_member_on)
        .where(members.branch_id == branch_id, members.state.in_(member.ON_ROLL))
        .order_by(members.pinyin, members.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def names(db: AsyncConnection, branch_ids: Sequence[str]) -> dict[str, str]:
    """What these branches are called."""
    if not branch_ids:
        return {}
    query = select(table.c.branch_id, table.c.name).where(table.c.branch_id.in_(list(branch_ids)))
    return dict((await db.execute(query)).all())
