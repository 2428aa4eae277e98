"""`append_1`, `append_64`: guarded durable appends of sealed facts, beside nats-py alone and beside `eventsourcing`.

The limit is nats-py publishing bytes of the same size with the same guard; the peer stores single events in the same
PostgreSQL. Ours seals, chains and serialises every fact inside the measured time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter

from deploy.bench import peers
from deploy.bench.figure import Beside, Figure, in_turn
from deploy.bench.ground import Ground, Pen, changed, fresh_ground, new_id

APPENDS = {1: 400, 64: 6400}
ROUNDS = 3


async def figures(folder: Path) -> Sequence[Figure]:
    """Both figures on fresh servers in this folder."""
    found = []
    async with fresh_ground(folder) as ground:
        saves = peers.Saves(ground.addresses)
        for writers, appends in APPENDS.items():
            ours, raw, peer = await in_turn(
                ROUNDS,
                partial(_ours, ground, writers, appends),
                partial(_raw, ground, writers, appends),
                partial(saves.single, writers, appends // 8),
            )
            found.append(
                Figure(
                    name=f"append_{writers}",
                    value=round(ours, 1),
                    unit="facts/s",
                    limit=Beside(name="nats-py guarded publish, same bytes", value=round(raw, 1)),
                    peer=Beside(name="eventsourcing, single events, same PostgreSQL", value=round(peer, 1)),
                )
            )
        saves.close()
    return found


async def _ours(ground: Ground, writers: int, appends: int) -> float:
    """Facts a second of so many writers, each with one member after the other."""
    share = appends // writers
    pens = [[Pen(ground.keys, new_id()) for _ in range(share)] for _ in range(writers)]
    await ground.keys.ensure(pen.entity for own in pens for pen in own)

    async def writer(own: Sequence[Pen], first: int) -> None:
        for number, pen in enumerate(own, first):
            await ground.log.append("REGISTRY", [pen.write(changed(number))])

    start = perf_counter()
    await asyncio.gather(*(writer(own, index * share) for index, own in enumerate(pens)))
    return appends / (perf_counter() - start)


_subjects = count(1)


async def _raw(ground: Ground, writers: int, appends: int) -> float:
    """What nats-py does by itself: publish with the same guard and a message id, wait for the ack."""
    share = appends // writers
    pen = Pen(ground.keys, new_id())
    await ground.keys.ensure([pen.entity])
    body = pen.write(changed(0)).bodies[0][1]
    jetstream = ground.connection.jetstream()

    async def writer() -> None:
        for _ in range(share):
            subject = f"fact.registry.raw.{next(_subjects)}"
            headers = {"Nats-Msg-Id": new_id(), "Nats-Expected-Last-Subject-Sequence": "0"}
            await jetstream.publish(subject, body, headers=headers)

    start = perf_counter()
    await asyncio.gather(*(writer() for _ in range(writers)))
    return appends / (perf_counter() - start)
