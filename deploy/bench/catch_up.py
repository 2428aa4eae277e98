"""`catch_up`: the registry's projector reads its whole log into current rows and history, beside a peer's projector.

Exactly once: rows, the second copy of every envelope and the position are committed together, and in the second figure
the snapshots too, which decisions are made from. Sealed fields are opened. The peer (`eventsourcing`, its projection
runner) keeps one current row and its position. The limit is reading the same facts without folding them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

import asyncpg

from deploy.bench import peers
from deploy.bench.figure import Beside, Figure
from deploy.bench.ground import Ground, Pen, changed, enrolled, fresh_ground, new_id
from events.log.port import BATCH_WRITES_MAX
from events.log.project import Projection
from events.log.project.rebuild import rebuild
from events.log.project.runner import Runner
from events.log.project.session import Database
from services.registry.wire import PROJECTION
from services.shell.projector import settle

PEOPLE = 20_000
CHANGES = 40_000
PEER_EVENTS = 4_000


async def figures(folder: Path) -> Sequence[Figure]:
    """The figure on fresh servers in this folder."""
    async with fresh_ground(folder) as ground:
        total = await written(ground, PEOPLE, CHANGES)
        settle()
        before = await peers.projection_rate(ground.addresses, PEER_EVENTS)
        rows = await _caught_up(ground, replace(PROJECTION, snapshots=()), total)
        await _forget(ground)
        after = await peers.projection_rate(ground.addresses, PEER_EVENTS)
        everything = await _caught_up(ground, PROJECTION, total)
        rebuilt = await _rebuilding(ground, total)
        limit = await _reading(ground, total)
        peer = (before + after) / 2  # the machine's own rate drifts within a minute, by as much as a third
    reading = Beside(name="reading the same facts without folding them", value=round(limit, 1))
    theirs = Beside(name="eventsourcing projection runner, one current row", value=round(peer, 1))
    return [
        Figure(
            name=name,
            value=round(value, 1),
            unit="facts/s",
            peer=theirs,
            limit=reading,
            note=f"{note}; {PEOPLE} people, more than the rows that are kept in memory",
        )
        for name, value, note in (
            ("catch_up", rows, "current rows and history"),
            ("catch_up_snapshots", everything, "current rows, history and snapshots"),
        )
    ] + [
        Figure(
            name="rebuild", value=round(rebuilt, 1), unit="facts/s", limit=reading, note="beside the living, compared"
        ),
    ]


async def written(ground: Ground, people: int, changes: int) -> int:
    """Write a log of so many enrolments and later changes; the last sequence."""
    last = 0
    pens = [Pen(ground.keys, new_id()) for _ in range(people)]
    for start in range(0, people, BATCH_WRITES_MAX):
        group = pens[start : start + BATCH_WRITES_MAX]
        await ground.keys.ensure(pen.entity for pen in group)
        sequences = await ground.log.append("REGISTRY", [pen.write(enrolled(start + n)) for n, pen in enumerate(group)])
        for pen, sequence in zip(group, sequences, strict=True):
            pen.seq = sequence
        last = sequences[-1]
    for start in range(0, changes, BATCH_WRITES_MAX):
        group = [pens[(start + n) % people] for n in range(BATCH_WRITES_MAX)]
        await ground.keys.prefetch(("registry", pen.entity) for pen in group)
        sequences = await ground.log.append("REGISTRY", [pen.write(changed(start + n)) for n, pen in enumerate(group)])
        for pen, sequence in zip(group, sequences, strict=True):
            pen.seq = sequence
        last = sequences[-1]
    return last


async def _caught_up(ground: Ground, projection: Projection, total: int) -> float:
    """Facts a second of a projector that starts on empty tables, its start and every index that it leaves for last
    included.
    """
    runner = Runner(projection, ground.log, _database(ground), ground.keys, lambda: datetime.now(UTC))
    start = perf_counter()
    task = asyncio.create_task(runner.run())
    try:
        assert await runner.wait_for([f"REGISTRY:{total}"], timeout_seconds=600)
        await runner.indexed.wait()
        return total / (perf_counter() - start)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _forget(ground: Ground) -> None:
    """Nothing was ever folded."""
    owner = await _database(ground).owner()
    for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        await owner.execute(f'DROP TABLE IF EXISTS "{row["tablename"]}" CASCADE')
    await owner.close()


def _database(ground: Ground) -> Database:
    return Database(
        app=partial(asyncpg.connect, ground.addresses.postgres["registry_app"]),
        owner=partial(asyncpg.connect, ground.addresses.postgres["registry_owner"]),
    )


async def _rebuilding(ground: Ground, total: int) -> float:
    """Every view and snapshot built anew beside the living ones, compared row by row, and switched."""
    start = perf_counter()
    report = await rebuild(PROJECTION, ground.log, _database(ground), ground.keys, lambda: datetime.now(UTC))
    assert report.clean, report
    return total / (perf_counter() - start)


async def _reading(ground: Ground, total: int) -> float:
    start = perf_counter()
    async for _ in ground.log.read_range("REGISTRY", 1, total):
        pass
    return total / (perf_counter() - start)
