"""A service is ready once it has folded what stood in the log when it started, and says until then how far it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import httpx

from deploy.box.addresses import BoxAddresses
from events.log.project.session import LEAD_LOCK
from tests.desk import Clock, until
from tests.notify.office import is_ready, others, working


async def projector_says(browser: httpx.AsyncClient) -> str:
    found: str = (await browser.get("/notify/readyz")).json()["checks"]["projector"]["detail"]
    return found


@asynccontextmanager
async def nobody_folds(cell: BoxAddresses) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Hold notify's lead, and fold nothing, until told to let go; soon enough not to be taken for stalled."""
    session = await asyncpg.connect(cell.postgres["notify_app"])
    try:
        await session.execute("SELECT pg_advisory_lock($1)", LEAD_LOCK)
        yield session.close
    finally:
        await session.close()


async def test_it_is_ready_when_it_has_caught_up(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as browser:
        await until(lambda: is_ready(browser))
    async with nobody_folds(cell) as let_go, others(cell, Clock()) as (registry, _):
        await registry.forms()
        await registry.forms("第四党支部")
        async with working(cell) as office, office.asking() as browser:
            assert not await is_ready(browser)
            assert await projector_says(browser) == "REGISTRY 2 behind"
            await let_go()
            await until(lambda: is_ready(browser))


async def test_it_is_not_ready_before_its_tables_have_this_versions_columns(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as browser:
        await office.registry.forms()

        async def folded() -> bool:
            return await projector_says(browser) == "up to date"

        await until(folded)  # tables into which nothing was folded are made anew at once
    owner = await asyncpg.connect(cell.postgres["notify_owner"])
    await owner.execute("ALTER TABLE recipient DROP COLUMN address")
    await owner.execute("UPDATE built SET version = 0, shape = 'before' WHERE name = 'recipient'")
    await owner.close()
    async with nobody_folds(cell) as let_go, working(cell) as office, office.asking() as browser:
        assert not await is_ready(browser)
        assert await projector_says(browser) == "recipient: being rebuilt for this version"
        page = await browser.get("/notify/members/somebody", headers={"accept": "text/html"})
        assert (page.status_code, "正在重新整理" in page.text, "retry-after" in page.headers) == (503, True, True)
        await let_go()
        await until(lambda: is_ready(browser))
        assert (await browser.get("/notify/members/somebody")).status_code == 404
