"""The servers of one box: start them, make what the services need in them, keep them alive, stop them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import nats

from deploy.box import locks
from deploy.box.addresses import BoxAddresses, save
from deploy.box.child import kept_alive
from deploy.box.databases import provision_databases, roles
from deploy.box.keys import POSTGRES_ROLES, ensure_keys, nats_password, postgres_password
from deploy.box.layout import NATS_USERS, SERVICES, Layout
from deploy.box.nats import HOST, NatsServer, login
from deploy.box.permissions import inbox_prefix
from deploy.box.postgres import PostgresServer
from deploy.box.provision import provision_streams

ACCOUNT = "HEARTH"
SYSTEM_ACCOUNT = "SYS"
_LEFTOVER_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Outside:
    """Servers that run already, from `HEARTH_NATS_URL` and `HEARTH_POSTGRES_URL`; None: the box starts its own.

    `HEARTH_NATS_URL_<USER>` overrides the address for one user, for a server with an allow-list per user.
    """

    nats: str | None = None
    postgres: str | None = None
    nats_users: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Outside:
        users = {user: environment.get(f"HEARTH_NATS_URL_{user.upper()}") for user in NATS_USERS}
        return cls(
            nats=environment.get("HEARTH_NATS_URL") or None,
            postgres=environment.get("HEARTH_POSTGRES_URL") or None,
            nats_users={user: url for user, url in users.items() if url},
        )


@contextlib.asynccontextmanager
async def running_box(
    data: Path, outside: Outside | None = None, extra_accounts: Mapping[str, Mapping[str, str]] | None = None
) -> AsyncIterator[BoxAddresses]:
    """Run the servers of a box on `data` while the block runs; they are provisioned when it is entered.

    A second start on the same directory continues where the first was. Raises BoxBusy when a box runs there,
    ServerFailed, UnsafeStream and UnsafeRole. `extra_accounts` (account → user → password) puts further cells
    on the same NATS server.
    """
    layout = Layout.of(data)
    layout.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    outside = Outside() if outside is None else outside
    async with contextlib.AsyncExitStack() as stack:
        inherit = await _take_locks(layout, stack)
        layout.addresses.unlink(missing_ok=True)
        layout.logs.mkdir(mode=0o700, exist_ok=True)
        ensure_keys(layout.keys)
        nats_urls, postgres_urls = await _start(layout, outside, inherit, extra_accounts or {}, stack)
        addresses = BoxAddresses(data=layout.data, nats=nats_urls, postgres=postgres_urls)
        await _provision(addresses)
        save(addresses)
        stack.callback(layout.addresses.unlink, missing_ok=True)
        yield addresses


async def _take_locks(layout: Layout, stack: contextlib.AsyncExitStack) -> int:
    try:
        owner = await locks.lock(layout.owner_lock)
    except TimeoutError:
        message = f"a box already runs on {layout.data}: stop it first, or name another directory with --data"
        raise locks.BoxBusy(message) from None
    stack.callback(os.close, owner)
    try:
        servers = await locks.lock(layout.servers_lock, _LEFTOVER_SECONDS_MAX)
    except TimeoutError:
        message = f"the servers of an earlier run on {layout.data} have not ended after {_LEFTOVER_SECONDS_MAX:.0f} s"
        raise locks.BoxBusy(message) from None
    stack.callback(os.close, servers)
    return servers


async def _start(
    layout: Layout,
    outside: Outside,
    inherit: int,
    extra_accounts: Mapping[str, Mapping[str, str]],
    stack: contextlib.AsyncExitStack,
) -> tuple[dict[str, str], dict[str, str]]:
    """Start what is not given from outside; both servers at the same time."""
    own: list[NatsServer | PostgresServer] = []
    starts = []
    nats_server = postgres_server = None
    if outside.nats is None:
        users = {user: nats_password(layout.keys, user) for user in NATS_USERS}
        system = {"monitor": nats_password(layout.keys, "monitor")}
        accounts = {ACCOUNT: users, **extra_accounts, SYSTEM_ACCOUNT: system}
        nats_server = NatsServer(layout.nats, layout.nats_config, layout.logs / "nats.log", accounts, [inherit])
        own.append(nats_server)
        starts.append(nats_server.start(wanted_port=_port_before(layout)))
    if outside.postgres is None:
        password = postgres_password(layout.keys, "admin")
        postgres_server = PostgresServer(
            layout.postgres, layout.socket_note, layout.logs / "postgres.log", password, [inherit]
        )
        own.append(postgres_server)
        starts.append(postgres_server.start())
    for server in own:
        stack.push_async_callback(server.stop)
    outcomes = await asyncio.gather(*starts, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    await stack.enter_async_context(kept_alive(own))
    if nats_server is not None:
        layout.nats_port.write_text(str(nats_server.port), "ascii")
        nats_urls = box_nats_urls(layout.keys, nats_server.port)
    else:
        nats_urls = {user: outside.nats_users.get(user, str(outside.nats)) for user in NATS_USERS}
    admin = postgres_server.url if postgres_server is not None else str(outside.postgres)
    return nats_urls, postgres_urls(admin, layout.keys)


def box_nats_urls(keys: Path, port: int) -> dict[str, str]:
    """Every user's URL on the box's own server."""
    urls = {user: f"nats://{login(user, ACCOUNT)}:{nats_password(keys, user)}@{HOST}:{port}" for user in NATS_USERS}
    urls["monitor"] = f"nats://{login('monitor', SYSTEM_ACCOUNT)}:{nats_password(keys, 'monitor')}@{HOST}:{port}"
    return urls


def postgres_urls(admin: str, keys: Path) -> dict[str, str]:
    """The administrator's DSN, and each role's: the same server, its own password, its service's database."""
    urls = {"admin": admin}
    for service in SERVICES:
        for role in roles(service):
            urls[role] = signed_in(admin, role, postgres_password(keys, role), service)
    return urls


def signed_in(url: str, role: str, password: str, database: str) -> str:
    """The same PostgreSQL server for another role and database."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{place}", path=f"/{database}"))


async def _provision(addresses: BoxAddresses) -> None:
    passwords = {role: postgres_password(addresses.keys, role) for role in POSTGRES_ROLES}
    await provision_databases(addresses.postgres["admin"], passwords)
    await provision_nats(addresses.nats["provision"])


async def provision_nats(url: str) -> None:
    """Make the streams and buckets of one account; raises UnsafeStream, ProvisioningFailed."""
    client = await nats.connect(url, inbox_prefix=inbox_prefix("provision").encode("ascii"))
    try:
        await provision_streams(client)
    finally:
        await client.close()


def _port_before(layout: Layout) -> int:
    """The NATS port of the run before, 0 if there was none or its note was torn by a crash."""
    port = layout.nats_port.read_text("ascii", "replace") if layout.nats_port.exists() else ""
    return int(port) if port.isascii() and port.isdigit() else 0
