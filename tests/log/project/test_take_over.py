"""Projectors that die, stop, compete or lose PostgreSQL: every fact is folded exactly once all the same."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from events.log.project.check import check
from events.log.project.runner import Runner
from events.log.project.session import PATIENCE_SECONDS, STALLED_SECONDS
from tests.log.project.office import STREAM, Office, paid, projection, runner_of, running, sat_in, until

FACTS = 3000
MEMBERS = 60
TAKE_OVER_SECONDS_MAX = 5.0


@asynccontextmanager
async def projector(office: Office, directory: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A projector in a process of its own; killed at the end if it still lives."""
    addresses = directory / "addresses.json"
    addresses.write_text(office.cell.model_dump_json())
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.log.project.projector", str(addresses))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def write_attendances(office: Office, count: int = FACTS) -> int:
    members = [f"m{number % MEMBERS}" for number in range(count)]
    random.Random(2).shuffle(members)
    return (await office.write_many([(member, sat_in()) for member in members]))[-1]


async def end_sessions(office: Office) -> None:
    """What an administrator, or a restart, does to every session of the application."""
    session = await office.database.app()
    await session.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    )
    await session.close()


async def expect_exactly_once(office: Office, facts: int) -> None:
    """Each fact counted once in the rows, the states and the second copy, and `check` finds nothing."""
    assert await office.value("SELECT sum(seen) FROM ledger") == facts
    assert await office.value("SELECT sum((state->>'facts')::int) FROM snapshot") == facts
    assert await office.value("SELECT count(*) FROM fact") == facts
    report = await check(projection(), office.log, office.database, office.keys)
    assert report.clean
    assert report.facts == facts


async def test_killed_in_the_middle_again_and_again(office: Office, tmp_path: Path) -> None:
    seq = await write_attendances(office)
    chance = random.Random(7)
    for _ in range(4):
        begun = await office.value("SELECT seq FROM position WHERE stream = $1", STREAM)
        async with projector(office, tmp_path) as process:
            await office.folded(min(seq, begun + chance.randrange(50, 500)))
            process.send_signal(signal.SIGKILL)
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await office.folded(seq)
    await expect_exactly_once(office, FACTS)


async def test_a_standby_takes_over_from_one_that_was_killed(office: Office, tmp_path: Path) -> None:
    async with runner_of(office.cell, projection()) as standby, projector(office, tmp_path) as process:
        await office.folded(await office.write("anna", sat_in()))
        async with running(standby):
            await asyncio.wait_for(standby.ready.wait(), 10)
            process.send_signal(signal.SIGKILL)
            started = time.monotonic()
            seq = await office.write("anna", sat_in())
            assert await standby.wait_for([f"{STREAM}:{seq}"], 20)
            assert time.monotonic() - started < TAKE_OVER_SECONDS_MAX
    await expect_exactly_once(office, 2)


async def test_one_that_was_stopped_is_replaced_and_does_no_harm_when_it_goes_on(
    office: Office, tmp_path: Path
) -> None:
    seq = await write_attendances(office)
    standing_by = runner_of(office.cell, projection(), stalled_seconds=STALLED_SECONDS / 4)
    async with standing_by as standby, projector(office, tmp_path) as process:
        await office.folded(seq // 10)
        process.send_signal(signal.SIGSTOP)
        async with running(standby):
            await until(lambda: _leads(standby))
            process.send_signal(signal.SIGCONT)
            seq = await office.write("anna", sat_in())
            await office.folded(seq)
            assert process.returncode is None, "it stands by now"
    await expect_exactly_once(office, FACTS + 1)


async def _leads(runner: Runner) -> bool:
    return runner.leading


async def test_a_stand_in_folds_while_nobody_else_does_and_gives_way_again(office: Office, tmp_path: Path) -> None:
    async with runner_of(office.cell, projection(), stands_in=True) as standing_in, running(standing_in):
        async with projector(office, tmp_path) as process:
            seq = await office.write("anna", sat_in())
            assert await standing_in.wait_for([f"{STREAM}:{seq}"], 20), "told by the one that folds"
            assert not await _leads(standing_in)
            process.send_signal(signal.SIGKILL)
            started = time.monotonic()
            seq = await office.write("anna", sat_in())
            assert await standing_in.wait_for([f"{STREAM}:{seq}"], 20)
            assert time.monotonic() - started < TAKE_OVER_SECONDS_MAX
            assert await _leads(standing_in)
        async with projector(office, tmp_path):
            await until(lambda: _stands_by(standing_in))
            seq = await office.write("anna", sat_in())
            assert await standing_in.wait_for([f"{STREAM}:{seq}"], 20)
            assert await _stands_by(standing_in)
            assert standing_in.trouble is None
    await expect_exactly_once(office, 3)


async def test_a_stand_in_is_patient(office: Office) -> None:
    async with runner_of(office.cell, projection(), stands_in=True) as standing_in, running(standing_in):
        await asyncio.wait_for(standing_in.ready.wait(), 10)
        started = time.monotonic()
        async with runner_of(office.cell, projection()) as runner, running(runner):
            await until(lambda: _leads(runner))
            assert time.monotonic() - started < PATIENCE_SECONDS
            assert not standing_in.leading


async def test_the_trouble_of_a_stand_in_is_over_when_somebody_leads(office: Office, tmp_path: Path) -> None:
    async with runner_of(office.cell, projection(), stands_in=True) as standing_in, running(standing_in):
        await until(lambda: _leads(standing_in))
        standing_in.trouble = "something that was tried again"
        async with projector(office, tmp_path):
            await until(lambda: _without_trouble(standing_in))


async def _stands_by(runner: Runner) -> bool:
    return not runner.leading


async def _without_trouble(runner: Runner) -> bool:
    return runner.trouble is None


async def test_two_compete_while_facts_arrive(office: Office, tmp_path: Path) -> None:
    async with (
        projector(office, tmp_path),
        projector(office, tmp_path),
        runner_of(office.cell, projection()) as third,
        running(third),
    ):
        await office.folded(await write_attendances(office))
    await expect_exactly_once(office, FACTS)


async def test_postgresql_ends_every_session_now_and_then(office: Office) -> None:
    async with runner_of(office.cell, projection(), batch_max=40) as runner, running(runner):
        writing = asyncio.create_task(write_attendances(office))
        for step in range(1, 5):
            await office.folded(step * FACTS // 6)
            await end_sessions(office)
        seq = await writing
        await office.folded(seq)
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        assert runner.counters.restarts > 0
        assert runner.halted is None
    await expect_exactly_once(office, FACTS)


async def test_a_log_that_lost_facts_halts_the_runner(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        seq = await office.write("anna", sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    await office.execute(f"UPDATE position SET seq = {seq + 5} WHERE stream = '{STREAM}'")
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await until(lambda: _halted(runner))
        assert "LogShrunk" in str(runner.halted)
        await office.write("anna", paid("2026-10"))
        assert not await runner.wait_for([f"{STREAM}:{seq + 6}"], 0.3)
    assert await office.value("SELECT count(*) FROM dues") == 0


async def _halted(runner: Runner) -> bool:
    return runner.halted is not None
