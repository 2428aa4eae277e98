"""Fresh cells for tests, on one NATS server and one PostgreSQL a worker: the product's own code and settings.

A cell is what the product gives a district: a NATS account with its own streams and users, and databases of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import shutil
import tempfile
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil  # type: ignore[import-untyped]  # psutil ships no types

from deploy.box.addresses import BoxAddresses
from deploy.box.box import provision_nats, running_box, signed_in
from deploy.box.databases import ensure_database, roles
from deploy.box.keys import postgres_password
from deploy.box.layout import NATS_USERS, SERVICES
from deploy.box.locks import is_held
from deploy.box.nats import login
from events.log.project.ddl import prepare

POOL = 250
"""Cells a worker can hand out; more accounts make the server's start a little slower."""

LEFT_SECONDS_MIN = 120.0
"""Younger directories may belong to a worker that is just starting."""

MEMORY_BYTES_MIN = 4_000_000_000
"""Three workers' servers hold 0.8 GB together at their fullest; the rest is for the processes of the tests."""


class Cells:
    """The worker's servers. They run on a thread of their own, so that any test, with a loop or without, can ask."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cells")
        self._stack = contextlib.AsyncExitStack()
        place = quick_directory() or Path(tempfile.gettempdir())
        _sweep(place)
        self._directory = Path(tempfile.mkdtemp(prefix="hearth-cells-", dir=place))
        self._names = iter([f"T{number:03}" for number in range(POOL)])
        self._ahead: dict[bool, Future[BoxAddresses]] = {}
        self._lent: list[str] = []
        self._dropping: Future[None] | None = None
        # One connection makes databases and drops them; it does one thing at a time.
        self._one_at_a_time = asyncio.Lock()

    def start(self) -> None:
        self._thread.start()
        passwords = dict.fromkeys(NATS_USERS, "not-a-secret-in-tests")
        accounts = {f"T{number:03}": passwords for number in range(POOL)}
        entered = self._stack.enter_async_context(running_box(self._directory / "box", extra_accounts=accounts))
        self.box = self._submit(entered).result()
        self._admin: asyncpg.Connection[Any] = self._submit(self._connect_admin()).result()
        self._submit(self._furnish()).result()

    def stop(self) -> None:
        for under_way in (*self._ahead.values(), self._dropping):
            if under_way is not None:
                under_way.result()
        self._submit(self._stack.aclose()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        shutil.rmtree(self._directory)

    def fresh(self, *, tables: bool = True) -> BoxAddresses:
        """A cell nobody has used: empty streams, empty databases, keys of its own. The next one is made meanwhile.

        Its databases have the services' tables already, as after a first start, or nothing at all.
        """
        ahead = self._ahead.get(tables) or self._submit(self._make(tables))
        made = ahead.result()
        self._lent.append(made.data.name)
        self._ahead[tables] = self._submit(self._make(tables))
        return made

    def give_back(self) -> None:
        """Drop the databases of every cell handed out so far, while the tests go on.

        A cell is 25 megabytes of memory, and as much again in the journal: kept to the end, three workers took 12 GB.
        """
        if self._dropping is not None:
            self._dropping.result()
        lent, self._lent = self._lent, []
        self._dropping = self._submit(self._drop_databases(lent))

    async def _make(self, tables: bool) -> BoxAddresses:
        name = next(self._names, None)
        assert name is not None, (
            f"all {POOL} cells of this worker are used: share one a module, or raise tests.cells.POOL"
        )
        cell = self._addresses(name)
        await asyncio.gather(provision_nats(cell.nats["provision"]), self._make_databases(name, tables))
        shutil.copytree(self.box.keys, cell.keys)
        return cell

    def _addresses(self, name: str) -> BoxAddresses:
        place = urlsplit(self.box.nats["provision"]).netloc.rpartition("@")[2]
        nats = {user: f"nats://{login(user, name)}:not-a-secret-in-tests@{place}" for user in NATS_USERS}
        postgres = {"admin": self.box.postgres["admin"]}
        for service in SERVICES:
            for role in roles(service):
                password = postgres_password(self.box.keys, role)
                postgres[role] = signed_in(self.box.postgres["admin"], role, password, _database(service, name))
        return BoxAddresses(data=self._directory / name, nats=nats, postgres=postgres)

    async def _make_databases(self, name: str, tables: bool) -> None:
        # One after another: copies run on one connection, and two cores have the tests to serve.
        for service in SERVICES:
            async with self._one_at_a_time:
                await ensure_database(
                    self._admin, _database(service, name), service, template=_furnished(service) if tables else service
                )

    async def _furnish(self) -> None:
        """What every cell's databases are copied from: a service's tables, which take it half a second to make."""
        for service in SERVICES:
            await ensure_database(self._admin, _furnished(service), service, template=service)
            role, _ = roles(service)
            password = postgres_password(self.box.keys, role)
            owner = await asyncpg.connect(signed_in(self.box.postgres["admin"], role, password, _furnished(service)))
            await prepare(owner, importlib.import_module(f"services.{service}.projection").PROJECTION)
            await owner.close()

    async def _drop_databases(self, names: list[str]) -> None:
        for name in names:
            for service in SERVICES:
                async with self._one_at_a_time:
                    await self._admin.execute(f"DROP DATABASE {_database(service, name)} WITH (FORCE)")

    async def _connect_admin(self) -> asyncpg.Connection[Any]:
        connection = await asyncpg.connect(self.box.postgres["admin"])
        self._stack.push_async_callback(connection.close)
        return connection

    def _submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def quick_directory() -> Path | None:
    """Memory, if there is plenty: a fresh database is 300 files, which a disk takes long to write and to delete.

    Settings stay the product's; what must be seen on a real disk says so and takes a directory of its own.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private directory in it
    if not memory.is_dir():
        return None
    # What the directory may still take says nothing of what others use: the smaller of the two is what there is.
    free = min(shutil.disk_usage(memory).free, psutil.virtual_memory().available)
    return memory if free > MEMORY_BYTES_MIN else None


def _sweep(place: Path) -> None:
    """Remove what a killed run left: its servers ended with it, its directory is only in the way."""
    for left in place.glob("hearth-cells-*"):
        if time.time() - left.stat().st_mtime > LEFT_SECONDS_MIN and not is_held(left / "box" / "box.lock"):
            shutil.rmtree(left, ignore_errors=True)


def _furnished(service: str) -> str:
    return f"{service}_furnished"


def _database(service: str, cell: str) -> str:
    return f"{service}_{cell.lower()}"
