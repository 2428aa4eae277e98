"""Rosters that were brought in: how far each came, who came with it, and what it said a column is.

What stood in the refused rows stays sealed in the second copy of the facts, for it holds whole ID numbers; here it is
only known which rows they were and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.roster_import import ImportCommitted, ImportStarted, ImportUndone, RowRejected, RowsDoubted
from events.log.envelope import About
from events.log.port import Message
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, BadToken, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, elsewhere, member

STARTED, COMMITTED, UNDONE = "started", "committed", "undone"

table = Table(
    "roster_import",
    MetaData(),
    Column("import_id", Text, primary_key=True),
    community_column(),
    Column("filename", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True)),
    Column("stage", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("accepted", BigInteger),
    Column("rejected", BigInteger, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("last_rejected", Text),
    Column("doubted", BigInteger, nullable=False),
    Column("withdrawn", BigInteger),
    Column("kept", ARRAY(Text)),
    Column("mapping", JSONB, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("roster_import_by_time", "started", "import_id"),
)

refusals = Table(
    "rejected_row",
    MetaData(),
    Column("import_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    community_column(),
    Column("sheet", Text, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

view = View("roster_import", version=1, table=table, doc="Every roster that was brought in, and what became of it.")
refused = View("rejected_row", version=1, table=refusals, doc="Which rows were refused, and why; not what stood there.")


@view.on(ImportStarted)
def _(_row: Row | None, fact: ImportStarted, about: About) -> Row:
    return {
        "filename": fact.filename,
        "actor": about.actor,
        "started": about.recorded,
        "stage": STARTED,
        "rows": fact.rows,
        "rejected": 0,
        "reasons": {},
        "doubted": 0,
        "mapping": dict(fact.mapping),
        "columns": {sheet: list(headers) for sheet, headers in fact.columns.items()},
        "seq": about.seq,
    }


@view.on(RowRejected)
def _(row: Row | None, fact: RowRejected, about: About) -> Row:
    """Rows are counted once, however much is wrong with them; their facts follow each other."""
    row = _begun(row)
    place = f"{fact.sheet}/{fact.row}"
    another = place != row.get("last_rejected")
    return row | {
        "rejected": row["rejected"] + another,
        "reasons": row["reasons"] | {fact.reason: row["reasons"].get(fact.reason, 0) + 1},
        "last_rejected": place,
        "seq": about.seq,
    }


@refused.on(RowRejected, keys=lambda _fact, about: [(about.entity, about.seq)])
def _(_row: Row | None, fact: RowRejected, _about: About) -> Row:
    return {"sheet": fact.sheet, "row": fact.row, "field": fact.field, "reason": fact.reason}


@view.on(RowsDoubted)
def _(row: Row | None, fact: RowsDoubted, about: About) -> Row:
    return _begun(row) | {"doubted": fact.count, "seq": about.seq}


@view.on(ImportCommitted)
def _(row: Row | None, fact: ImportCommitted, about: About) -> Row:
    return _begun(row) | {"stage": COMMITTED, "accepted": fact.accepted, "ended": about.recorded, "seq": about.seq}


@view.on(ImportUndone)
def _(row: Row | None, fact: ImportUndone, about: About) -> Row:
    gone = {"stage": UNDONE, "withdrawn": fact.withdrawn, "kept": list(fact.kept)}
    return _begun(row) | gone | {"ended": about.recorded, "seq": about.seq}


def _begun(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to an import that never began")
    return row


_SHORT = [column for column in table.columns if column.name not in {"community", "columns", "mapping", "last_rejected"}]


async def imports(db: AsyncConnection, community: str = "", *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Imports, newest first. Raises `BadToken`."""
    key = tuple_(table.c.started, table.c.import_id)
    query = (
        select(*_SHORT, path_text(table.c.community))
        .where(inside(table.c.community, community))
        .order_by(table.c.started.desc(), table.c.import_id.desc())
        .limit(size + 1)
    )
    if after := read_token(token, str, str):
        query = query.where(key < (_moment(after[0]), after[1]))
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "started", "import_id")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadToken(text) from error


async def roster_import(db: AsyncConnection, import_id: str) -> dict[str, Any] | None:
    """One import, its columns and its mapping included; `accepted` is counted while it is not complete."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community)).where(table.c.import_id == import_id)
    found = (await db.execute(query)).one_or_none()
    if found is None:
        return None
    row = dict(found._mapping)
    if row["accepted"] is None:
        counted = select(func.count()).where(member.table.c.import_id == import_id)
        row["accepted"] = int((await db.execute(counted)).scalar_one())
    return row


async def mappings(
    db: AsyncConnection, community: str, limit: int = 50
) -> Sequence[tuple[Mapping[str, str], Mapping[str, Sequence[str]]]]:
    """Which column was read as which field by the newest imports of this community, and the columns there were in each
    worksheet; the newest last.
    """
    query = (
        select(table.c.mapping, table.c.columns)
        .where(inside(table.c.community, community))
        .order_by(table.c.started.desc(), table.c.import_id.desc())
        .limit(limit)
    )
    return [(mapping, columns) for mapping, columns in reversed((await db.execute(query)).all())]


_fact = Table(
    "fact",
    MetaData(),
    Column("seq", BigInteger),
    Column("entity", Text),
    Column("type", Text),
    Column("body", LargeBinary),
)


async def rejections(
    db: AsyncConnection, import_id: str, *, after: int = 0, limit: int = 1000, only: str = "", but: str = ""
) -> list[Message]:
    """What was refused, in the file's order, still sealed; `after` is the last sequence of the page before.

    `only` is the one reason wanted, `but` the one that is not.
    """
    rows = refusals.c
    query = (
        select(_fact.c.seq, _fact.c.body)
        .select_from(refusals.join(_fact, _fact.c.seq == rows.seq))
        .where(rows.import_id == import_id, rows.seq > after)
        .order_by(rows.seq)
        .limit(limit)
    )
    if only:
        query = query.where(rows.reason == only)
    if but:
        query = query.where(rows.reason != but)
    return [Message("REGISTRY", seq, "", body) for seq, body in await db.execute(query)]


async def doubts(db: AsyncConnection, import_id: str) -> list[Message]:
    """What should be looked at again, still sealed: one envelope, or none."""
    query = select(_fact.c.seq, _fact.c.body).where(_fact.c.entity == import_id, _fact.c.type == RowsDoubted.TYPE)
    return [Message("REGISTRY", seq, "", body) for seq, body in await db.execute(query)]


async def people(db: AsyncConnection, import_id: str, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Those who came with an import and are still there, by pinyin. Raises `BadToken`."""
    members = member.table.c
    query = (
        select(
            members.member_id,
            members.name,
            members.pinyin,
            members.sex,
            members.birth,
            members.state,
            members.away_to,
            branch.table.c.name.label("branch"),
        )
        .select_from(member.table.outerjoin(branch.table, branch.table.c.branch_id == members.branch_id))
        .where(members.import_id == import_id, members.state != member.WITHDRAWN)
        .order_by(members.pinyin, members.member_id)
        .limit(size + 1)
    )
    if after := read_token(token, str, str):
        query = query.where(tuple_(members.pinyin, members.member_id) > after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "pinyin", "member_id")


async def member_ids(db: AsyncConnection, import_id: str) -> list[str]:
    """Everybody an import enrolled, those withdrawn since included."""
    return [row[0] for row in await db.execute(_ids_of(import_id).order_by(member.table.c.member_id))]


async def known_elsewhere(db: AsyncConnection, import_id: str) -> frozenset[str]:
    """Those of them of whom another service has published something."""
    query = select(elsewhere.told.c.member_id).where(elsewhere.told.c.member_id.in_(_ids_of(import_id))).distinct()
    return frozenset(row[0] for row in await db.execute(query))


def _ids_of(import_id: str) -> Select[str]:
    return select(member.table.c.member_id).where(member.table.c.import_id == import_id)
