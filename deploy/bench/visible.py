"""`visible`: from before the durable append of a fact until care has committed what it made of it.

At 200 facts a second of what a day brings (`day`), to a box that has settled: between processes, this one appends and
the box folds, three services each, and reacts. The end is PostgreSQL's own notice, which the projector sends in the
transaction that makes the rows visible. What the reactions write in answer is folded meanwhile and not counted. The
limit is the durable append alone, as it is acknowledged, in the same run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg

from deploy.bench.day import DEEDS_PER_ILLNESS, Day, Deed
from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.ground import DAY, Ground, joined
from deploy.bench.running import Running, running
from events.log.project.session import CHANNEL

FACTS_PER_SECOND = 200
FACTS = 3000
WARM_UP = 400
PEOPLE = 600


async def figures(folder: Path) -> Sequence[Figure]:
    """Both percentiles on a fresh box in this folder."""
    async with running(folder) as box:
        seen, answers, late = await measured(box)
    return [
        Figure(
            name=f"visible_p{percent}",
            value=round(percentile(seen.visible[WARM_UP:], percent), 2),
            unit="ms",
            limit=Beside(
                name="durable append, acknowledged", value=round(percentile(seen.acknowledged[WARM_UP:], percent), 2)
            ),
            note=f"{answers} facts in answer, all of it folded {late:.1f} s after the last",
        )
        for percent in (50, 99)
    ]


@dataclass
class Seen:
    """Milliseconds from before the append of a fact until it was visible in care, and until it was acknowledged."""

    reached: int
    """How far care has folded the registry's stream."""
    visible: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    _begun: dict[int, float] = field(default_factory=dict)

    def appended(self, seq: int, start: float) -> None:
        """The log has acknowledged it; care may have been faster."""
        self.acknowledged.append((perf_counter() - start) * 1000)
        if seq <= self.reached:
            self.visible.append(self.acknowledged[-1])
        else:
            self._begun[seq] = start

    def committed(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        """Care tells that everything up to here is visible."""
        now = perf_counter()
        stream, _, seq = str(payload).partition(":")
        if stream != "REGISTRY":
            return
        before, self.reached = self.reached, int(seq)
        for one in range(before + 1, self.reached + 1):
            if (start := self._begun.pop(one, None)) is not None:
                self.visible.append((now - start) * 1000)


async def measured(box: Running, facts_per_second: int = FACTS_PER_SECOND) -> tuple[Seen, int, float]:
    """What was seen; how many facts care and notify wrote meanwhile; seconds from the last deed until all is folded."""
    async with joined(box.addresses) as ground:
        day = Day(ground, PEOPLE)
        await day.begin()
        await box.settled()
        deeds = day.deeds(FACTS)
        before = await _facts(box)
        async with _watched(box) as seen:
            await _lived(box, ground, day, deeds, seen, facts_per_second)
            ended = perf_counter()
            async with asyncio.timeout(60):
                while len(seen.visible) < len(deeds):  # noqa: ASYNC110 - another process tells it to a callback
                    await asyncio.sleep(0.01)
        late = await box.settled() - ended
        return seen, await _facts(box) - before - len(deeds), late


@asynccontextmanager
async def _watched(box: Running) -> AsyncIterator[Seen]:
    """What care tells while the block runs; nothing else may be happening when it begins."""
    listener = await asyncpg.connect(box.addresses.postgres["care_app"])
    try:
        seen = Seen(await listener.fetchval("SELECT seq FROM position WHERE stream = 'REGISTRY'"))
        await listener.add_listener(CHANNEL, seen.committed)
        yield seen
    finally:
        await listener.close()


async def _facts(box: Running) -> int:
    """Facts of all streams, as far as they are folded."""
    return sum(seq for (service, stream), seq in (await box.positions()).items() if stream == service.upper())


async def _lived(
    box: Running, ground: Ground, day: Day, deeds: Sequence[Deed], seen: Seen, facts_per_second: int
) -> None:
    """Start one append after the other at an even pace, whether or not the one before has ended."""
    started = perf_counter()
    tasks = []
    for number, deed in enumerate(deeds):
        wait = started + number / facts_per_second - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(_append(ground, deed, seen)))
        illnesses, remainder = divmod(number, DEEDS_PER_ILLNESS)
        if not remainder:
            tasks.append(asyncio.create_task(_fall_ill(box, day.people[-1 - illnesses].entity)))
    await asyncio.gather(*tasks)


async def _append(ground: Ground, deed: Deed, seen: Seen) -> None:
    start = perf_counter()
    async with deed.pen.lock:
        seen.appended(await deed.append(ground), start)


async def _fall_ill(box: Running, member_id: str) -> None:
    answer = await box.client.post(
        f"/care/api/members/{member_id}/illnesses",
        json={"severity": "mild", "since": DAY.isoformat()},
        headers={"Idempotency-Key": member_id},
    )
    answer.raise_for_status()
