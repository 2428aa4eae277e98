"""Indexes that only readers use come after the rows, whoever folds from nothing and however often it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from events.log.project.indexes import drop_indexes, make_indexes
from events.log.project.rebuild import rebuild
from events.log.project.runner import Runner
from tests.log.project.office import STREAM, Office, away, ledger, now, projection, runner_of, running, sat_in

WHAT = projection(ledger(indexes=("since", "seen")))


async def indexes_of(office: Office) -> list[str]:
    query = "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'ledger'"
    return str(await office.value(query)).split()


async def rows_of(office: Office) -> int:
    return int(await office.value("SELECT count(*) FROM ledger"))


async def write_some(office: Office, people: int, first: int = 0) -> int:
    return (await office.write_many([(f"m{first + n}", away()) for n in range(people)]))[-1]


@asynccontextmanager
async def catching_up(office: Office, bare_from: int, batch_max: int = 1000) -> AsyncIterator[Runner]:
    """A runner for whom so many facts are much, not started."""
    async with runner_of(office.cell, WHAT, batch_max=batch_max) as runner:
        runner.bare_from = bare_from
        yield runner


ALL = ["ledger_by_seen", "ledger_by_since", "ledger_pkey"]


async def test_who_has_little_before_it_starts_with_them(office: Office) -> None:
    seq = await write_some(office, 30)
    async with runner_of(office.cell, WHAT) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        assert runner.indexed.is_set()
        assert await indexes_of(office) == ALL


async def test_who_catches_up_from_nothing_builds_them_at_the_end(office: Office) -> None:
    seq = await write_some(office, 600)
    async with catching_up(office, 500, batch_max=50) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:1"], 20)
        assert await indexes_of(office) == ["ledger_pkey"]
        await asyncio.wait_for(runner.indexed.wait(), 20)
        assert runner.positions.seen[STREAM] == seq
        assert await indexes_of(office) == ALL
        later = await office.write("anna", sat_in())
        assert await runner.wait_for([f"{STREAM}:{later}"], 20)
    assert await rows_of(office) == 601


async def test_who_was_stopped_on_the_way_goes_on_without_and_builds_them_at_the_end(office: Office) -> None:
    seq = await write_some(office, 600)
    async with catching_up(office, 100, batch_max=50) as first, running(first):
        assert await first.wait_for([f"{STREAM}:1"], 20)
    reached = await office.value(f"SELECT seq FROM position WHERE stream = '{STREAM}'")
    assert reached < seq, "it was not stopped on the way"
    assert await indexes_of(office) == ["ledger_pkey"]
    async with catching_up(office, 100) as second, running(second):
        await asyncio.wait_for(second.indexed.wait(), 20)
    assert await indexes_of(office) == ALL
    assert await rows_of(office) == 600


async def test_who_was_stopped_just_before_it_built_them_builds_them_at_the_next_start(office: Office) -> None:
    seq = await write_some(office, 30)
    async with runner_of(office.cell, WHAT) as first, running(first):
        assert await first.wait_for([f"{STREAM}:{seq}"], 20)
    owner = await office.database.owner()
    await drop_indexes(owner, WHAT.views, "public")
    await owner.close()
    async with catching_up(office, 100) as second, running(second):
        await asyncio.wait_for(second.indexed.wait(), 20)
    assert await indexes_of(office) == ALL


async def test_a_rebuild_leaves_readers_their_indexes(office: Office) -> None:
    seq = await write_some(office, 30)
    async with runner_of(office.cell, WHAT) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        report = await rebuild(WHAT, office.log, office.database, office.keys, now)
        assert report.clean
        assert await indexes_of(office) == ALL
        assert await _goes_on(office, runner)


async def test_what_goes_wrong_is_told_as_it_was(office: Office) -> None:
    with pytest.raises(asyncpg.InvalidSchemaNameError, match="nowhere"):
        await make_indexes(office.database.owner, WHAT.views, "nowhere")


async def _goes_on(office: Office, runner: Runner) -> bool:
    return await runner.wait_for([f"{STREAM}:{await office.write('anna', sat_in())}"], 20)
