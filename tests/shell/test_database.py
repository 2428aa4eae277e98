"""A question in a scope: what breaks it off is told as it was, and leaves nothing behind in the session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from deploy.box.addresses import BoxAddresses
from services.shell.database import Database

SCOPE = text("SELECT current_setting('hearth.scope', true)")


@asynccontextmanager
async def one_session(cell: BoxAddresses) -> AsyncIterator[Database]:
    """The registry's tables through a single session, so that the next question meets what the last one left."""
    url = cell.postgres["registry_app"].replace("postgresql://", "postgresql+asyncpg://", 1)
    database = Database(create_async_engine(url, pool_size=1, max_overflow=0))
    try:
        yield database
    finally:
        await database.close()


async def scope_now(db: AsyncConnection) -> str:
    return str((await db.execute(SCOPE)).scalar_one())


async def test_a_question_is_asked_in_its_own_scope(cell: BoxAddresses) -> None:
    async with one_session(cell) as database:
        for scope in ("demo.jinqiao", "demo.other", "demo"):
            async with database.reading(scope) as db:
                assert scope in await scope_now(db)
        async with database.reading(None) as db:
            assert "demo" not in await scope_now(db)


@pytest.mark.parametrize("error", [LookupError, KeyError])
async def test_an_error_of_the_reader_passes_and_the_scope_ends(cell: BoxAddresses, error: type[Exception]) -> None:
    async with one_session(cell) as database:
        with pytest.raises(error):
            async with database.reading("demo.jinqiao"):
                raise error
        async with database.reading(None) as db:
            assert "jinqiao" not in await scope_now(db)


async def test_what_is_cancelled_in_the_middle_of_a_question_ends_cancelled(cell: BoxAddresses) -> None:
    async with one_session(cell) as database:
        asked = asyncio.Event()

        async def ask() -> None:
            async with database.reading("demo.jinqiao") as db:
                asked.set()
                await db.execute(text("SELECT pg_sleep(30)"))

        asking = asyncio.create_task(ask())
        await asked.wait()
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(5):
                await asking
        async with database.reading(None) as db:
            assert "jinqiao" not in await scope_now(db)
