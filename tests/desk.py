"""What the offices of all three services have: a clock that tests turn, and clients for whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from fastapi import FastAPI

from services.shell.identity.accounts import Account, Grant
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token
from services.shell.settings import Settings

NOW: Final = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
"""Half past nine on a Saturday in November, by the office's clock."""
JINQIAO, SHIQUAN = "demo.jinqiao", "demo.shiquan"
WAIT_SECONDS: Final = 20.0


class Clock:
    """The time of a test; it goes on when the test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: int) -> None:
        self.now += timedelta(**span)


class Desk:
    """Clients of one service's application; `settings` and `app` are set by the office itself."""

    settings: Settings
    app: FastAPI

    def asking(self, role: Role = Role.SECRETARY, scope: str = JINQIAO, name: str = "shuji") -> httpx.AsyncClient:
        """A client that signs in with a bearer token of that post."""
        key = box_key(self.settings.keys / "box.key")
        token = mint_token(key, name=name, role=role, scope=scope, ttl_seconds=10**9, now=datetime.now(UTC))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://office",
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
        )

    async def account(self, name: str, display: str, role: Role, scope: str = JINQIAO) -> None:
        """Somebody who may sign in."""
        grant = Grant(role=role, scope=scope, place="金桥社区")
        who = Account(name=name, display=display, password="none", grants=(grant,))
        await self.app.state.shell.identity.accounts.put(who)


async def until(ask: Callable[[], Awaitable[Any]], seconds: float = WAIT_SECONDS) -> Any:
    """What is asked for, as soon as there is something."""
    async with asyncio.timeout(seconds):
        while not (found := await ask()):  # noqa: ASYNC110 - asked over HTTP, where no event can be awaited
            await asyncio.sleep(0.02)
        return found
