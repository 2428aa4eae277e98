"""`visible`: from before the durable append of a registry fact until care has committed what it made of it.

At 200 facts a second, between processes: this one appends, the box folds. The end is PostgreSQL's own notice, which
the projector sends in the transaction that makes the rows visible. The limit is a durable append alone, as it is
acknowledged, in the same run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg

from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.ground import Ground, Pen, changed, enrolled, joined, new_id
from deploy.bench.running import running
from events.log.project.session import CHANNEL

FACTS_PER_SECOND = 200
FACTS = 3000
WARM_UP = 400


async def figures(folder: Path) -> Sequence[Figure]:
    """Both percentiles on a fresh box in this folder."""
    async with running(folder) as box, joined(box.addresses) as ground:
        visible, acknowledged = await _measure(ground)
    return [
        Figure(
            name=f"visible_p{percent}",
            value=round(percentile(visible, percent), 2),
            unit="ms",
            limit=Beside(name="durable append, acknowledged", value=round(percentile(acknowledged, percent), 2)),
        )
        for percent in (50, 99)
    ]


async def _measure(ground: Ground) -> tuple[list[float], list[float]]:
    """Milliseconds until visible in care, and until acknowledged, of every fact after the warm-up."""
    pens = [Pen(ground.keys, new_id()) for _ in range(FACTS // 2)]
    await ground.keys.ensure(pen.entity for pen in pens)
    listener = await asyncpg.connect(ground.addresses.postgres["care_app"])
    begun: dict[int, float] = {}
    visible: list[float] = []
    acknowledged: list[float] = []
    reached = 0
    all_seen = asyncio.Event()

    def committed(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
        nonlocal reached
        stream, _, seq = str(payload).partition(":")
        if stream != "REGISTRY":
            return
        now = perf_counter()
        seen = [one for one in range(reached + 1, int(seq) + 1) if one in begun]
        visible.extend((now - begun.pop(one)) * 1000 for one in seen)
        reached = max(reached, int(seq))
        if len(visible) >= FACTS - 1:
            all_seen.set()

    await listener.add_listener(CHANNEL, committed)

    async def append(number: int) -> None:
        pen = pens[number % len(pens)]
        write = pen.write(enrolled(number) if number < len(pens) else changed(number))
        start = perf_counter()
        (seq,) = await ground.log.append("REGISTRY", [write])
        pen.seq = seq
        acknowledged.append((perf_counter() - start) * 1000)
        if seq <= reached:  # care was faster than the acknowledgement
            visible.append(acknowledged[-1])
        else:
            begun[seq] = start

    try:
        await _paced(append)
        async with asyncio.timeout(30):
            await all_seen.wait()
    finally:
        await listener.close()
    return visible[WARM_UP:], acknowledged[WARM_UP:]


async def _paced(append: Any) -> None:
    """Start one append every 5 ms, whether or not the one before has ended."""
    started = perf_counter()
    tasks = []
    for number in range(FACTS):
        wait = started + number / FACTS_PER_SECOND - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(append(number)))
    await asyncio.gather(*tasks)
