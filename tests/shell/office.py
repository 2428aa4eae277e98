"""What the tests of the shell share: a broker connection, a made-up service, and the office built of both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import nats
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from nats.aio.client import Client
from nats.js import JetStreamContext
from pydantic import BaseModel, Field
from starlette.responses import Response

from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from services.shell.app import build_shell, service_app
from services.shell.health import Health
from services.shell.identity import Caller, Role, public, requires
from services.shell.identity.accounts import Account, Grant, hash_password
from services.shell.pages import NavEntry, Undo, done, fragment, page
from services.shell.problems import Refusal, TooMany
from services.shell.settings import Settings

#: Saturday, the 21st of November, in Shanghai; the 13th of the tenth month.
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
HASH = hash_password(PASSWORD)
NAV = [
    NavEntry("名册", "/sample/rows", (Role.SECRETARY,), "sample", "rows"),
    NavEntry("运维", "/sample/ops", (Role.OPERATOR,), "sample"),
]
FOR_SECRETARIES = Depends(requires(Role.SECRETARY))
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Wish(BaseModel):
    count: int = Field(ge=1)
    note: str = Field(default="", max_length=3)


class Sample:
    """The switches of the made-up service."""

    def __init__(self) -> None:
        self.panel_released = asyncio.Event()
        self.panel_released.set()
        self.counts = {"rows": 137, "late": 3, "soon": 8}


def account(name: str, role: Role, scope: str = "demo.jinqiao", **more: object) -> Account:
    grants = (Grant(role=role, scope=scope, place="金桥社区"),)
    return Account.model_validate({"name": name, "display": f"{name}同志", "password": HASH, "grants": grants} | more)


def sample_service(folder: Path) -> FastAPI:
    """One route of each kind a service has."""
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "rows.html").write_text('{% extends "frame.html" %}{% block title %}名册{% endblock %}')
    (pages / "today.html").write_text(
        '{% import "parts.html" as p %}{% call p.card("左") %}{{ word }}{% endcall %}'
        '{{ p.later_from_here() }}{% call p.card("下") %}{% endcall %}{{ p.aside_from_here() }}'
        '{% call p.card("右") %}{% endcall %}'
    )
    routes, sample = APIRouter(), Sample()

    @routes.get("/rows")
    async def rows(request: Request, caller: Annotated[Caller, FOR_SECRETARIES]) -> Response:
        return await page(request, "rows.html")

    @routes.post("/rows", dependencies=[FOR_SECRETARIES])
    async def add(request: Request, note: Annotated[str, Form()] = "") -> Response:
        return done(request, "/sample/rows", f"已记录{note}", undo=Undo("/sample/undo", {"id": "7"}))

    @routes.post("/api/wishes", dependencies=[FOR_SECRETARIES])
    async def wish(wish: Wish) -> dict[str, int]:
        return {"count": wish.count}

    @routes.get("/api/me")
    async def me(caller: Annotated[Caller, Depends(requires())]) -> dict[str, object]:
        return {"name": caller.name, "role": caller.role, "scope": caller.scope}

    @routes.get("/api/refused", dependencies=[Depends(public("test"))])
    async def refused() -> None:
        raise Refusal("already_away", "已经在外。", since="2026-03-12")

    @routes.get("/busy", dependencies=[Depends(public("test"))])
    async def busy() -> None:
        raise TooMany(7)

    @routes.get("/broken", dependencies=[Depends(public("test"))])
    async def broken() -> None:
        raise RuntimeError("a secret of the server")

    @routes.get("/panels/today", dependencies=[FOR_SECRETARIES])
    async def today(request: Request) -> Response:
        await sample.panel_released.wait()
        return fragment(request, "today.html", word="<今天>")

    @routes.get("/panels/counts", dependencies=[FOR_SECRETARIES])
    async def counts() -> dict[str, int]:
        return sample.counts

    app = service_app("sample", pages, [routes], checks=Health())
    app.state.sample = sample
    return app


async def connect(address: BoxAddresses) -> Client:
    return await nats.connect(address.nats["shell"], inbox_prefix=inbox_prefix("shell").encode())


class Office:
    """The shell around the made-up service."""

    def __init__(
        self, settings: Settings, service: FastAPI, js: JetStreamContext, clock: Callable[[], datetime]
    ) -> None:
        self.service = service
        self.app = build_shell(settings, {"sample": service}, NAV, jetstream=lambda: js, clock=clock)
        self.identity = self.app.state.shell.identity

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.app.router.lifespan_context(self.app):
            yield

    def browser(self, origin: str = "http://box") -> httpx.AsyncClient:
        """A client that asks for pages and keeps cookies, as a browser does; it does not follow redirects."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=origin, headers=BROWSER)

    async def sign_in(self, client: httpx.AsyncClient, who: Account) -> None:
        """Through the form, as a person does."""
        await self.identity.accounts.put(who)
        answer = await client.post("/sign-in", data={"name": who.name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
