"""What folds one service's facts into its tables: a NATS connection, keys, database sessions, the runner.

A service's `Host` is one and has pages, commands and reactions besides; a box runs the three in a process of their own
(`deploy/box/projectors.py`, ADR 24), which is why nothing here knows of HTTP.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import asyncpg

from events.facts.base import Purpose
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import LogClient, connect
from events.log.keystore import NatsKeyStore
from events.log.project.runner import Runner
from events.log.project.session import Database as Sessions
from events.log.project.view import Projection
from events.log.seal import KeyRing
from services.shell.settings import Settings

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def settle() -> None:
    """What start-up made stays for good: take it out of the garbage collector's rounds, and let those be rarer.

    Folding makes millions of short-lived objects and hardly a cycle; measured, a quarter of a projector's time went
    into looking at them (ADR 23). For a process that serves nothing else until its end.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 50)


@dataclass
class Projector:
    """Built before anything is connected; `start` connects and begins to fold.

    `purposes` are those whose keys this service holds (DESIGN.md §3).
    """

    settings: Settings
    projection: Projection
    purposes: Sequence[Purpose]
    clock: Clock = system_clock
    connection: LogClient = field(init=False)
    log: JetStreamLog = field(init=False)
    keks: Mapping[Purpose, bytes] = field(init=False)
    keys: KeyRing = field(init=False)
    sessions: Sessions = field(init=False)
    runner: Runner = field(init=False)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    @property
    def service(self) -> str:
        """`registry`, `care` or `notify`."""
        return self.projection.service

    async def start(self) -> None:
        """Connect, make missing tables, and begin to project."""
        self.connection = await self._connect()
        self._stack.push_async_callback(self.connection.close)
        self.log = JetStreamLog(self.connection, self.service)
        self.keks = {purpose: _key(self.settings.keys / f"{purpose}.key") for purpose in self.purposes}
        self.keys = KeyRing(self.service, self.keks, NatsKeyStore(self.log))
        self.sessions = Sessions(
            app=partial(asyncpg.connect, self.settings.postgres_url),
            owner=partial(asyncpg.connect, self.settings.postgres_owner_url),
        )
        self.runner = Runner(
            self.projection, self.log, self.sessions, self.keys, self.clock, stands_in=self.settings.stands_in
        )
        projecting = asyncio.create_task(self.runner.run(), name=f"{self.service} projector")
        self._stack.push_async_callback(_ended, projecting)
        await self._tables_exist(projecting)

    async def stop(self) -> None:
        """Let go of everything, newest first."""
        await self._stack.aclose()

    async def _tables_exist(self, projecting: asyncio.Task[None]) -> None:
        """Pages are served once there are tables; the projector makes them, again and again until it can."""
        ready = asyncio.create_task(self.runner.ready.wait())
        await asyncio.wait({ready, projecting}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if projecting.done():
            await projecting

    async def _connect(self) -> LogClient:
        async def lost(error: Exception) -> None:
            log.warning("%s: NATS %s", self.service, error)

        async def cut_off() -> None:
            if hasattr(self, "log"):
                self.log.requests.cut_off()

        return await connect(
            self.settings.nats_url,
            name=f"hearth {self.service}",
            inbox_prefix=f"_INBOX_{self.service}".encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,
            ping_interval=5,
            max_outstanding_pings=2,
            error_cb=lost,
            disconnected_cb=cut_off,
        )


def _key(path: Path) -> bytes:
    """A key-encryption key; raises with what to do when it is not there."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuntimeError(
            f"{path.name} cannot be read from {path.parent}: restore it from the backup of the keys; without it the "
            "sealed fields of this purpose stay closed"
        ) from error


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
