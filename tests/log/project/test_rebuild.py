"""Rebuilding beside the living, checking against the log, trying parked facts again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from events.facts.member import Returned
from events.log.project import Projection, Snapshots
from events.log.project.check import check
from events.log.project.compare import Way
from events.log.project.parked import dismiss, parked_facts
from events.log.project.rebuild import rebuild
from events.log.project.retry import Outcome, retry
from events.log.project.scope import scoped
from events.log.project.shadow import Busy, Shadow, beside_the_living
from events.log.project.store import load_snapshot
from events.log.states import PostgresStates, whole_box
from tests.log.project.office import (
    STREAM,
    Kept,
    Office,
    away,
    dues,
    ledger,
    now,
    paid,
    projection,
    runner_of,
    running,
    sat_in,
    until,
)

FACTS = 600


async def write_some(office: Office, facts: int = FACTS) -> int:
    return (await office.write_many([(f"m{number % 50}", sat_in()) for number in range(facts)]))[-1]


async def test_readers_and_writers_never_notice_a_rebuild(office: Office) -> None:
    seq = await write_some(office)
    async with runner_of(office.cell, projection()) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        reading = asyncio.create_task(_read_in_a_loop(office))
        writing = asyncio.create_task(_write_in_a_loop(office))
        told: list[tuple[int, int]] = []
        for _ in range(3):
            report = await rebuild(
                projection(), office.log, office.database, office.keys, now, progress=lambda *at: told.append(at)
            )
            assert report.clean
            assert {table.name for table in report.tables} == {"ledger", "dues", "snapshot"}
        writing.cancel()
        reading.cancel()
        smallest, reads = await reading
        await asyncio.gather(writing, return_exceptions=True)
        assert smallest == 50, "the table was never empty, never half"
        assert reads > 10
        assert told[-1][0] == told[-1][1] == report.facts
        seq = await office.write("m1", sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert await office.value("SELECT sum(seen) FROM ledger") == seq
    assert (await check(projection(), office.log, office.database, office.keys)).clean


async def test_stopped_while_it_opens_its_sessions_it_leaves_none_open(office: Office) -> None:
    opened: list[asyncpg.Connection[Any]] = []

    async def the_second_is_not_answered() -> asyncpg.Connection[Any]:
        if opened:
            await asyncio.Event().wait()
        opened.append(await office.database.owner())
        return opened[0]

    database = replace(office.database, owner=the_second_is_not_answered)
    work = asyncio.create_task(rebuild(projection(), office.log, database, office.keys, now))

    async def one_is_open() -> bool:
        return bool(opened)

    await until(one_is_open)
    await asyncio.sleep(0)  # it waits for the second now
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert opened[0].is_closed()


async def _read_in_a_loop(office: Office) -> tuple[int, int]:
    """The fewest rows a reader ever saw, and how often it looked."""
    reader = await office.database.app()
    smallest, reads = 10**9, 0
    try:
        while True:
            async with scoped(reader, ""):
                smallest = min(smallest, await reader.fetchval("SELECT count(*) FROM ledger"))
                assert await reader.fetchval("SELECT count(*) FROM snapshot") == 50
            reads += 1
    except asyncio.CancelledError:
        return smallest, reads
    finally:
        reader.terminate()


async def _write_in_a_loop(office: Office) -> None:
    while True:
        await asyncio.shield(office.write("m7", sat_in()))


async def test_a_new_version_is_built_at_the_start_while_the_old_one_serves(office: Office) -> None:
    seq = await write_some(office)
    async with runner_of(office.cell, projection()) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    newer = projection(ledger(version=2, extra_column=True), dues())
    async with runner_of(office.cell, newer) as runner, running(runner):
        await until(lambda: _built(office, "ledger", 2))
        assert await office.value("SELECT count(*) FROM ledger WHERE months IS NULL") == 50
        seq = await office.write("m1", sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert await office.value("SELECT sum(seen) FROM ledger") == FACTS + 1
    async with runner_of(office.cell, projection()) as older, running(older):
        await until(lambda: _in_trouble(older.__dict__))
        assert "newer version" in str(older.trouble), "older code must not fold into newer tables"
    assert await office.value("SELECT version FROM built WHERE name = 'ledger'") == 2


async def _built(office: Office, name: str, version: int) -> bool:
    return bool(await office.value("SELECT version FROM built WHERE name = $1", name) == version)


async def _in_trouble(runner: dict[str, object]) -> bool:
    return runner["trouble"] is not None


async def test_a_view_that_is_new_is_filled_with_all_that_happened(office: Office) -> None:
    await office.execute("DROP TABLE dues; DELETE FROM built WHERE name = 'dues'")
    async with runner_of(office.cell, projection(ledger())) as runner, running(runner):
        seq = await office.write("anna", sat_in(), paid("2026-10"))
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await until(lambda: _built(office, "dues", 1))
        assert await office.value("SELECT count(*) FROM dues") == 1


async def test_snapshots_of_another_version_are_not_decided_from(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        seq = await office.write("anna", sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    shape = await office.value("SELECT shape FROM built WHERE name = 'snapshot'")
    async with asyncpg.create_pool(office.cell.postgres["registry_app"], min_size=1, **whole_box()) as pool:
        known = await PostgresStates(pool, "registry", shape).load(["anna"], "")
        assert (known.position, known.snapshots["anna"].seq) == (seq, seq)
        known = await PostgresStates(pool, "registry", "another").load(["anna"], "")
        assert (known.position, known.snapshots) == (0, {})
    async with runner_of(office.cell, projection(snapshot_version=2)) as runner, running(runner):
        await until(lambda: _built(office, "snapshot", 2))


async def test_check_names_what_was_edited_by_hand(office: Office) -> None:
    seq = await write_some(office)
    async with runner_of(office.cell, projection()) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert (await check(projection(), office.log, office.database, office.keys)).clean
    await office.execute("UPDATE ledger SET seen = 99 WHERE member_id = 'm3'")
    await office.execute("DELETE FROM ledger WHERE member_id = 'm4'")
    await office.execute("INSERT INTO dues VALUES ('ghost', '2026-10', 'demo', 'r', 1, 1)")
    await office.execute("""UPDATE snapshot SET state = '{"facts": 0, "last": ""}' WHERE entity = 'm5'""")
    await office.execute("DELETE FROM fact WHERE seq = 7")
    await office.execute("UPDATE fact SET body = 'forged' WHERE seq = 8")
    await office.execute("UPDATE fact SET community = 'demo.elsewhere' WHERE seq = 9")

    report = await check(projection(), office.log, office.database, office.keys)
    assert not report.clean
    found = {(table.name, one.key, one.way, one.columns) for table in report.tables for one in table.differences}
    assert found == {
        ("ledger", "m3", Way.DIFFERENT, ("seen",)),
        ("ledger", "m4", Way.MISSING, ()),
        ("dues", "ghost/2026-10", Way.EXTRA, ()),
        ("snapshot", "m5", Way.DIFFERENT, ("state",)),
    }
    assert report.copy.missing == [7]
    assert [seq for seq, _ in report.copy.different] == [8, 9]

    await rebuild(projection(), office.log, office.database, office.keys, now)
    report = await check(projection(), office.log, office.database, office.keys)
    assert not any(table.differing for table in report.tables)
    assert report.copy.missing == []
    assert [seq for seq, _ in report.copy.different] == [8], "an envelope that differs needs a person"
    assert await office.value("SELECT count(*) FROM pg_namespace WHERE nspname IN ('next', 'checking')") == 0


async def test_only_one_rebuild_or_check_at_a_time(office: Office) -> None:
    one = Shadow(projection(), office.log, office.keys, "next", ["dues"], lambda *_: None)
    async with beside_the_living(one, office.database, restore=False):
        with pytest.raises(Busy):
            await check(projection(), office.log, office.database, office.keys)
    with pytest.raises(ValueError, match="has no view ledgers; it has ledger, dues, snapshot"):
        await rebuild(projection(), office.log, office.database, office.keys, now, names=["ledgers"])


async def test_a_mended_view_takes_in_what_was_parked(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        seq = await office.write("anna", sat_in(), sat_in("spoils the ledger"), sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert (await check(projection(), office.log, office.database, office.keys)).clean, "the same code parks the same"
    mended = projection(ledger(mended=True), dues())
    retried = await retry(mended, office.log, office.database, office.keys, STREAM, 2)
    assert (retried.outcome, retried.missing) == (Outcome.REBUILD, ("ledger",))
    await rebuild(mended, office.log, office.database, office.keys, now, names=["ledger"])
    assert await office.value("SELECT seen FROM ledger") == 3
    assert await office.value("SELECT count(*) FROM parked") == 0


async def test_trying_a_parked_fact_again(office: Office) -> None:
    mended = projection(ledger(mended=True), dues())
    async with runner_of(office.cell, projection()) as runner, running(runner):
        seq = await office.write("anna", sat_in(), sat_in("spoils the ledger"))
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        again = await retry(projection(), office.log, office.database, office.keys, STREAM, seq)
        assert (again.outcome, again.missing) == (Outcome.STILL_PARKED, ("ledger",))
        again = await retry(mended, office.log, office.database, office.keys, STREAM, seq)
        assert again.outcome is Outcome.FOLDED
        assert await office.value("SELECT seen FROM ledger") == 2
        again = await retry(mended, office.log, office.database, office.keys, STREAM, seq)
        assert again.outcome is Outcome.GONE
        seq = await office.write("anna", sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20), "the live runner goes on from the changed rows"
    assert await office.value("SELECT seen FROM ledger") == 3


async def test_a_snapshot_is_mended_from_the_entitys_whole_history(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        seq = await office.write("anna", sat_in(), Returned(report="spoils the state"), away())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        async with scoped(office.owner, ""):
            assert await dismiss(office.owner, STREAM, 2, "operator", "looking into it")
    kept = Snapshots("member", Kept, Kept(), lambda state, fact, _: Kept(facts=state.facts + 1, last=fact.NAME))
    mended = Projection("registry", (STREAM, "CARE"), (ledger(), dues()), (kept,))
    assert (await retry(mended, office.log, office.database, office.keys, STREAM, 2)).outcome is Outcome.FOLDED
    async with scoped(office.owner, ""):
        snapshot = await load_snapshot(office.owner, "anna")
        assert snapshot is not None
        assert snapshot[:2] == ('{"last": "hearth.member.moved_away", "facts": 3}', seq)
        assert await parked_facts(office.owner, dismissed=True) == []
