"""The three services behind one origin, in one process, on the loopback address; their projectors in another."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import httpx
import nats
import uvicorn
from fastapi import FastAPI
from nats.aio.client import Client

from deploy.box.addresses import BoxAddresses, save
from deploy.box.layout import SERVICES, Layout
from deploy.box.nats import HOST, free_port
from deploy.box.permissions import inbox_prefix
from deploy.box.projectors import projecting
from deploy.box.service import settings_of
from deploy.box.trouble import Trouble
from services.care import wire as care
from services.notify import wire as notify
from services.registry import wire as registry
from services.shell.app import build_shell
from services.shell.host import Host
from services.shell.projector import system_clock

PORT = 8000
"""Taken when it is free and no other was asked for; office notes and bookmarks then stay right."""

WIRES = {"registry": registry, "care": care, "notify": notify}
"""In the order of the navigation."""

_BACKLOG = 512
_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 10.0  # After this long something is said about what is not ready yet.
_STOP_SECONDS_MAX = 10


class PortTaken(Trouble):
    """The wanted port cannot be listened on."""


class ServingEnded(Trouble):
    """The web server ended by itself: it could not start, or it broke."""


@dataclass(frozen=True, slots=True)
class Served:
    """Pages that are ready at `url`; `ended` is done when the web server has stopped by itself."""

    url: str
    ended: asyncio.Task[None]


class Prelude(Protocol):
    """What is written into a box when its services are up and nobody has been told yet; they live by its clock."""

    def clock(self) -> datetime:
        """The time it is there."""
        ...

    def new_id(self) -> str:
        """An id of that time."""
        ...

    async def play(self, services: Mapping[str, FastAPI]) -> None:
        """Write it; afterwards the clock is the real one."""
        ...


@contextlib.asynccontextmanager
async def serving(
    addresses: BoxAddresses, listener: socket.socket, *, demo: bool = False, prelude: Prelude | None = None
) -> AsyncIterator[Served]:
    """Serve the services of a box while the block runs; entered when every one of them is ready, and the prelude over.

    Raises ServingEnded if a service cannot start.
    """
    port = listener.getsockname()[1]
    url = f"http://{HOST}:{port}"
    async with projecting(addresses), _shell(addresses) as shell:
        services = _services(addresses, prelude, demo=demo)
        app = _build(addresses, shell, services, demo=demo)
        server = _Server(
            uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=_STOP_SECONDS_MAX)
        )
        ended = asyncio.create_task(server.serve(sockets=[listener]), name="web server")
        try:
            await _until_ready(url, ended)
            if prelude is not None:
                await prelude.play(services)
            Layout(addresses.data).http_port.write_text(str(port), "ascii")
            save(addresses.model_copy(update={"http": url}))
            yield Served(url, ended)
        finally:
            server.should_exit = True
            await asyncio.wait({ended})


@contextlib.asynccontextmanager
async def _shell(addresses: BoxAddresses) -> AsyncIterator[Client]:
    """The shell's connection to NATS."""
    client = await nats.connect(
        addresses.nats["shell"], inbox_prefix=inbox_prefix("shell").encode("ascii"), max_reconnect_attempts=-1
    )
    try:
        yield client
    finally:
        await client.close()


class _Server(uvicorn.Server):
    """Leaves signals to `hearth up`, which has servers of its own to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _services(addresses: BoxAddresses, prelude: Prelude | None, *, demo: bool) -> dict[str, FastAPI]:
    services = {}
    for name, wire in WIRES.items():
        settings = settings_of(addresses, name, demo=demo, stands_in=True)
        host = None
        if prelude is not None:
            host = Host(settings, wire.PROJECTION, wire.PURPOSES, prelude.clock, prelude.new_id)
        services[name] = wire.build(settings, host)
    return services


def _build(addresses: BoxAddresses, shell: Client, services: dict[str, FastAPI], *, demo: bool) -> FastAPI:
    nav = [entry for wire in WIRES.values() for entry in wire.NAV]
    return build_shell(
        settings_of(addresses, SERVICES[0], demo=demo),
        services,
        nav,
        jetstream=shell.jetstream,
        clock=system_clock,
    )


async def _until_ready(url: str, ended: asyncio.Task[None]) -> None:
    """Wait until the shell and every service say that they are ready; a long replay may take its time."""
    loop = asyncio.get_running_loop()
    waiting = ["", *(f"/{service}" for service in SERVICES)]
    told_at = loop.time()
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        while waiting:
            if ended.done():
                raise ServingEnded("the services could not start") from ended.exception()
            try:
                answer = await client.get(f"{waiting[0]}/readyz")
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == httpx.codes.OK:
                waiting.pop(0)
                continue
            if loop.time() - told_at > _PATIENCE_SECONDS:
                told_at = loop.time()
                print(f"{waiting[0] or 'the web server'} is not ready yet: {answer and answer.text}", file=sys.stderr)
            await asyncio.sleep(_POLL_SECONDS)


def listen(data: Path, port: int | None) -> socket.socket:
    """A listening socket for the pages, taken before anything is started.

    `port` None: the port of the last run, else `PORT`, else any free one; 0: any free one. Raises PortTaken.
    """
    if port is None:
        note = Layout.of(data).http_port
        before = note.read_text("ascii", "replace") if note.exists() else ""
        port = free_port(int(before) if before.isascii() and before.isdigit() else PORT)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError as refused:
        listener.close()
        raise PortTaken(
            f"port {port} on {HOST} cannot be used ({refused.strerror}): name another with --port"
        ) from refused
    return listener
