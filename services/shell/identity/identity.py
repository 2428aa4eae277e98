"""Finds out who asks, from the session cookie or the bearer token."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from services.shell.identity.accounts import Account, Accounts, Grant
from services.shell.identity.buckets import JetStream
from services.shell.identity.called import Called
from services.shell.identity.caller import Caller
from services.shell.identity.limits import Limit
from services.shell.identity.sessions import Sessions
from services.shell.identity.tokens import derived, verify_token
from services.shell.problems import Unauthenticated

COOKIE = "hearth_session"


class Identity:
    """One per process, shared by the shell and the services mounted in it."""

    def __init__(self, jetstream: JetStream, key: bytes, *, session_hours: int, clock: Callable[[], datetime]) -> None:
        self._key = key
        self.accounts = Accounts(jetstream)
        self.called = Called(self.accounts)
        self.sessions = Sessions(jetstream, self.accounts, hours=session_hours, clock=clock)
        # one name may be tried from one place five times in five minutes, one place may try thirty names
        self._by_name = Limit(5, 300)
        self._by_place = Limit(30, 300)
        # a check takes 64 MiB: a flood of them must not take the machine's memory, nor slip past the limits in parallel
        self._checks = asyncio.Semaphore(2)

    def key_for(self, purpose: str) -> bytes:
        """A signing key of its own for that purpose."""
        return derived(self._key, purpose)

    async def caller_of(self, request: Request) -> Caller | None:
        """Who asks. A token goes before a cookie. Errors: `Unauthenticated` (bad token), `Unavailable`."""
        scheme, _space, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            caller = verify_token(self._key, credentials.strip())
            if caller is None:
                raise Unauthenticated()
            return caller
        session_id = request.cookies.get(COOKIE)
        return await self.sessions.find(session_id) if session_id else None

    async def check_password(self, name: str, password: str, place: str) -> Account | None:
        """The account if name and password fit. Errors: `TooMany` after five tries of a name or thirty of a place."""
        tried = f"{name}@{place}"
        async with self._checks:
            self._by_place.attempt(place)
            self._by_name.attempt(tried)
            account = await self.accounts.verify(name, password)
            if account is not None:
                self._by_name.forgive(tried)
                self._by_place.take_back(place)  # one known account must not clear the way for guessing others
            return account

    async def sign_in(self, request: Request, response: Response, account: Account, grant: Grant) -> None:
        """Open a session and hand its id to the browser; the one it had before is ended, never reused."""
        await self._end_present(request)
        session_id = await self.sessions.open(account, grant)
        response.set_cookie(
            COOKIE, session_id, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/"
        )

    async def sign_out(self, request: Request, response: Response) -> None:
        """End the session of this browser, if it has one."""
        await self._end_present(request)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", path="/")

    async def _end_present(self, request: Request) -> None:
        session_id = request.cookies.get(COOKIE)
        if session_id:
            await self.sessions.end(session_id)
