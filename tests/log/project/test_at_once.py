"""A small batch in one round trip: its values arrive as they were, and it moves the position from where it was left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from events.log.project.at_once import Prepared, gathered, literal
from events.log.project.session import Superseded
from tests.log.project.office import STREAM, Office, projection, runner_of, running, sat_in

AWKWARD = "a'b\\c\"d{e},f\n\t%s $1 汉字 '' \\' ; DROP TABLE position; --"


@asynccontextmanager
async def a_session(office: Office) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A writer's session, with tables there."""
    async with runner_of(office.cell, projection()) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{await office.write('anna', sat_in())}"], 20)
    session = await office.database.app()
    try:
        yield session
    finally:
        await session.close()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", AWKWARD),
        ("text", None),
        ("bigint", -7),
        ("boolean", True),
        ("bytea", bytes(range(256))),
        ("date", date(2026, 11, 24)),
        ("timestamptz", datetime(2026, 11, 24, 1, 2, 3, 456789, UTC)),
        ("text[]", [AWKWARD, "", "NULL", None]),
        ("bytea[]", [bytes(range(256)), b"", b'\\"']),
        ("bigint[]", [1, None, -3]),
        ("date[]", [date(2026, 1, 5), None]),
        ("text[]", []),
    ],
)
async def test_a_value_arrives_as_it_was(office: Office, kind: str, value: object) -> None:
    async with a_session(office) as session:
        await session.execute(f"PREPARE told AS SELECT $1::{kind}")
        assert await session.fetchval(f"EXECUTE told({literal(value)})") == value


@pytest.mark.parametrize(("value", "error"), [("a\x00b", ValueError), (["\x00"], ValueError), (1.5, TypeError)])
def test_what_cannot_be_told_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        literal(value)


@pytest.mark.parametrize("reads_first", [False, True])
async def test_a_batch_moves_the_position_from_where_it_was_left_or_does_nothing(
    office: Office, reads_first: bool
) -> None:
    async with a_session(office) as session:
        place = await session.fetchrow("SELECT seq, generation FROM position WHERE stream = $1", STREAM)
        assert place is not None
        seq, generation = place

        async def batch(old: int, wanted_generation: int) -> None:
            async with gathered(Prepared(session), STREAM, wanted_generation, old, seq + 1) as transaction:
                if reads_first:
                    await transaction.fetch("SELECT 1")
                await transaction.execute("INSERT INTO claim VALUES ($1, $2, $3)", "test", AWKWARD, "anna")

        for old, wanted_generation in ((seq - 1, generation), (seq, generation + 1)):
            with pytest.raises(Superseded):
                await batch(old, wanted_generation)
            assert not session.is_in_transaction()
            await session.execute("DEALLOCATE ALL")
        assert await session.fetchval("SELECT count(*) FROM claim WHERE kind = 'test'") == 0
        await batch(seq, generation)
        assert await session.fetchval("SELECT key FROM claim WHERE kind = 'test'") == AWKWARD
        assert await session.fetchval("SELECT seq FROM position WHERE stream = $1", STREAM) == seq + 1
