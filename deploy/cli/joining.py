"""How a command meets a box: it joins the one that runs, or runs one for as long as the command takes."""

from __future__ import annotations

import asyncio
import getpass
import importlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from deploy.box.addresses import BoxAddresses, attach
from deploy.box.apps import listen, serving
from deploy.box.box import Outside, running_box
from deploy.box.layout import Layout
from deploy.box.locks import is_held
from deploy.box.permissions import inbox_prefix
from deploy.cli.options import Refused
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.project.session import Database
from events.log.project.view import Projection
from events.log.seal import KeyRing
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token

START_SECONDS_MAX: Final = 60.0
POLL_SECONDS: Final = 0.1
ANSWER_SECONDS_MAX: Final = 3600.0
"""A dry run or an undo of a city's roster answers when it is through."""
TOKEN_SECONDS: Final = 24 * 3600
"""The token is never written down."""


@asynccontextmanager
async def joined_or_started(data: Path, *, may_be_new: bool = False) -> AsyncIterator[BoxAddresses]:
    """The addresses of a box whose pages are served: of the one that runs on this directory, or of one started here.

    A box that is only starting is waited for; a directory that is no box yet becomes one if it `may_be_new`.
    Raises `Trouble`.
    """
    running = await _running(data)
    if running is not None:
        yield running
        return
    if not Layout.of(data).keys.exists():
        if not may_be_new:
            raise Refused(f"{data} is no box: name the box's directory with --data, or start it once with `hearth up`")
        print(f"{data} becomes a new box; `hearth up --data {data}` serves its pages.", file=sys.stderr)
    with listen(data, None) as listener:
        async with running_box(data, Outside.of(os.environ)) as addresses, serving(addresses, listener) as served:
            yield addresses.model_copy(update={"http": served.url})


async def _running(data: Path) -> BoxAddresses | None:
    """The running box once its pages are served; None if nothing runs here."""
    lock = Layout.of(data).owner_lock
    for _ in range(int(START_SECONDS_MAX / POLL_SECONDS)):
        addresses = attach(data)
        if addresses is not None and addresses.http is not None:
            return addresses
        if not is_held(lock):
            return None
        await asyncio.sleep(POLL_SECONDS)
    raise Refused(f"the box on {data} has not become ready in {START_SECONDS_MAX:g} s: ask `hearth doctor`")


def asking(addresses: BoxAddresses, role: Role, scope: str) -> httpx.AsyncClient:
    """A client of the box's APIs, in that role and scope; facts carry the operating system's user as their actor."""
    name = f"cli-{getpass.getuser()}"
    key = box_key(addresses.keys / "box.key")
    token = mint_token(key, name=name, role=role, scope=scope, ttl_seconds=TOKEN_SECONDS, now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language()}
    return httpx.AsyncClient(
        base_url=addresses.http or "", headers=headers, timeout=ANSWER_SECONDS_MAX, trust_env=False
    )


def language() -> str:
    """The language of the terminal, as far as Hearth speaks it."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if said.lower().startswith("zh") else "en"


def answered(response: httpx.Response) -> Any:
    """The body of an answer. Raises `Refused` with what the problem says was wrong and what to do."""
    if response.is_success:
        return response.json()
    try:
        problem = response.json()
    except ValueError:
        raise Refused(f"the box answered {response.status_code}: {response.text[:200]}") from None
    wrong = [" ".join(filter(None, (each["message"], each.get("todo")))) for each in problem.get("errors", ())]
    raise Refused(" ".join(wrong) or " ".join(filter(None, (problem.get("detail"), problem.get("todo")))))


@dataclass(frozen=True, slots=True)
class Folding:
    """What it takes to fold a service's facts again."""

    projection: Projection
    log: JetStreamLog
    database: Database
    keys: KeyRing


@asynccontextmanager
async def folding(addresses: BoxAddresses, service: str) -> AsyncIterator[Folding]:
    """One service's log, database and keys, as the service itself reaches them."""
    wire = importlib.import_module(f"services.{service}.wire")
    prefix = inbox_prefix(service).encode("ascii")
    client = await connect(addresses.nats[service], inbox_prefix=prefix)
    try:
        log = JetStreamLog(client, service)
        keks = {purpose: addresses.kek(purpose).read_bytes() for purpose in wire.PURPOSES}
        database = Database(
            app=partial(asyncpg.connect, addresses.postgres[f"{service}_app"]),
            owner=partial(asyncpg.connect, addresses.postgres[f"{service}_owner"]),
        )
        yield Folding(wire.PROJECTION, log, database, KeyRing(service, keks, NatsKeyStore(log)))
    finally:
        await client.close()
