"""A large batch is written by a child process: the same envelopes, under keys that are stored before."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest

from events.facts.branch import BranchContact, ContactSet, Formed
from events.facts.decision import Decider, Happened, facts
from events.log.command import Asked, Commands, NoStates, Receipt
from events.log.envelope import digest, open_fact, parse
from events.log.memory import MemoryLog
from events.log.port import LogError
from events.log.scribe import FACTS_MIN, Scribe
from events.log.seal import KeyRing, MemoryKeyStore
from tests.log.test_command import BRANCH, Branch

DAY = date(2026, 11, 21)
KEKS = {"identity": b"i" * 32, "contact": b"c" * 32}
ENTITIES = [f"b{number}" for number in range(FACTS_MIN)]
TARGETS: list[tuple[Decider[Branch], str]] = [(BRANCH, entity) for entity in ENTITIES]


@pytest.fixture
async def scribe() -> AsyncIterator[Scribe]:
    scribe = Scribe("registry", KEKS)  # type: ignore[arg-type]  # two of the four purposes
    yield scribe
    await scribe.close()


def desk(log: MemoryLog, scribe: Scribe | None, store: MemoryKeyStore) -> Commands:
    ids = count(1)
    keys = KeyRing("registry", KEKS, store)  # type: ignore[arg-type]  # the same
    return Commands(
        "registry",
        "demo",
        log,
        keys,
        NoStates(),
        lambda: datetime(2026, 11, 21, tzinfo=UTC),
        lambda: f"f{next(ids)}",
        scribe,
    )


async def everybody(commands: Commands) -> Receipt:
    contact = BranchContact(name="王", phone="139")
    both = facts(Formed(name="第一党支部"), ContactSet(contact=contact), on=DAY)
    plan: dict[str, Happened] = dict.fromkeys(ENTITIES, both)
    return await commands.act_together(Asked("s", "demo"), TARGETS, lambda _: plan)


async def test_what_the_scribe_writes_is_opened_and_chained_like_anything_else(scribe: Scribe) -> None:
    log, store = MemoryLog(), MemoryKeyStore()
    receipt = await everybody(desk(log, scribe, store))
    stored = await log.read_entity("REGISTRY", "fact.registry.branch.b7", 0)
    keys = KeyRing("registry", KEKS, store)  # type: ignore[arg-type]  # the same
    await keys.prefetch([("registry", "b7")])
    first, second = (open_fact(parse(message), keys.open) for message in stored)
    assert second.fact == ContactSet(contact=BranchContact(name="王", phone="139"))
    assert (first.about.previous, second.about.previous) == ("", digest(stored[0].body))
    assert b"139" not in stored[1].body
    assert [one.about for one in receipt.facts if one.about.entity == "b7"] == [first.about, second.about]
    assert set(store.records) == {("registry", entity) for entity in ENTITIES}


async def test_keys_that_exist_are_used(scribe: Scribe) -> None:
    log, store = MemoryLog(), MemoryKeyStore()
    await everybody(desk(MemoryLog(), None, store))
    before = dict(store.records)
    await everybody(desk(log, scribe, store))
    assert store.records == before


async def test_a_scribe_that_dies_costs_nothing(scribe: Scribe) -> None:
    log, store = MemoryLog(), MemoryKeyStore()
    commands = desk(log, scribe, store)
    await everybody(desk(MemoryLog(), scribe, MemoryKeyStore()))
    assert scribe.pid is not None
    os.kill(scribe.pid, signal.SIGKILL)
    await everybody(commands)
    assert (await log.ends("REGISTRY")).last == 2 * len(ENTITIES)
    assert commands.scribe_losses == 1


class Faster(MemoryKeyStore):
    """Somebody else makes everybody's keys while the scribe makes its own."""

    def __init__(self, others: MemoryKeyStore) -> None:
        super().__init__()
        self._others = others

    async def create(self, service: str, records: Mapping[str, bytes]) -> Mapping[str, bytes]:
        self.records |= self._others.records
        return await super().create(service, records)


async def test_somebody_elses_keys_win(scribe: Scribe) -> None:
    others = MemoryKeyStore()
    await everybody(desk(MemoryLog(), None, others))
    log, store = MemoryLog(), Faster(others)
    await everybody(desk(log, scribe, store))
    assert store.records == others.records
    keys = KeyRing("registry", KEKS, others)  # type: ignore[arg-type]  # two of the four purposes
    await keys.prefetch([("registry", "b3")])
    (_, last) = await log.read_entity("REGISTRY", "fact.registry.branch.b3", 0)
    assert open_fact(parse(last), keys.open).fact == ContactSet(contact=BranchContact(name="王", phone="139"))


async def test_nothing_is_written_for_the_erased(scribe: Scribe) -> None:
    log, store = MemoryLog(), MemoryKeyStore()
    store.records[("registry", "b1")] = b""
    with pytest.raises(LogError, match="destroyed"):
        await everybody(desk(log, scribe, store))
    assert (await log.ends("REGISTRY")).last == 0


async def test_the_scribe_ends_with_its_parent(tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import asyncio, os, signal\n"
        "from datetime import UTC, datetime\n"
        "from events.log.envelope import Heading\n"
        "from events.log.scribe import Chain, Scribe\n"
        "HEADING = Heading('', datetime.now(UTC), '', '', '', '', '', '')\n"
        "async def main():\n"
        "    scribe = Scribe('registry', {'identity': b'i' * 32})\n"
        "    await scribe.write(HEADING, [Chain('p', '', [])], {})\n"
        "    print(scribe.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, str(parent), stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    child = int(await process.stdout.readline())
    await process.wait()
    deadline = time.monotonic() + 10
    while _lives(child):
        assert time.monotonic() < deadline, "the scribe outlived its parent"
        await asyncio.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
