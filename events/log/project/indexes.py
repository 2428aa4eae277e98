"""Indexes after the rows: who folds from nothing is not held up by indexes that only readers use.

Folding reads and writes rows by their key alone, so every index that is neither the key nor a promise (unique) may come
last: it is then built at once, from all rows, instead of row by row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from asyncpg import Connection
from sqlalchemy import Index, MetaData, Table
from sqlalchemy.schema import CreateIndex

from events.log.project.columns import DIALECT
from events.log.project.view import View


def created(table: Table, *, for_readers: bool = True) -> list[str]:
    """Statements for the indexes of this table, in a fixed order; those that only readers use, if wanted."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return [_statement(index) for index in indexes if index.unique or for_readers]


async def drop_indexes(owner: Connection[Any], views: Iterable[View], schema: str) -> None:
    """Take away what only readers use."""
    names = [f'{schema}."{index.name}"' for view in views for index in _of_readers(view.table)]
    if names:
        await owner.execute(f"DROP INDEX IF EXISTS {', '.join(names)}")


async def without_indexes(owner: Connection[Any], views: Iterable[View], schema: str) -> list[View]:
    """Views of which an index is missing that only readers use."""
    rows = await owner.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = $1", schema)
    there = {row["indexname"] for row in rows}
    return [view for view in views if any(index.name not in there for index in _of_readers(view.table))]


async def make_indexes(owner: Connection[Any], views: Collection[View], schema: str) -> None:
    """Build what is missing. Readers go on meanwhile; whoever writes to one of these tables waits."""
    for view in views:
        copy: Table = view.table.to_metadata(MetaData(), schema=schema)
        if wanted := [_statement(index, if_missing=True) for index in _of_readers(copy)]:
            await owner.execute(";\n".join(wanted))


def _of_readers(table: Table) -> list[Index]:
    return [index for index in sorted(table.indexes, key=lambda index: str(index.name)) if not index.unique]


def _statement(index: Index, *, if_missing: bool = False) -> str:
    return str(CreateIndex(index, if_not_exists=if_missing).compile(dialect=DIALECT))
