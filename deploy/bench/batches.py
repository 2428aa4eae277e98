"""`import_batch`: sealed enrolments in atomic batches of 1000, beside the same messages in raw atomic batches.

Ours is the path of a roster: decide, make every person's keys, store their records, seal three purposes, chain,
serialise, append. The limit publishes as many messages of the same sizes, key records and facts, that were made before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter

from deploy.bench.figure import Beside, Figure, in_turn
from deploy.bench.ground import DAY, PURPOSES, Ground, enrolled, fresh_ground, new_id
from events.facts.decision import facts
from events.log.command import Asked, Commands, NoStates
from events.log.port import BATCH_WRITES_MAX
from events.log.scribe import Scribe
from services.registry.decide.member import MEMBER

BATCHES = 20
IN_FLIGHT = 4
ROUNDS = 3
KEY_RECORD_BYTES = 183
"""Three wrapped keys, as `events/log/seal.py` lays them out."""


async def figures(folder: Path) -> Sequence[Figure]:
    """The figure on fresh servers in this folder."""
    async with fresh_ground(folder) as ground:
        keks = {purpose: ground.addresses.kek(purpose).read_bytes() for purpose in PURPOSES}
        commands = Commands(
            "registry",
            "bench",
            ground.log,
            ground.keys,
            NoStates(),
            lambda: datetime.now(UTC),
            new_id,
            Scribe("registry", keks),
        )
        try:
            ours, raw = await in_turn(ROUNDS, lambda: _ours(commands), lambda: _raw(ground))
        finally:
            await commands.close()
    return [
        Figure(
            name="import_batch",
            value=round(ours, 1),
            unit="facts/s",
            limit=Beside(name="raw atomic batches of the same messages, key records and facts", value=round(raw, 1)),
            note="every new person costs two messages: a key record, then the fact",
        )
    ]


async def _ours(commands: Commands) -> float:
    """People a second."""
    people = [enrolled(number) for number in range(BATCHES * BATCH_WRITES_MAX)]
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def batch(first: int) -> None:
        async with slots:
            group = {new_id(): facts(people[first + n], on=DAY) for n in range(BATCH_WRITES_MAX)}
            await commands.act_together(
                Asked("bench", "bench.one"), [(MEMBER, entity) for entity in group], lambda _: group
            )

    start = perf_counter()
    await asyncio.gather(*(batch(number * BATCH_WRITES_MAX) for number in range(BATCHES)))
    return len(people) / (perf_counter() - start)


_names = count(1)


async def _raw(ground: Ground) -> float:
    """People a second with nothing but nats-py: a batch of key records, then a batch of facts."""
    last = await ground.log.ends("REGISTRY")
    (message,) = [m async for page in ground.log.read_range("REGISTRY", last.last, last.last) for m in page]
    record = bytes(KEY_RECORD_BYTES)
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def person_batch() -> None:
        async with slots:
            await _batch(ground, "$KV.KEYS_REGISTRY", record)
            await _batch(ground, "fact.registry.raw", message.body)

    start = perf_counter()
    await asyncio.gather(*(person_batch() for _ in range(BATCHES)))
    return BATCHES * BATCH_WRITES_MAX / (perf_counter() - start)


async def _batch(ground: Ground, subject: str, body: bytes) -> None:
    name = f"raw-{next(_names)}"
    for number in range(1, BATCH_WRITES_MAX):
        headers = {
            "Nats-Batch-Id": name,
            "Nats-Batch-Sequence": str(number),
            "Nats-Expected-Last-Subject-Sequence": "0",
        }
        await ground.connection.publish(f"{subject}.{name}-{number}", body, headers=headers)
    headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(BATCH_WRITES_MAX), "Nats-Batch-Commit": "1"}
    await ground.connection.request(f"{subject}.{name}-last", body, headers=headers, timeout=30)
