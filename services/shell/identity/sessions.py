"""Open sessions in the bucket `SESSIONS`, known by the hash of an opaque id that only the browser holds."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from nats.js.errors import KeyNotFoundError
from pydantic import BaseModel, ConfigDict

from services.shell.identity.accounts import Account, Accounts, Grant
from services.shell.identity.buckets import SESSIONS, Bucket, JetStream
from services.shell.identity.caller import Caller

_CACHE_SECONDS = 5.0
_CACHE_ENTRIES = 10_000


class Session(BaseModel):
    """What is stored: whose session, opened with which password, in which of their posts, until when."""

    model_config = ConfigDict(frozen=True)

    account: str
    opened_with: str
    grant: Grant
    until: datetime


class Sessions:
    """Opens, finds and ends sessions. What it says may be five seconds old, except after `end` in this process."""

    def __init__(self, jetstream: JetStream, accounts: Accounts, *, hours: int, clock: Callable[[], datetime]) -> None:
        self._bucket = Bucket(jetstream, SESSIONS)
        self._accounts = accounts
        self._span = timedelta(hours=hours)
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, datetime, Caller]] = OrderedDict()

    async def open(self, account: Account, grant: Grant) -> str:
        """A new session; returns the id for the cookie (256 random bits, stored only as a hash)."""
        assert grant in account.grants
        session_id = secrets.token_urlsafe(32)
        session = Session(
            account=account.name, opened_with=_mark(account), grant=grant, until=self._clock() + self._span
        )
        value = session.model_dump_json().encode()
        await self._bucket.ask(lambda kv: kv.put(_key(session_id), value))
        return session_id

    async def find(self, session_id: str) -> Caller | None:
        """Whose session it is; None if unknown or over, or if the account lost that post or changed its password."""
        key = _key(session_id)
        cached = self._seen.get(key)
        if cached and cached[0] > monotonic() and cached[1] > self._clock():
            return cached[2]
        self._seen.pop(key, None)
        try:
            entry = await self._bucket.ask(lambda kv: kv.get(key))
        except KeyNotFoundError:
            return None
        session = Session.model_validate_json(entry.value or b"")
        account = await self._accounts.get(session.account)
        if account is None or account.closed or _mark(account) != session.opened_with:
            return None
        if session.grant not in account.grants or session.until <= self._clock():
            return None
        caller = Caller(account.name, account.display, session.grant.role, session.grant.scope, session.grant.place)
        self._seen[key] = (monotonic() + _CACHE_SECONDS, session.until, caller)
        if len(self._seen) > _CACHE_ENTRIES:
            self._seen.popitem(last=False)
        return caller

    async def end(self, session_id: str) -> None:
        """Sign out: here at once, in other processes within five seconds. Ending an unknown session does nothing."""
        key = _key(session_id)
        self._seen.pop(key, None)
        await self._bucket.ask(lambda kv: kv.purge(key))


def _mark(account: Account) -> str:
    """Differs when the password was changed; says nothing about it (it is a hash of a salted hash)."""
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]


def _key(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
