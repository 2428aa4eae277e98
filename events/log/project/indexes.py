"""Indexes after the rows: who folds from nothing is not held up by indexes that only readers use.

Folding reads and writes rows by their key alone, so every index that is neither the key nor a promise (unique) may come
last: it is then built at once, from all rows, instead of row by row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

from asyncpg import Connection
from sqlalchemy import Index, MetaData, Table

from events.log.project.ddl import index_statement
from events.log.project.session import Connect, session
from events.log.project.view import View

ABREAST: Final = 2
"""Indexes that are built at the same time, each by a process of PostgreSQL: half the time, and a core for readers."""


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


async def make_indexes(connect: Connect, views: Collection[View], schema: str) -> None:
    """Build what is missing, as the owner. Readers go on meanwhile; whoever writes to one of these tables waits."""
    tables = [view.table.to_metadata(MetaData(), schema=schema) for view in views]
    waiting = iter([index_statement(index, if_missing=True) for table in tables for index in _of_readers(table)])

    async def build() -> None:
        async with session(connect) as owner:
            for statement in waiting:
                await owner.execute(statement)

    async with _first_error(), asyncio.TaskGroup() as group:
        for _ in range(ABREAST):
            group.create_task(build())


@asynccontextmanager
async def _first_error() -> AsyncIterator[None]:
    """What went wrong first, as if one had done it all."""
    try:
        yield
    except ExceptionGroup as several:
        raise several.exceptions[0] from None


def _of_readers(table: Table) -> list[Index]:
    return [index for index in sorted(table.indexes, key=lambda index: str(index.name)) if not index.unique]
