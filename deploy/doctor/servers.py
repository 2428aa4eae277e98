"""Checks of the running servers: whether they answer, and whether they are as safe as the facts need."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import asyncpg
import httpx
import nats

from deploy.box.layout import SERVICES
from deploy.box.permissions import inbox_prefix
from deploy.box.provision import stream_differences
from deploy.box.provision import streams as wanted_streams
from deploy.doctor.finding import Finding, Installation

_SECONDS = 5.0


async def nats_server(installation: Installation) -> AsyncIterator[Finding]:
    """NATS answers, and syncs every write."""
    if installation.addresses is None:
        return
    url = installation.addresses.nats.get("monitor")
    if url is None:
        yield Finding("nats", True, "is not the box's own", "make sure that it has `sync_interval: always`")
        return
    async with await nats.connect(
        url, inbox_prefix=inbox_prefix("monitor").encode("ascii"), connect_timeout=5
    ) as client:
        answer = json.loads((await client.request("$SYS.REQ.SERVER.PING.VARZ", b"", timeout=_SECONDS)).data)
    figures = answer["data"]
    always = figures["jetstream"]["config"].get("sync_always", False)
    says = f"nats-server {figures['version']} answers"
    if always:
        yield Finding("nats", True, f"{says}, every write is synced")
    else:
        yield Finding(
            "nats", False, f"{says}, but does not sync every write", "start the box again: nats.conf was changed"
        )


async def streams(installation: Installation) -> AsyncIterator[Finding]:
    """Every stream is there with the settings that keep facts."""
    if installation.addresses is None:
        return
    prefix = inbox_prefix("provision").encode("ascii")
    async with await nats.connect(installation.addresses.nats["provision"], inbox_prefix=prefix) as client:
        for wanted in wanted_streams():
            differences = await stream_differences(client, wanted)
            if differences is None:
                yield Finding("streams", False, f"{wanted['name']} is missing", "restore the box from its backup")
            elif differences:
                do = "somebody changed it: set it back before anything else is written"
                yield Finding("streams", False, f"{wanted['name']}: {'; '.join(differences)}", do)
    yield Finding("streams", True, f"{len(wanted_streams())} examined")


async def postgres_server(installation: Installation) -> AsyncIterator[Finding]:
    """PostgreSQL answers, syncs, and each service's working role is bound by row-level security."""
    if installation.addresses is None:
        return
    for service in SERVICES:
        connection = await asyncpg.connect(installation.addresses.postgres[f"{service}_app"], timeout=_SECONDS)
        try:
            bound = await connection.fetchval(
                "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user"
            )
            safe = [await connection.fetchval(f"SHOW {name}") for name in ("fsync", "full_page_writes")]
        finally:
            await connection.close()
        if not bound:
            do = f"ALTER ROLE {service}_app NOSUPERUSER NOBYPASSRLS"
            yield Finding("postgres", False, f"the role {service}_app is above row-level security", do)
        if safe != ["on", "on"]:
            yield Finding(
                "postgres", False, "fsync or full_page_writes is off", "set both to on: a power cut loses data"
            )
    yield Finding("postgres", True, f"{len(SERVICES)} databases answer")


async def pages(installation: Installation) -> AsyncIterator[Finding]:
    """The services say that they are ready."""
    if installation.addresses is None or installation.addresses.http is None:
        return
    async with httpx.AsyncClient(base_url=installation.addresses.http, timeout=_SECONDS, trust_env=False) as client:
        for service in ("", *SERVICES):
            answer = await client.get(f"/{service}/readyz" if service else "/readyz")
            name = service or "shell"
            if answer.is_success:
                yield Finding("pages", True, f"{name} is ready")
            else:
                yield Finding(
                    "pages",
                    False,
                    f"{name} is not ready: {answer.text}",
                    "see /operations for its lag and parked facts",
                )
