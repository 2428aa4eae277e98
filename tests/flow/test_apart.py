"""Three services in three processes, told nothing of each other's addresses: what one does reaches the others' pages,
and one that is down keeps nobody from working.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]  # psutil ships no types
import pytest

from deploy.box.addresses import BoxAddresses
from deploy.box.layout import SERVICES
from deploy.box.nats import free_port
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token
from tests.alone import ROOT, command, environment
from tests.desk import JINQIAO, until
from tests.registry.office import enrolled, seq_of

START_SECONDS_MAX = 90.0


@dataclass
class Apart:
    """The processes on one cell, and how to ask each of them."""

    cell: BoxAddresses
    ports: dict[str, int] = field(default_factory=lambda: {service: free_port() for service in SERVICES})
    running: dict[str, psutil.Popen] = field(default_factory=dict)

    def start(self, service: str) -> None:
        with (self.cell.data / f"{service}.log").open("ab") as log:
            told = environment(self.cell, service, self.ports[service])
            self.running[service] = psutil.Popen(command(service), cwd=ROOT, env=told, stdout=log, stderr=log)

    def stop(self, service: str) -> None:
        process = self.running.pop(service)
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    def asking(self, service: str) -> httpx.AsyncClient:
        token = mint_token(
            box_key(self.cell.keys / "box.key"),
            name="shuji", role=Role.SECRETARY, scope=JINQIAO, ttl_seconds=3600, now=datetime.now(UTC),
        )  # fmt: skip
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.ports[service]}",
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )

    async def ready(self, *services: str) -> None:
        async def ask(client: httpx.AsyncClient, service: str) -> bool:
            assert self.running[service].poll() is None, (self.cell.data / f"{service}.log").read_text()[-2000:]
            try:
                return (await client.get(f"/{service}/readyz")).is_success
            except httpx.TransportError:
                return False

        for service in services:
            async with self.asking(service) as client:
                await until(lambda c=client, s=service: ask(c, s), START_SECONDS_MAX)  # type: ignore[misc]  # bound here

    def speak_to_each_other(self) -> list[tuple[str, int]]:
        """Connections that a service has opened to another's port."""
        return [
            (service, connection.raddr.port)
            for service, process in self.running.items()
            for connection in process.net_connections()
            if connection.raddr and connection.raddr.port in self.ports.values()
        ]


@pytest.fixture
def apart(cell: BoxAddresses) -> Iterator[Apart]:
    apart = Apart(cell)
    for service in SERVICES:
        apart.start(service)
    yield apart
    for service in list(apart.running):
        apart.stop(service)


async def test_care_stops_and_comes_back_while_the_others_work(apart: Apart) -> None:
    await apart.ready(*SERVICES)
    today = datetime.now(UTC).date().isoformat()
    async with AsyncExitStack() as stack:
        registry, care, notify = [await stack.enter_async_context(apart.asking(service)) for service in SERVICES]
        member_id = await enrolled(registry, on="2026-01-05")
        await until(lambda: _visit(care, member_id, "eighty", "ready"))
        page = await registry.get(f"/registry/members/{member_id}", headers={"accept": "text/html"})
        assert page.is_success
        assert apart.speak_to_each_other() == []

        apart.stop("care")
        left = {"from": today, "destination": "深圳市", "reason": "带孙子", "phone": "13099990000"}
        answer = await registry.post(f"/registry/api/members/{member_id}/move-away", json=left)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        ledger = await registry.get(f"/registry/api/ledger?after={seq_of(answer)}")
        assert [one["member_id"] for one in ledger.json()["items"]] == [member_id]
        newcomer = await enrolled(registry, name="后来的", on="2026-01-05")
        letter = await until(lambda: _notice(notify, member_id, "moved_away.member"))
        sent = await notify.post(f"/notify/api/notices/{letter['notice_id']}/send", json={})
        assert sent.status_code == httpx.codes.CREATED, sent.text
        for client, pages in ((registry, _REGISTRY), (notify, _NOTIFY)):
            for path in ("/", *pages):
                shown = await client.get(path, headers={"accept": "text/html"})
                assert shown.is_success, f"{path}: {shown.status_code}"

        apart.start("care")
        await apart.ready("care")
        call = await until(lambda: _visit(care, member_id, "away", "ready"))
        assert call["way"] == "call"
        dropped = await until(lambda: _visit(care, member_id, "eighty", "cancelled"))
        assert dropped["why"] == "went_away"
        await until(lambda: _visit(care, newcomer, "eighty", "ready"))
        made = {"made_on": today, "by": "shuji"}
        assert (await care.post(f"/care/api/visits/{call['visit_id']}/record", json=made)).status_code == 201

        async def met() -> bool:
            card = (await registry.get(f"/registry/api/members/{member_id}")).json()
            return bool(card["last_contact"] == today)

        await until(met)
        assert apart.speak_to_each_other() == []


_REGISTRY = ("/registry/members", "/registry/ledger", "/registry/meetings", "/registry/dues")
_NOTIFY = ("/notify/outbox", "/notify/letters")


async def _visit(care: httpx.AsyncClient, member_id: str, reason: str, state: str) -> dict[str, Any] | None:
    answer = await care.get("/care/api/visits", params={"member_id": member_id, "state": state})
    return next((one for one in answer.json()["items"] if one["reason"] == reason), None)


async def _notice(notify: httpx.AsyncClient, member_id: str, policy: str) -> dict[str, Any] | None:
    answer = await notify.get("/notify/api/notices", params={"member_id": member_id})
    return next((one for one in answer.json()["items"] if one["policy"] == policy), None)
