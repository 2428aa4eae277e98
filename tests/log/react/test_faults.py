"""Bad days: things are deleted, closed and killed, and every fact is still answered once and in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from events.log.jetstream.rpc import ApiError
from services.shell.reacting import PostgresParking, Reactor, ReactorHealth, parking
from tests.log.react.planning import causes, commands, plan_visit
from tests.log.react.stage import CONSUMER, STREAM, Hand, Stage, until
from tests.log.react.test_reactor import HERE, done, settled, well

ROOT = Path(__file__).parents[3]


async def test_a_deleted_consumer_is_made_again_and_goes_on_from_where_it_was(stage: Stage) -> None:
    hand = Hand()
    await stage.append(("a", HERE), ("b", HERE))
    async with stage.reactor(hand) as reactor:
        await until(lambda: len(hand.seen) == 2)
        await until(lambda: well(reactor))
        await stage.care.requests.api(f"CONSUMER.DELETE.{STREAM}.{CONSUMER}")
        await stage.append(("c", HERE))
        await until(lambda: len(hand.seen) == 3, 5)
        assert sorted(hand.seen) == [("a", 1), ("b", 2), ("c", 3)]
        await until(lambda: settled(stage, 3))
        assert (await stage.consumer())["config"]["opt_start_seq"] == 3
        await until(lambda: well(reactor))


async def test_a_consumer_deleted_while_nobody_listens(stage: Stage) -> None:
    hand = Hand()
    await stage.append(("a", HERE))
    async with stage.reactor(hand):
        await until(lambda: hand.seen)
    await stage.care.requests.api(f"CONSUMER.DELETE.{STREAM}.{CONSUMER}")
    with pytest.raises(ApiError):
        await stage.consumer()
    await stage.append(("b", HERE))
    async with stage.reactor(hand):
        await until(lambda: len(hand.seen) == 2)
    assert hand.seen == [("a", 1), ("b", 2)]


async def test_a_connection_closed_for_good_does_not_freeze_the_loop(stage: Stage) -> None:
    hand = Hand()
    async with stage.reactor(hand) as reactor:
        await until(lambda: well(reactor))
        client = await stage.brokers[-1].connect()
        await client.close()
        await stage.append(("a", HERE))
        await until(lambda: hand.seen)
        await until(lambda: well(reactor))
        assert len(stage.brokers) == 2


async def test_a_lost_database_session_costs_nothing(stage: Stage) -> None:
    hand = Hand()
    await stage.append_together([f"p{number}" for number in range(2000)], HERE)
    async with stage.reactor(hand) as reactor:
        await until(lambda: len(hand.seen) > 200)
        await stage.end_sessions()
        await until(lambda: done(reactor, 2000))
    # A wave that was done but not noted is done again; its effects bear the names they had.
    assert {entity for entity, _ in hand.seen} == {f"p{number}" for number in range(2000)}


async def test_a_killed_nats_server_comes_back_and_nothing_is_lost(stage: Stage) -> None:
    people = [f"p{number}" for number in range(300)]
    await stage.append_together(people, HERE, times=3)
    async with stage.reactor(commands(stage.care), [plan_visit]) as reactor:
        await until(lambda: _planned(stage, 100))
        _kill_server(stage)
        await until(lambda: done(reactor, 900), 60)
        await _each_once_and_in_order(stage, 900)
        await stage.append(("p0", HERE))
        await until(lambda: _planned(stage, 901))


async def test_a_killed_process_is_followed_by_another_and_all_happens_once(stage: Stage, tmp_path: Path) -> None:
    people = [f"p{number}" for number in range(300)]
    await stage.append_together(people, HERE, times=3)
    for planned in (50, 300):
        enough = partial(_planned, stage, planned)
        process = await _other(stage, tmp_path)
        await until(enough)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with stage.reactor(commands(stage.care), [plan_visit]) as reactor:
        await until(lambda: done(reactor, 900))
    await _each_once_and_in_order(stage, 900)


async def test_a_stopped_process_is_overtaken_and_does_no_harm_when_it_goes_on(stage: Stage, tmp_path: Path) -> None:
    people = [f"p{number}" for number in range(300)]
    await stage.append_together(people, HERE, times=3)
    process = await _other(stage, tmp_path)
    await until(lambda: _planned(stage, 50))
    process.send_signal(signal.SIGSTOP)
    store = PostgresParking(stage.pool, stalled_seconds=1.0)
    async with stage.reactor(commands(stage.care), [plan_visit], store=store) as reactor:
        await until(lambda: done(reactor, 900))
        process.send_signal(signal.SIGCONT)
        await stage.append(("p0", HERE))
        await until(lambda: done(reactor, 901))
    await stage.append(("p1", HERE))
    await until(lambda: _planned(stage, 902))
    process.kill()
    await process.wait()
    await _each_once_and_in_order(stage, 902)


async def test_a_log_that_lost_facts_halts_the_reactions(stage: Stage) -> None:
    await stage.append(("a", HERE))
    await stage.store.hold()
    await stage.store.save(STREAM, None, 7, [], [])
    await stage.store.release()
    hand = Hand()
    async with stage.reactor(hand) as reactor:
        health = await until(lambda: _halted(reactor))
    assert not health.ok
    assert "REGISTRY ends at 1, but 7 was reacted to before" in health.halted
    assert hand.seen == []


async def test_two_that_believe_they_lead_do_not_both_move_the_position(stage: Stage) -> None:
    await stage.store.hold()
    await stage.store.save(STREAM, None, 5, [], [])
    for old in (None, 4):
        with pytest.raises(parking.Overtaken):
            await stage.store.save(STREAM, old, 6, [], [])
    await stage.store.release()
    with pytest.raises(parking.Overtaken):
        await stage.store.save(STREAM, 5, 6, [], [])


async def _other(stage: Stage, folder: Path) -> asyncio.subprocess.Process:
    """A process of care of its own that plans visits."""
    box = folder / "box.json"
    box.write_text(stage.cell.model_dump_json())
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.log.react.planning", str(box), cwd=ROOT)


async def _halted(reactor: Reactor[Any]) -> ReactorHealth | None:
    health = await reactor.health()
    return health if health.halted else None


async def _planned(stage: Stage, count: int) -> bool:
    return (await stage.care.ends("CARE")).last >= count


async def _each_once_and_in_order(stage: Stage, count: int) -> None:
    planned = await causes(stage)
    assert len(planned) == count
    assert set(Counter(planned).values()) == {1}
    for person in {person for person, _ in planned}:
        because = [cause for one, cause in planned if one == person]
        assert because == sorted(because)


def _kill_server(stage: Stage) -> None:
    """Kill -9 the cell's NATS server; its keeper starts it again."""
    home = str(stage.cell.data.parent)
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # a process that ended while we looked
            words = command.read_text("utf-8", "replace").split("\0")
            if words[0].endswith("nats-server") and any(word.startswith(home) for word in words):
                os.kill(int(command.parent.name), signal.SIGKILL)
                return
    raise AssertionError(f"no nats-server runs for {home}")
