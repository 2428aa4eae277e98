"""One box in one process, as `hearth up` puts it together, with a clock of the test's own; and people who use it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from deploy.box.addresses import BoxAddresses
from deploy.box.apps import WIRES
from events.log.envelope import parse
from events.log.jetstream import JetStreamLog
from services.care.settings import CareSettings
from services.notify.settings import NotifySettings
from services.registry.settings import RegistrySettings
from services.shell.app import build_shell
from services.shell.host import Host
from services.shell.identity.accounts import Account, Grant, hash_password
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token
from services.shell.settings import Settings
from tests.desk import JINQIAO, Clock, until
from tests.log.connect import connect
from tests.registry.pages.test_import_pages import Browser

PASSWORD: Final = "not-a-secret-in-tests"
SETTINGS: Final[dict[str, type[Settings]]] = {
    "registry": RegistrySettings,
    "care": CareSettings,
    "notify": NotifySettings,
}


class Reader(Browser):
    """Somebody at a browser without JavaScript."""

    async def fill_in(self, path: str, on_page: str = "", **fields: Any) -> Reader:
        """Open the form of this address, there or on another page; fill it in, send it, be led on."""
        await self.open(on_page or path)
        form = re.search(rf'<form[^>]*action="{re.escape(path)}"[^>]*>(.*?)</form>', self.text, re.DOTALL)
        assert form is not None, f"no form for {path}: {self.text}"
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))
        await self.send(path, {**hidden, **fields})
        return self

    async def reads(self, path: str) -> str:
        """The page's HTML."""
        await self.open(path)
        assert self.status == httpx.codes.OK, self.text
        return self.text


class OneBox:
    """The shell with the three services in it."""

    def __init__(self, cell: BoxAddresses, shell: Any) -> None:
        self.cell, self.clock = cell, Clock()
        services, nav = {}, []
        for name, wire in WIRES.items():
            settings = self._settings(name)
            host = Host(settings, wire.PROJECTION, wire.PURPOSES, clock=self.clock)
            services[name] = wire.build(settings, host)
            nav.extend(wire.NAV)
        self.app = build_shell(self._settings("registry"), services, nav, jetstream=shell.jetstream, clock=self.clock)

    def _settings(self, service: str) -> Settings:
        more: dict[str, Any] = {"plan_quiet_seconds": 0.05} if service == "care" else {}
        return SETTINGS[service](
            nats_url=self.cell.nats[service],
            shell_nats_url=self.cell.nats["shell"],
            postgres_url=self.cell.postgres[f"{service}_app"],
            postgres_owner_url=self.cell.postgres[f"{service}_owner"],
            data=self.cell.data,
            **more,
        )

    def asking(self, role: Role = Role.SECRETARY, scope: str = JINQIAO, name: str = "shuji") -> httpx.AsyncClient:
        """A program, with a bearer token of that post."""
        key = box_key(self.cell.keys / "box.key")
        token = mint_token(key, name=name, role=role, scope=scope, ttl_seconds=86_400, now=datetime.now(UTC))
        return self._client({"authorization": f"Bearer {token}"})

    @asynccontextmanager
    async def browsing(self, name: str) -> AsyncIterator[Reader]:
        """Somebody with an account, signed in on the page."""
        async with self._client({}) as client:
            reader = Reader(client)
            await reader.fill_in("/sign-in", name=name, password=PASSWORD)
            assert reader.path == "/", reader.text
            yield reader

    async def account(self, name: str, display: str, role: Role) -> None:
        """Somebody who may sign in."""
        grant = Grant(role=role, scope=JINQIAO, place="金桥社区")
        who = Account(name=name, display=display, password=hash_password(PASSWORD), grants=(grant,))
        await self.app.state.shell.identity.accounts.put(who)

    async def facts(self, service: str, entity: str) -> list[dict[str, Any]]:
        """Type and data of an entity's facts as they stand on NATS."""
        async with connect(self.cell, service) as client:
            log, stream = JetStreamLog(client, service), service.upper()
            subject = {"registry": "member", "care": "care", "notify": "notice"}[service]
            messages = await log.read_entity(stream, f"fact.{service}.{subject}.{entity}", 0)
        return [{"type": one.about.type, "id": one.about.id, **one.data} for one in map(parse, messages)]

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://office", headers=headers, timeout=30)


@asynccontextmanager
async def one_box(cell: BoxAddresses) -> AsyncIterator[OneBox]:
    """The box while it is open, with the accounts of an office."""
    async with AsyncExitStack() as stack:
        shell = await stack.enter_async_context(connect(cell, "shell"))
        box = OneBox(cell, shell)
        await box.account("shuji", "王书记", Role.SECRETARY)
        await box.account("laoli", "李老师", Role.VISITOR)
        await box.account("xiaochen", "陈老师", Role.VISITOR)
        await stack.enter_async_context(box.app.router.lifespan_context(box.app))
        yield box


__all__ = ["OneBox", "Reader", "one_box", "until"]
