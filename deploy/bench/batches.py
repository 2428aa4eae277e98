"""`import_batch`: sealed enrolments in atomic batches of 1000, beside the same messages in raw atomic batches.

Ours is the path of a roster whose rows are read and decided on: make every person's keys, store their records, seal
three purposes, chain, serialise, append. The limit publishes as many messages that were made before: key records and
facts of the same sizes, on subjects of the same kind, one for each person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from deploy.bench.figure import Beside, Figure, in_turn
from deploy.bench.ground import DAY, PURPOSES, Ground, enrolled, fresh_ground, new_id
from events.facts.decision import Decision, facts
from events.log.command import Asked, Commands, NoStates
from events.log.envelope import subject_of
from events.log.port import BATCH_WRITES_MAX
from events.log.scribe import Scribe
from services.registry.decide.member import MEMBER
from services.shell.projector import settle

BATCHES = 50
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
        people = [facts(enrolled(number), on=DAY) for number in range(BATCHES * BATCH_WRITES_MAX)]
        settle()
        try:
            ours, raw = await in_turn(ROUNDS, lambda: _ours(commands, people), lambda: _raw(ground))
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


async def _ours(commands: Commands, people: Sequence[Decision]) -> float:
    """People a second."""
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def batch(first: int) -> None:
        async with slots:
            group = {new_id(): decided for decided in people[first : first + BATCH_WRITES_MAX]}
            await commands.act_together(
                Asked("bench", "bench.one"), [(MEMBER, entity) for entity in group], lambda _: group
            )

    start = perf_counter()
    await asyncio.gather(*(batch(number * BATCH_WRITES_MAX) for number in range(BATCHES)))
    return len(people) / (perf_counter() - start)


async def _raw(ground: Ground) -> float:
    """People a second with nothing but nats-py: a batch of key records, then a batch of facts."""
    last = await ground.log.ends("REGISTRY")
    (message,) = [m async for page in ground.log.read_range("REGISTRY", last.last, last.last) for m in page]
    record = bytes(KEY_RECORD_BYTES)
    batches = [[new_id() for _ in range(BATCH_WRITES_MAX)] for _ in range(BATCHES)]
    slots = asyncio.Semaphore(IN_FLIGHT)

    async def person_batch(people: Sequence[str]) -> None:
        async with slots:
            await _batch(ground, [f"$KV.KEYS_REGISTRY.{person}" for person in people], record)
            await _batch(ground, [subject_of("registry", "member", person) for person in people], message.body)

    start = perf_counter()
    await asyncio.gather(*(person_batch(people) for people in batches))
    return BATCHES * BATCH_WRITES_MAX / (perf_counter() - start)


async def _batch(ground: Ground, subjects: Sequence[str], body: bytes) -> None:
    name = new_id()
    for number, subject in enumerate(subjects[:-1], start=1):
        headers = {
            "Nats-Batch-Id": name,
            "Nats-Batch-Sequence": str(number),
            "Nats-Expected-Last-Subject-Sequence": "0",
        }
        await ground.connection.publish(subject, body, headers=headers)
    headers = {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(len(subjects)), "Nats-Batch-Commit": "1"}
    await ground.connection.request(subjects[-1], body, headers=headers, timeout=30)
