"""What one running service stands on: its NATS connection, its database, its keys, its projector.

The three `wire.py` share it, because a service is started the same way everywhere: alone in a process, or three in one.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import uuid_utils
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js import JetStreamContext
from sqlalchemy.ext.asyncio import create_async_engine

from events.facts.base import Purpose
from events.log.command import Commands
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.project.ddl import snapshot_shape
from events.log.project.retry import Retried, retry
from events.log.project.runner import Runner
from events.log.project.session import Database as Sessions
from events.log.project.view import Projection
from events.log.scribe import Scribe
from events.log.seal import KeyRing
from events.log.states import PostgresStates, whole_box
from services.shell.app import build_shell
from services.shell.database import Database
from services.shell.health import Finding
from services.shell.pages.nav import NavEntry
from services.shell.settings import Settings

log = logging.getLogger(__name__)

CONNECTIONS_MAX: Final = 8
"""PostgreSQL connections of the pages, and as many again of the handlers."""
DECIDING_MAX: Final = 4
"""PostgreSQL connections that decisions load snapshots through; with the rest three services stay below 100."""

Clock = Callable[[], datetime]
NewId = Callable[[], str]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def system_ids() -> str:
    """A new UUIDv7."""
    return str(uuid_utils.uuid7())


def settle() -> None:
    """What start-up made stays for good: take it out of the garbage collector's rounds, and let those be rarer.

    Folding makes millions of short-lived objects and hardly a cycle; measured, a quarter of a projector's time went
    into looking at them (ADR 23). For a process that serves nothing else until its end.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 50)


@dataclass
class Host:
    """One service's surroundings. Built by `wire.py` before anything is connected; `start` connects.

    `purposes` are those whose keys this service holds (DESIGN.md §3).
    """

    settings: Settings
    projection: Projection
    purposes: Sequence[Purpose]
    clock: Clock = system_clock
    new_id: NewId = system_ids
    connection: Client = field(init=False)
    log: JetStreamLog = field(init=False)
    keys: KeyRing = field(init=False)
    pool: Any = field(init=False)
    database: Database = field(init=False)
    commands: Commands = field(init=False)
    sessions: Sessions = field(init=False)
    runner: Runner = field(init=False)
    _deciding: Any = field(init=False)
    _stack: AsyncExitStack = field(init=False, default_factory=AsyncExitStack)

    @property
    def service(self) -> str:
        """`registry`, `care` or `notify`."""
        return self.projection.service

    @property
    def jetstream(self) -> JetStreamContext:
        """For key-value buckets; facts go through `log`."""
        return self.connection.jetstream()

    async def start(self) -> None:
        """Connect, make missing tables, and begin to project."""
        self.connection = await self._connect()
        self._stack.push_async_callback(self.connection.close)
        self.log = JetStreamLog(self.connection, self.service)
        keks = {purpose: _key(self.settings.keys / f"{purpose}.key") for purpose in self.purposes}
        self.keys = KeyRing(self.service, keks, NatsKeyStore(self.log))
        await self._open_database()
        self.commands = Commands(
            self.service,
            self.settings.city,
            self.log,
            self.keys,
            PostgresStates(self._deciding, self.service, snapshot_shape(self.projection)),
            self.clock,
            self.new_id,
            Scribe(self.service, keks),
        )
        self._stack.push_async_callback(self.commands.close)
        self.sessions = Sessions(
            app=partial(asyncpg.connect, self.settings.postgres_url),
            owner=partial(asyncpg.connect, self.settings.postgres_owner_url),
        )
        self.runner = Runner(self.projection, self.log, self.sessions, self.keys, self.clock)
        projecting = asyncio.create_task(self.runner.run(), name=f"{self.service} projector")
        self._stack.push_async_callback(_ended, projecting)
        await self._tables_exist(projecting)

    def today(self) -> date:
        """The office's day."""
        return self.clock().astimezone(self.settings.zone).date()

    async def projecting(self) -> Finding:
        """Ready while the projector follows; that it is behind is shown, and is no reason to send people away."""
        runner: Runner | None = getattr(self, "runner", None)
        if runner is None:
            return Finding(False, "not connected yet")
        if runner.halted:
            return Finding(False, runner.halted)
        lag = await runner.lag()
        behind = ", ".join(f"{stream} {facts} behind" for stream, facts in lag.items() if facts)
        return Finding(runner.trouble is None, runner.trouble or behind or "up to date")

    async def stop(self) -> None:
        """Let go of everything, newest first."""
        await self._stack.aclose()

    async def retry(self, stream: str, seq: int) -> Retried:
        """Fold one parked fact again, while the projector waits."""
        return await retry(self.projection, self.log, self.sessions, self.keys, stream, seq)

    async def _tables_exist(self, projecting: asyncio.Task[None]) -> None:
        """Pages are served once there are tables; the projector makes them, again and again until it can."""
        ready = asyncio.create_task(self.runner.ready.wait())
        await asyncio.wait({ready, projecting}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if projecting.done():
            await projecting

    async def _connect(self) -> Client:
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

    async def _open_database(self) -> None:
        self.pool = await asyncpg.create_pool(self.settings.postgres_url, min_size=1, max_size=CONNECTIONS_MAX)
        self._stack.push_async_callback(self.pool.close)
        self._deciding = await asyncpg.create_pool(
            self.settings.postgres_url, min_size=1, max_size=DECIDING_MAX, **whole_box()
        )
        self._stack.push_async_callback(self._deciding.close)
        engine = create_async_engine(
            self.settings.postgres_url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=CONNECTIONS_MAX,
            max_overflow=0,
        )
        self.database = Database(engine)
        self._stack.push_async_callback(self.database.close)


def alone(settings: Settings, service: FastAPI, nav: Sequence[NavEntry], clock: Clock = system_clock) -> FastAPI:
    """One service behind a shell of its own, for a process that serves nothing else (`python -m services.registry`).

    Its lifespan connects the shell as well, with the shell's own NATS user.
    """
    connected: list[Client] = []
    inner = service.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        client = await connect(
            settings.shell_nats_url, name="hearth shell", inbox_prefix=b"_INBOX_shell", max_reconnect_attempts=-1
        )
        connected.append(client)
        try:
            async with inner(app):
                yield
        finally:
            await client.close()

    service.router.lifespan_context = lifespan
    return build_shell(
        settings,
        {service.state.service: service},
        nav,
        jetstream=lambda: connected[-1].jetstream(),  # noqa: PLW0108 - connected later
        clock=clock,
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


def serve_alone(settings: Settings, service: FastAPI, nav: Sequence[NavEntry], port: int) -> None:
    """Serve one service in this process until it is told to stop; `HEARTH_PORT` goes before `port`."""
    app = alone(settings, service, nav)
    settle()
    port = int(os.environ.get("HEARTH_PORT", port))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="info")
