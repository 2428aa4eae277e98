"""PostgreSQL crashes and comes back a few facts behind: nobody takes those tables for what was known before."""

from __future__ import annotations

import asyncio

from events.log.project.session import CHANNEL
from events.log.project.wait import Positions
from tests.log.project.office import STREAM, Office, projection, runner_of, running, sat_in, until
from tests.log.project.test_take_over import end_sessions, expect_exactly_once

TABLES = ("fact", "ledger", "dues", "snapshot")


async def test_who_only_reads_waits_for_what_was_lost(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        seq = await office.write("anna", sat_in())
        await office.folded(seq)
    positions, token = Positions([STREAM]), f"{STREAM}:{seq}"
    listening = asyncio.create_task(positions.listen(office.database))
    assert await positions.wait_for([token])

    await office.execute("UPDATE position SET seq = 0")
    await end_sessions(office)
    await until(lambda: _forgot(positions))
    assert not await positions.wait_for([token], 1.0)

    await office.execute(f"UPDATE position SET seq = {seq} WHERE stream = '{STREAM}'; NOTIFY {CHANNEL}, '{token}'")
    assert await positions.wait_for([token])
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_who_folds_waits_until_it_has_folded_it_again(office: Office) -> None:
    seq = await office.write("anna", sat_in(), sat_in())
    async with runner_of(office.cell, projection()) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"])
        restarts = runner.counters.restarts
        await office.execute(f"TRUNCATE {', '.join(TABLES)}; UPDATE position SET seq = 0")
        await end_sessions(office)
        async with asyncio.timeout(10):
            while runner.counters.restarts == restarts:  # noqa: ASYNC110 - another process tells it
                await asyncio.sleep(0)  # not a moment longer than it takes: it must know by then
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        assert await office.value("SELECT sum(seen) FROM ledger") == 2
    await expect_exactly_once(office, 2)


async def _forgot(positions: Positions) -> bool:
    return positions.seen[STREAM] == 0
