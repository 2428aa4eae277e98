"""`python -m services.registry`: the registry serves its pages with nobody beside it, and goes on where it was."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx

from deploy.box.addresses import BoxAddresses
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token
from tests.alone import ROOT, command, environment
from tests.desk import JINQIAO
from tests.registry.office import enrolled


@asynccontextmanager
async def process(cell: BoxAddresses) -> AsyncIterator[httpx.AsyncClient]:
    """The registry in a process of its own, ready, and a secretary who asks it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    alone = await asyncio.create_subprocess_exec(
        *command("registry"), cwd=ROOT, env=environment(cell, "registry", port), stderr=asyncio.subprocess.DEVNULL
    )
    now = datetime.now(UTC)
    key = box_key(cell.keys / "box.key")
    token = mint_token(key, name="shuji", role=Role.SECRETARY, scope=JINQIAO, ttl_seconds=3600, now=now)
    headers = {"authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
            await asyncio.wait_for(_ready(client, alone), 60)
            yield client
    finally:
        alone.send_signal(signal.SIGTERM)
        await asyncio.wait_for(alone.wait(), 30)


async def _ready(client: httpx.AsyncClient, alone: asyncio.subprocess.Process) -> None:
    while True:
        assert alone.returncode is None, "the registry ended"
        try:
            if (await client.get("/registry/readyz")).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)


async def test_the_registry_serves_alone_and_goes_on_where_it_was(cell: BoxAddresses) -> None:
    async with process(cell) as clerk:
        member_id = await enrolled(clerk)
        page = await clerk.get("/registry/members", headers={"accept": "text/html"})
        assert "张桂兰" in page.text
    async with process(cell) as clerk:
        assert (await clerk.get(f"/registry/api/members/{member_id}")).json()["name"] == "张桂兰"
