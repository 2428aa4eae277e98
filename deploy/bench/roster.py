"""`roster_100k`, `search`: a roster of 100,000 people through a running box, and the register searched after it.

The roster goes in as a file over the import API and counts until registry, care and notify have folded every fact.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.ground import joined
from deploy.bench.running import Running, asked, brought_in, made_up_roster, running

PEOPLE = 100_000
READS = 300


async def figures(folder: Path) -> Sequence[Figure]:
    """Both on one fresh box in this folder."""
    async with made_up_roster(folder, PEOPLE) as sheet, running(folder) as box:
        return [*await _import(box, sheet), *await _search(box)]


async def _import(box: Running, sheet: Path) -> list[Figure]:
    before = box.memory_mb()
    used: list[float] = []
    start = perf_counter()
    bringing = asyncio.create_task(brought_in(box, sheet))
    while not bringing.done():
        used.append(box.memory_mb())
        await asyncio.sleep(0.5)
    accepted = await bringing
    read_in = perf_counter() - start
    last = await _last(box)
    folding = asyncio.create_task(box.folded("REGISTRY", last))
    while not folding.done():
        used.append(box.memory_mb())
        await asyncio.sleep(0.5)
    await folding
    seconds = perf_counter() - start
    return [
        Figure(
            name="roster_100k",
            value=round(seconds, 1),
            unit="s",
            limit=Beside(name="the issue's bound", value=120.0),
            note=f"{accepted} people, {last} facts; in the log after {read_in:.0f} s",
        ),
        Figure(
            name="roster_100k_memory",
            value=round(max(used), 0),
            unit="MB",
            limit=Beside(name="at half of the way", value=round(max(used[: len(used) // 2]), 0)),
            note=f"at its highest; before: {before:.0f} MB",
        ),
    ]


async def _last(box: Running) -> int:
    async with joined(box.addresses) as ground:
        return (await ground.log.ends("REGISTRY")).last


async def _search(box: Running) -> list[Figure]:
    """What people type: a name, initials, the tail of a phone number, the tail of an ID number."""
    page = (await box.client.get("/registry/api/members", params={"page_size": 50})).json()["items"]
    words = [one["name"] for one in page] + [one["name"][:1] for one in page[:10]] + ["zgl", "wang", "0162", "8862"]
    times = [await asked(box.client, "/registry/api/members", q=words[n % len(words)]) for n in range(READS)]
    nothing = [await asked(box.client, "/healthz") for _ in range(READS)]
    return [
        Figure(
            name="search_p95",
            value=round(percentile(times, 95), 2),
            unit="ms",
            limit=Beside(name="an answer without a question (/healthz), p95", value=round(percentile(nothing, 95), 2)),
        )
    ]
