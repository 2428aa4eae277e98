"""`member_page`: the page, the card and the history of a member with 100 facts, over HTTP, among 2,000 others.

The limit is an answer without a question, in the same run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.ground import Pen, changed, enrolled, joined, new_id
from deploy.bench.running import Running, asked, brought_in, made_up_roster, running

PEOPLE = 2_000
READS = 300
FACTS_OF_ONE = 100


async def figures(folder: Path) -> Sequence[Figure]:
    """All three on one fresh box in this folder."""
    async with made_up_roster(folder, PEOPLE) as sheet, running(folder) as box:
        await brought_in(box, sheet)
        member_id = await _rich_member(box)
        await box.settled()
        return await _measured(box, member_id)


async def _measured(box: Running, member_id: str) -> list[Figure]:
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
