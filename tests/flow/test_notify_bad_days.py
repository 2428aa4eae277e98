"""Bad days of notify: killed in the middle, started again, sent the same facts once more. Nobody is told twice."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from datetime import date

import asyncpg
import httpx

from deploy.box.addresses import BoxAddresses
from events.facts.member import Returned
from tests.alone import ROOT, command, environment
from tests.desk import Clock, until
from tests.log.connect import connect
from tests.notify.office import dues_paid, is_ready, moved_away, notices, others, working

PEOPLE = 40
CONSUMER = "notify-reacts-to-registry"
AUTUMN = date(2026, 10, 2)


async def alone(cell: BoxAddresses) -> asyncio.subprocess.Process:
    """`python -m services.notify`, in a process that can be killed."""
    return await asyncio.create_subprocess_exec(
        *command("notify"), cwd=ROOT, env=environment(cell, "notify", 0), stderr=asyncio.subprocess.DEVNULL
    )


async def notices_written(cell: BoxAddresses) -> int:
    """How many notices stand in the log by now."""
    async with connect(cell, "notify") as client:
        state = await client.jetstream().stream_info("NOTIFY")
    return state.state.messages


async def test_killed_in_the_middle_nobody_is_told_twice(cell: BoxAddresses) -> None:
    async with others(cell, Clock()) as (registry, _care):
        branch_id = await registry.forms()
        members = [await registry.enrols(branch_id) for _ in range(PEOPLE)]
        process = await alone(cell)
        for number, member_id in enumerate(members):
            await registry.says(member_id, moved_away(), AUTUMN)
            await registry.says(member_id, dues_paid("2026-11", receipt_no=f"2026-{number:04}"))
            if number == PEOPLE // 2:
                await until(lambda: notices_written(cell))
                process.send_signal(signal.SIGKILL)
                await process.wait()
                process = await alone(cell)
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async with connect(cell, "notify") as client:  # everything is delivered once more, from the first fact on
        try:
            await client.jetstream().delete_consumer("REGISTRY", CONSUMER)
        finally:
            await forget_position(cell)

    async with working(cell) as office, office.asking(scope="") as clerk:
        await until(lambda: complete(clerk))
        found = await notices(clerk, page_size="1000")
        told = Counter((one["recipient_id"], one["about_member"], one["policy"]) for one in found)
        assert set(told.values()) == {1}
        assert Counter(one["policy"] for one in found) == dict.fromkeys(
            ("moved_away.branch", "moved_away.member", "dues_paid.member"), PEOPLE
        )
        async with office.asking() as same:
            await until(lambda: is_ready(same))


async def complete(clerk: httpx.AsyncClient) -> bool:
    return len(await notices(clerk, page_size="1000")) >= 3 * PEOPLE


async def forget_position(cell: BoxAddresses) -> None:
    """As if nothing had been reacted to yet."""
    owner = await asyncpg.connect(cell.postgres["notify_owner"])
    try:
        await owner.execute("DELETE FROM reaction_position")
    finally:
        await owner.close()


async def test_what_happened_while_notify_was_away_is_told_when_it_returns(cell: BoxAddresses) -> None:
    clock = Clock()
    async with others(cell, clock) as (registry, _care):
        branch_id = await registry.forms()
        stayed, returned = await registry.enrols(branch_id), await registry.enrols(branch_id)
        await registry.says(stayed, moved_away(), AUTUMN)
        await registry.says(returned, moved_away(), AUTUMN)
        await registry.says(returned, Returned())
    async with working(cell) as office, office.asking() as clerk:

        async def all_told() -> bool:
            return len(await notices(clerk)) == 5

        await until(all_told)
        assert {one["policy"] for one in await notices(clerk, stayed, state="open")} == {
            "moved_away.branch",
            "moved_away.member",
        }
        (welcome,) = await notices(clerk, returned, state="open")
        assert welcome["policy"] == "returned.member"
