"""`import_batch`: sealed enrolments in atomic batches of 1000, beside the same bytes in raw atomic batches.

Ours makes every person's keys, stores their records, seals three purposes, chains and serialises, all inside the
measured time; the limit only publishes bytes that were made before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from time import perf_counter

from deploy.bench.figure import Beside, Figure, in_turn
from deploy.bench.ground import Ground, Pen, enrolled, fresh_ground, new_id
from events.log.port import BATCH_WRITES_MAX

BATCHES = 20
IN_FLIGHT = 4
ROUNDS = 3


async def figures(folder: Path) -> Sequence[Figure]:
    """The figure on fresh servers in this folder."""
    async with fresh_ground(folder) as ground:
        ours, raw = await in_turn(ROUNDS, lambda: _ours(ground), lambda: _raw(ground))
    return [
        Figure(
            name="import_batch",
            value=round(ours, 1),
            unit="facts/s",
            limit=Beside(name="raw atomic batches of 1000, same bytes", value=round(raw, 1)),
            note="a key record is stored for every person besides the fact; the limit stores facts only",
        )
    ]


async def _ours(ground: Ground) -> float:
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def batch(first: int) -> None:
        async with slots:
            pens = [Pen(ground.keys, new_id()) for _ in range(BATCH_WRITES_MAX)]
            await ground.keys.ensure(pen.entity for pen in pens)
            await ground.log.append("REGISTRY", [pen.write(enrolled(first + n)) for n, pen in enumerate(pens)])

    start = perf_counter()
    await asyncio.gather(*(batch(number * BATCH_WRITES_MAX) for number in range(BATCHES)))
    return BATCHES * BATCH_WRITES_MAX / (perf_counter() - start)


_names = count(1)


async def _raw(ground: Ground) -> float:
    """Atomic batches with nothing but nats-py."""
    pen = Pen(ground.keys, new_id())
    await ground.keys.ensure([pen.entity])
    body = pen.write(enrolled(1)).bodies[0][1]
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def batch() -> None:
        async with slots:
            name = f"raw-{next(_names)}"
            for number in range(1, BATCH_WRITES_MAX):
                headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(number)}
                headers["Nats-Expected-Last-Subject-Sequence"] = "0"
                await ground.connection.publish(f"fact.registry.raw.{name}-{number}", body, headers=headers)
            headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(BATCH_WRITES_MAX), "Nats-Batch-Commit": "1"}
            await ground.connection.request(f"fact.registry.raw.{name}-last", body, headers=headers, timeout=30)

    start = perf_counter()
    await asyncio.gather(*(batch() for _ in range(BATCHES)))
    return BATCHES * BATCH_WRITES_MAX / (perf_counter() - start)
