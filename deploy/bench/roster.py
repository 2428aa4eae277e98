"""`roster_100k`, `search`, `member_page`: a roster of 100,000 people through a running box, and reading from it after.

The roster goes in as a file over the import API and counts until registry, care and notify have folded every fact.
Then the register of 100,000 is searched, and the page and history of a member with 100 facts are read.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.ground import Pen, changed, enrolled, joined, new_id
from deploy.bench.running import COMMUNITY, Running, asked, running
from services.registry.roster.made_up import write_made_up_roster

PEOPLE = 100_000
READS = 300
FACTS_OF_ONE = 100


async def figures(folder: Path) -> Sequence[Figure]:
    """All three on one fresh box in this folder."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as files:
        sheet = Path(files) / "roster.xlsx"
        await asyncio.to_thread(write_made_up_roster, sheet, PEOPLE)
        async with running(folder) as box:
            return [*await _import(box, sheet), *await _search(box), *await _member(box)]


async def _import(box: Running, sheet: Path) -> list[Figure]:
    before = box.memory_mb()
    peak = before
    start = perf_counter()
    files = {"file": (sheet.name, await asyncio.to_thread(sheet.read_bytes))}
    answer = await box.client.post("/registry/api/imports", data={"community": COMMUNITY}, files=files)
    answer.raise_for_status()
    path = f"/registry/api/imports/{answer.json()['import_id']}"
    while True:
        status = (await box.client.get(path)).json()
        peak = max(peak, box.memory_mb())
        if status["stage"] in {"committed", "failed"}:
            break
        await asyncio.sleep(0.5)
    assert status["stage"] == "committed", status
    read_in = perf_counter() - start
    last = await _last(box)
    folding = asyncio.create_task(box.folded("REGISTRY", last))
    while not folding.done():
        peak = max(peak, box.memory_mb())
        await asyncio.sleep(0.5)
    await folding
    seconds = perf_counter() - start
    return [
        Figure(
            name="roster_100k",
            value=round(seconds, 1),
            unit="s",
            limit=Beside(name="the issue's bound", value=120.0),
            note=f"{status['accepted']} people, {last} facts; in the log after {read_in:.0f} s",
        ),
        Figure(name="roster_100k_memory", value=round(peak, 0), unit="MB", note=f"before: {before:.0f} MB"),
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


async def _member(box: Running) -> list[Figure]:
    member_id = await _rich_member(box)
    await box.folded("REGISTRY", await _last(box))
    found = []
    nothing = [await asked(box.client, "/healthz") for _ in range(READS)]
    limit = Beside(name="an answer without a question (/healthz), p50", value=round(percentile(nothing, 50), 2))
    for name, path, query in (
        ("member_page", f"/registry/members/{member_id}", {}),
        ("member_page_api", f"/registry/api/members/{member_id}", {}),
        ("member_page_history", f"/registry/api/members/{member_id}/history", {"page_size": FACTS_OF_ONE}),
    ):
        for _ in range(20):
            await asked(box.client, path, **query)
        times = [await asked(box.client, path, **query) for _ in range(READS)]
        found.append(Figure(name=name, value=round(percentile(times, 50), 2), unit="ms", limit=limit))
    return found


async def _rich_member(box: Running) -> str:
    """A member with 100 facts."""
    async with joined(box.addresses) as ground:
        pen = Pen(ground.keys, new_id())
        await ground.keys.ensure([pen.entity])
        facts = [enrolled(1), *(changed(number) for number in range(2, FACTS_OF_ONE + 1))]
        await ground.log.append("REGISTRY", [pen.write(*facts)])
    return pen.entity
