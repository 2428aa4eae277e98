"""`city`, `list`: a made-up city of 200,000 members with a year behind it, and the register's list of all of them.

The city is written while the box serves pages and folds; it counts until all three services show it. Not among the
figures that are measured unasked: it takes a quarter of an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.running import Running, asked, running
from deploy.city.folding import folded
from deploy.city.plan import CityPlan
from deploy.city.writer import write_city

COMMUNITIES, MEMBERS = 500, 400
READS: Final = 200
PAUSE_SECONDS: Final = 0.5
LIST: Final = "/registry/api/members"


async def figures(folder: Path) -> Sequence[Figure]:
    """All of them on one fresh box in this folder."""
    until = (datetime.now(UTC) - timedelta(days=2)).date()
    plan = CityPlan(communities=COMMUNITIES, members=MEMBERS, years=1, seed=1, until=until)
    async with running(folder) as box:
        return [*await _city(box, plan), *await _list(box)]


async def _city(box: Running, plan: CityPlan) -> list[Figure]:
    used: list[float] = []
    pages: list[float] = []
    start = perf_counter()
    work = asyncio.create_task(_written_and_shown(box, plan))
    while not work.done():
        used.append(box.memory_mb())
        pages.append(await asked(box.client, LIST, q="wang", page_size=50))
        await asyncio.sleep(PAUSE_SECONDS)
    facts = await work
    seconds = perf_counter() - start
    half = max(used[: len(used) // 2])
    return [
        Figure(
            name="city",
            value=round(seconds, 1),
            unit="s",
            limit=Beside(name="the issue's bound", value=900.0),
            note=f"{facts} facts of {plan.communities * plan.members} people, shown by three services",
        ),
        Figure(
            name="city_memory",
            value=round(max(used), 0),
            unit="MB",
            limit=Beside(name="at half of the way", value=round(half, 0)),
        ),
        Figure(
            name="city_meanwhile",
            value=round(percentile(pages, 95), 1),
            unit="ms",
            note="a search in the register while it is written, p95",
        ),
    ]


async def _written_and_shown(box: Running, plan: CityPlan) -> int:
    tally = await write_city(plan, box.addresses, 0, lambda _complete, _tally: None, may_stand=False)
    await folded(box.addresses, lambda _done, _total: None)
    return tally.facts


async def _list(box: Running) -> list[Figure]:
    """What people type, and what they narrow by, p95 of each mixture."""
    page = (await box.client.get(LIST, params={"page_size": 200})).json()
    people, token = page["items"], page["next_page_token"]
    words = [one["name"] for one in people[:40]] + [(one["phone"] or "0162")[-4:] for one in people[40:60]]
    searches = [{"q": word} for word in [*words, "王", "wang", "wmb", "songbai", "8862", "li 12"]]
    filters: list[Mapping[str, str]] = [
        {"page_token": token},
        {"state": "away"},
        {"state": "dead"},
        {"below": "100"},
        {"below": "60"},
        {"community": "city.d03"},
        *({"community": one["community"]} for one in people[:20]),
        *({"branch": one["branch_id"]} for one in people[:20] if one["branch_id"]),
        {"state": "away", "q": "wang"},
        {"community": people[0]["community"], "state": "away"},
    ]
    nothing = [await asked(box.client, "/healthz") for _ in range(READS)]
    limit = Beside(name="an answer without a question (/healthz), p95", value=round(percentile(nothing, 95), 2))
    return [
        Figure(name=name, value=round(percentile(await _times(box, queries), 95), 2), unit="ms", limit=limit)
        for name, queries in (("list_search_p95", searches), ("list_filter_p95", filters))
    ]


async def _times(box: Running, queries: Sequence[Mapping[str, str]]) -> list[float]:
    return [await asked(box.client, LIST, page_size=50, **queries[n % len(queries)]) for n in range(READS)]
