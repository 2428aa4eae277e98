"""Changes that were made to many members: how far each came, whom it changed from what to what, whom it left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Table, Text, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.bulk import BulkCommitted, BulkStarted, BulkStepped
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import path_text
from services.registry.project import member

STARTED, COMMITTED = "started", "committed"

table = Table(
    "bulk_change",
    MetaData(),
    Column("bulk_id", Text, primary_key=True),
    community_column(),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True)),
    Column("stage", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("to", Text),
    Column("undoes", Text),
    Column("people", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("left_out", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("bulk_change_by_time", "started", "bulk_id"),
    Index("bulk_change_undone", "undoes"),
)
persons = Table(
    "bulk_person",
    MetaData(),
    Column("bulk_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("before", Text),
    Column("after", Text),
    Column("left_out", Text),
)

view = View("bulk_change", version=1, table=table, doc="Every change made to many members at once, and how far it is.")
people = View("bulk_person", version=1, table=persons, doc="Whom such a change changed, and whom it left out, and why.")


@view.on(BulkStarted)
def _(_row: Row | None, fact: BulkStarted, about: About) -> Row:
    return {
        "actor": about.actor,
        "reason": about.reason,
        "started": about.recorded,
        "stage": STARTED,
        "field": fact.field.value,
        "to": None if is_hidden(fact.to) else fact.to,
        "undoes": fact.undoes,
        "people": fact.people,
        "changed": 0,
        "left_out": 0,
        "seq": about.seq,
    }


@view.on(BulkStepped)
def _(row: Row | None, fact: BulkStepped, about: About) -> Row:
    row = _begun(row)
    changed = row["changed"] + len(fact.changed or ())
    return row | {"changed": changed, "left_out": row["left_out"] + len(fact.left_out), "seq": about.seq}


@view.on(BulkCommitted)
def _(row: Row | None, _fact: BulkCommitted, about: About) -> Row:
    return _begun(row) | {"stage": COMMITTED, "ended": about.recorded, "seq": about.seq}


def _everybody(fact: BulkStepped, about: About) -> list[tuple[str, str]]:
    changed = [one.member_id for one in fact.changed or ()]
    return [(about.entity, one) for one in [*changed, *(other.member_id for other in fact.left_out)]]


@people.on(BulkStepped, keys=_everybody)
def _(_row: Row | None, fact: BulkStepped, _about: About, key: tuple[str, str]) -> Row:
    for one in fact.changed or ():
        if one.member_id == key[1]:
            return {"before": one.before, "after": one.after}
    return {"left_out": next(one.why for one in fact.left_out if one.member_id == key[1])}


def _begun(row: Row | None) -> Row:
    if row is None:
        raise LookupError("a step of a change that never began")
    return row


_COLUMNS = [column for column in table.columns if column.name != "community"]


async def changes(db: AsyncConnection, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Changes of many, newest first. Raises `BadToken`."""
    key = tuple_(table.c.started, table.c.bulk_id)
    query = select(*_COLUMNS, path_text(table.c.community))
    query = query.order_by(table.c.started.desc(), table.c.bulk_id.desc()).limit(size + 1)
    if after := read_token(token, datetime, str):
        query = query.where(key < after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "started", "bulk_id")


async def change(db: AsyncConnection, bulk_id: str) -> dict[str, Any] | None:
    """One of them, and by which other it was undone, if it was."""
    query = select(*_COLUMNS, path_text(table.c.community)).where(table.c.bulk_id == bulk_id)
    found = (await db.execute(query)).one_or_none()
    if found is None:
        return None
    undone = select(table.c.bulk_id).where(table.c.undoes == bulk_id).order_by(table.c.started.desc()).limit(1)
    return dict(found._mapping) | {"undone_by": (await db.execute(undone)).scalar_one_or_none()}


async def people_of(
    db: AsyncConnection, bulk_id: str, *, left_out: bool, size: int = PAGE_DEFAULT, token: str = ""
) -> Page:
    """Those it changed, or those it left out, by pinyin. Raises `BadToken`."""
    members = member.table.c
    wanted = persons.c.left_out.is_not(None) if left_out else persons.c.left_out.is_(None)
    query = (
        select(persons.c.member_id, persons.c.before, persons.c.after, persons.c.left_out, members.name, members.pinyin)
        .join(member.table, members.member_id == persons.c.member_id)
        .where(persons.c.bulk_id == bulk_id, wanted)
        .order_by(members.pinyin, members.member_id)
        .limit(size + 1)
    )
    if after := read_token(token, str, str):
        query = query.where(tuple_(members.pinyin, members.member_id) > after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "pinyin", "member_id")


async def changed_by(db: AsyncConnection, bulk_id: str) -> Mapping[str, tuple[str | None, str]]:
    """Everybody it changed: the value before and after."""
    query = select(persons.c.member_id, persons.c.before, persons.c.after)
    rows = await db.execute(query.where(persons.c.bulk_id == bulk_id, persons.c.left_out.is_(None)))
    return {member_id: (before, after) for member_id, before, after in rows}


async def selection(db: AsyncConnection, conditions: Sequence[Any], most: int) -> list[dict[str, Any]]:
    """Those who are chosen, by pinyin, with what a change needs to know of them; one more than `most` says too many."""
    names = ("member_id", "name", "seq", "state", "branch_id", "kind", "minimum_living", "lives_alone", "grid")
    columns = [member.table.c[name] for name in names]
    query = select(*columns, path_text(member.table.c.community)).where(*conditions)
    query = query.order_by(member.table.c.pinyin, member.table.c.member_id).limit(most + 1)
    return [dict(row._mapping) for row in await db.execute(query)]
