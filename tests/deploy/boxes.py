"""Starts bare boxes as processes, knows which processes are theirs, and looks into their servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import IO

import asyncpg
import nats
import psutil  # type: ignore[import-untyped]  # psutil ships no types
from nats.aio.client import Client

from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from tests.architecture.house import ROOT

SECONDS_MAX = 60.0


class Box:
    """One `bare_box` process. `start` may be called again after an end, whatever that was."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None) -> None:
        self.data, self._environment = data, environment or {}
        self._process: subprocess.Popen[str] | None = None

    def start(self, *accounts: str) -> BoxAddresses:
        """Start it and wait until it is up; `accounts` are NATS accounts without streams beside its own."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.bare_box", str(self.data), *accounts],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise AssertionError(f"the box did not start: {self.ending()}")
        return BoxAddresses.model_validate_json(line)

    def ending(self) -> str:
        """What a box that ended by itself said last."""
        assert self._process is not None
        _, said = self._process.communicate(timeout=SECONDS_MAX)
        self._process = None
        return str(said)

    def stop(self) -> None:
        """End it in order, if it runs."""
        if self._process is not None:
            self._process.communicate(timeout=SECONDS_MAX)
            self._process = None

    def kill(self) -> None:
        """`kill -9` of the parent alone."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate(timeout=SECONDS_MAX)
        self._process = None

    def process(self, name: str) -> psutil.Process:
        """Its `nats-server` or `postgres` (the postmaster)."""
        # Children of keepers alone: PostgreSQL's own children come and go while one looks.
        found = [child for keeper in self.keepers() for child in keeper.children() if child.name() == name]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def keepers(self) -> list[psutil.Process]:
        assert self._process is not None
        return list(psutil.Process(self._process.pid).children())

    def processes(self) -> list[psutil.Process]:
        """Everything it has started, keepers and backends too."""
        assert self._process is not None
        return list(psutil.Process(self._process.pid).children(recursive=True))


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; fails with `what` after a minute."""
    deadline = monotonic() + SECONDS_MAX
    while not true():
        assert monotonic() < deadline, f"not within {SECONDS_MAX:g} s: {what}"
        sleep(0.02)


def gone(processes: list[psutil.Process]) -> bool:
    """Whether none of them runs any more."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it ended between the two questions
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                return False
    return True


@asynccontextmanager
async def connected(addresses: BoxAddresses, user: str) -> AsyncIterator[Client]:
    """A connection as that user, closed at the end."""
    client = await nats.connect(addresses.nats[user], inbox_prefix=inbox_prefix(user).encode("ascii"))
    try:
        yield client
    finally:
        await client.close()


async def remember(addresses: BoxAddresses, word: str) -> None:
    """Write a fact and a row that a later start must still have."""
    async with connected(addresses, "registry") as client:
        await client.jetstream().publish("fact.registry.member.one", word.encode())
    connection = await asyncpg.connect(addresses.postgres["registry_owner"])
    await connection.execute("CREATE TABLE IF NOT EXISTS remembered (word text)")
    await connection.execute("INSERT INTO remembered VALUES ($1)", word)
    await connection.close()


async def remembered(addresses: BoxAddresses) -> tuple[list[str], list[str]]:
    """What the stream and what the database still know."""
    async with connected(addresses, "care") as client:
        jetstream = client.jetstream()
        last = (await jetstream.stream_info("REGISTRY")).state.last_seq
        facts = [await jetstream.get_msg("REGISTRY", seq) for seq in range(1, last + 1)]
    connection = await asyncpg.connect(addresses.postgres["registry_owner"])
    rows = await connection.fetch("SELECT word FROM remembered")
    await connection.close()
    return [(fact.data or b"").decode() for fact in facts], [row["word"] for row in rows]


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
