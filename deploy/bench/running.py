"""A box as its users run it, `hearth up` in a process of its own, asked over HTTP and watched from outside."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import asyncpg
import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types

from deploy.box.addresses import BoxAddresses, attach
from deploy.box.layout import SERVICES, Layout
from services.registry.roster.made_up import write_made_up_roster
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token

TOKEN_SECONDS: Final = 3600
COMMUNITY: Final = "bench.one"


@dataclass
class Running:
    """One running box: its addresses, a client that may do everything a secretary may, and its process."""

    addresses: BoxAddresses
    client: httpx.AsyncClient
    process: psutil.Process

    def memory_mb(self) -> float:
        """Resident memory of what serves, projects and seals, in MB; keepers and servers aside."""
        total = self.process.memory_info().rss
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.cmdline()[1:2] == ["-m"]:
                    total += child.memory_info().rss
        return float(total) / 1e6

    async def positions(self) -> Mapping[tuple[str, str], int]:
        """How far every service has folded every stream it follows."""
        found = {}
        for service in SERVICES:
            connection = await asyncpg.connect(self.addresses.postgres[f"{service}_app"])
            try:
                rows = await connection.fetch("SELECT stream, seq FROM position")
            finally:
                await connection.close()
            found.update({(service, row["stream"]): row["seq"] for row in rows})
        return found

    async def settled(self, quiet_seconds: float = 7.0, timeout_seconds: float = 600) -> float:
        """Wait until nothing has been folded for so long: longer than care's planner waits for quiet.

        Returns when it was (by `perf_counter`) that the last fact was seen folded.
        """
        before: object = None
        quiet_since = perf_counter()
        async with asyncio.timeout(timeout_seconds):
            while perf_counter() - quiet_since < quiet_seconds:
                now = await self.positions()
                if now != before:
                    before, quiet_since = now, perf_counter()
                await asyncio.sleep(0.25)
        return quiet_since

    async def _behind(self, stream: str, seq: int) -> bool:
        return any(place < seq for (_, followed), place in (await self.positions()).items() if followed == stream)

    async def folded(self, stream: str, seq: int, timeout_seconds: float = 600) -> float:
        """Seconds until every service that follows the stream has folded up to `seq`."""
        start = perf_counter()
        async with asyncio.timeout(timeout_seconds):
            while await self._behind(stream, seq):  # noqa: ASYNC110 - another process folds; it tells nobody here
                await asyncio.sleep(0.1)
        return perf_counter() - start


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    """A fresh box on this folder; stopped at the end."""
    command = [sys.executable, "-m", "deploy.cli", "up", "--data", str(folder), "--port", "0"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = ""
    try:
        async for line in process.stdout:
            if line.startswith(b"READY "):
                url = line.split()[1].decode()
                break
        addresses = attach(folder)
        assert addresses is not None, "the box ended before it was ready"
        token = mint_token(
            box_key(Layout.of(folder).keys / "box.key"),
            name="bench",
            role=Role.SECRETARY,
            scope="",
            ttl_seconds=TOKEN_SECONDS,
            now=datetime.now(UTC),
        )
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
            yield Running(addresses, client, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


@asynccontextmanager
async def made_up_roster(folder: Path, people: int) -> AsyncIterator[Path]:
    """A sheet of so many made-up people beside this folder; gone at the end."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        sheet = Path(place) / "roster.xlsx"
        await asyncio.to_thread(write_made_up_roster, sheet, people)
        yield sheet


async def brought_in(box: Running, sheet: Path) -> int:
    """A roster through the import API, as far as it stands in the log; how many people of it were accepted."""
    files = {"file": (sheet.name, await asyncio.to_thread(sheet.read_bytes))}
    answer = await box.client.post("/registry/api/imports", data={"community": COMMUNITY}, files=files)
    answer.raise_for_status()
    path = f"/registry/api/imports/{answer.json()['import_id']}"
    while (status := (await box.client.get(path)).json())["stage"] not in {"committed", "failed"}:  # noqa: ASYNC110 - over HTTP
        await asyncio.sleep(0.5)
    assert status["stage"] == "committed", status
    return int(status["accepted"])


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> float:
    """Milliseconds of one GET that must succeed."""
    start = perf_counter()
    answer = await client.get(path, params=query)
    milliseconds = (perf_counter() - start) * 1000
    answer.raise_for_status()
    return milliseconds
