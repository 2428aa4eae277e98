"""What one running service stands on: its projector, and its database, commands and pages besides.

The three `wire.py` share it, because a service is started the same way everywhere: alone in a process, or three in one.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import asyncpg
import uuid_utils
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js import JetStreamContext
from sqlalchemy.ext.asyncio import create_async_engine

from events.log.command import Commands
from events.log.jetstream.client import connect
from events.log.project.ddl import in_other_shape, snapshot_shape
from events.log.project.retry import Retried, retry
from events.log.project.runner import Runner
from events.log.scribe import Scribe
from events.log.states import PostgresStates, whole_box
from services.shell.app import build_shell
from services.shell.database import Database
from services.shell.health import Finding
from services.shell.pages.nav import NavEntry
from services.shell.projector import Clock, Projector, settle, system_clock
from services.shell.settings import Settings

CONNECTIONS_MAX: Final = 8
"""PostgreSQL connections of the pages, and as many again of the handlers."""
DECIDING_MAX: Final = 4
"""PostgreSQL connections that decisions load snapshots through; with the rest three services stay below 100."""

NewId = Callable[[], str]


def system_ids() -> str:
    """A new UUIDv7."""
    return str(uuid_utils.uuid7())


@dataclass
class Host(Projector):
    """One service's surroundings. Built by `wire.py` before anything is connected; `start` connects."""

    new_id: NewId = system_ids
    pool: Any = field(init=False)
    database: Database = field(init=False)
    commands: Commands = field(init=False)
    _deciding: Any = field(init=False)
    _to_reach: dict[str, int] = field(init=False, default_factory=dict)
    """Where each stream ended when this process started, as far as that has not been folded yet."""
    _tables_fit: bool = field(init=False, default=False)
    """The tables have had the columns that this code reads; they keep them as long as this process lives."""

    @property
    def jetstream(self) -> JetStreamContext:
        """For key-value buckets; facts go through `log`."""
        return self.connection.jetstream()

    async def start(self) -> None:
        """Connect, make missing tables, begin to project, and be ready for commands."""
        await super().start()
        self._to_reach = {stream: (await self.log.ends(stream)).last for stream in self.projection.streams}
        await self._open_database()
        self.commands = Commands(
            self.service,
            self.settings.city,
            self.log,
            self.keys,
            PostgresStates(self._deciding, self.service, snapshot_shape(self.projection)),
            self.clock,
            self.new_id,
            Scribe(self.service, self.keks),
        )
        self._stack.push_async_callback(self.commands.close)

    def today(self) -> date:
        """The office's day."""
        return self.clock().astimezone(self.settings.zone).date()

    async def projecting(self) -> Finding:
        """Ready once everything is folded that stood in the log at the start, into tables of this version's shape, and
        while the projector follows.

        That it falls behind later is shown, and is no reason to send people away.
        """
        runner: Runner | None = getattr(self, "runner", None)
        if runner is None:
            return Finding(False, "not connected yet")
        if runner.halted:
            return Finding(False, runner.halted)
        if not self._tables_fit:
            async with self._deciding.acquire() as connection:
                others = await in_other_shape(connection, self.projection)
            if others:
                return Finding(False, f"{', '.join(others)}: being rebuilt for this version")
            self._tables_fit = True
        lag = await runner.lag()
        behind = ", ".join(f"{stream} {facts} behind" for stream, facts in lag.items() if facts)
        seen = runner.positions.seen
        self._to_reach = {stream: seq for stream, seq in self._to_reach.items() if seen[stream] < seq}
        return Finding(runner.trouble is None and not self._to_reach, runner.trouble or behind or "up to date")

    async def retry(self, stream: str, seq: int) -> Retried:
        """Fold one parked fact again, while the projector waits."""
        return await retry(self.projection, self.log, self.sessions, self.keys, stream, seq)

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


def serve_alone(settings: Settings, service: FastAPI, nav: Sequence[NavEntry], port: int) -> None:
    """Serve one service in this process until it is told to stop; `HEARTH_PORT` goes before `port`."""
    app = alone(settings, service, nav)
    settle()
    port = int(os.environ.get("HEARTH_PORT", port))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="info")
