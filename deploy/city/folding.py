"""Waiting until the services of a box have folded everything that was written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Final

import asyncpg

from deploy.box.addresses import BoxAddresses
from deploy.box.layout import SERVICES
from deploy.box.permissions import inbox_prefix
from events.log.envelope import log_stream_of
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect

_POLL_SECONDS: Final = 0.5


async def folded(addresses: BoxAddresses, told: Callable[[int, int], None]) -> None:
    """Wait until every service's tables have come to where the streams end now; `told` hears facts folded, of how many.

    Counted once for every service that folds them.
    """
    ends = await _ends(addresses)
    async with AsyncExitStack() as stack:
        sessions = {}
        for service in SERVICES:
            sessions[service] = await asyncpg.connect(addresses.postgres[f"{service}_app"])
            stack.push_async_callback(sessions[service].close)
        while True:
            done = total = 0
            for session in sessions.values():
                for row in await session.fetch("SELECT stream, seq FROM position"):
                    end = ends.get(row["stream"], 0)
                    done, total = done + min(row["seq"], end), total + end
            told(done, total)
            if done == total:
                return
            await asyncio.sleep(_POLL_SECONDS)


async def _ends(addresses: BoxAddresses) -> Mapping[str, int]:
    service = SERVICES[0]
    client = await connect(addresses.nats[service], inbox_prefix=inbox_prefix(service).encode("ascii"))
    try:
        log = JetStreamLog(client, service)
        return {log_stream_of(each): (await log.ends(log_stream_of(each))).last for each in SERVICES}
    finally:
        await client.close()
