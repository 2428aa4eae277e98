"""Local accounts in the bucket `ACCOUNTS`: who may sign in, and what for."""

import asyncio
import re
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from nats.js.errors import KeyNotFoundError
from pydantic import BaseModel, ConfigDict, Field

from services.shell.identity.buckets import ACCOUNTS, Bucket, JetStream
from services.shell.identity.caller import Role

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_hasher = PasswordHasher()  # argon2id with the RFC 9106 low-memory profile: 64 MiB, 3 passes


@cache
def _nobody() -> str:
    """Verified against when the name is unknown, so that the answer takes as long as for a known one."""
    return _hasher.hash("nobody")


class Grant(BaseModel):
    """One post: a role over an organisation path (`""` is the whole box); `place` is its name for people."""

    model_config = ConfigDict(frozen=True)

    role: Role
    scope: str
    place: str = ""


class Account(BaseModel):
    """A person who signs in. `demo` accounts stand on the sign-in page of a demonstration as buttons."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(pattern=_NAME.pattern)
    display: str = Field(min_length=1, max_length=40)
    password: str = Field(repr=False, description="argon2id hash")
    grants: tuple[Grant, ...] = Field(min_length=1)
    demo: bool = False
    closed: bool = False


def hash_password(password: str) -> str:
    """argon2id with its parameters and salt in the text. Takes some 50 ms on purpose."""
    return _hasher.hash(password)


class Accounts:
    """Reads and writes accounts; checks passwords without blocking the event loop."""

    def __init__(self, jetstream: JetStream) -> None:
        self._bucket = Bucket(jetstream, ACCOUNTS)

    async def get(self, name: str) -> Account | None:
        """The account of that name, open or closed."""
        if not _NAME.fullmatch(name):
            return None
        try:
            entry = await self._bucket.ask(lambda kv: kv.get(name))
        except KeyNotFoundError:
            return None
        return Account.model_validate_json(entry.value or b"")

    async def put(self, account: Account) -> None:
        """Write the account, new or changed. Open sessions follow within five seconds."""
        await self._bucket.ask(lambda kv: kv.put(account.name, account.model_dump_json().encode()))

    async def every(self) -> Sequence[Account]:
        """All accounts, by name."""
        found = [await self.get(name) for name in await self._bucket.keys()]
        return [account for account in found if account is not None]

    async def change_password(self, account: Account, password: str) -> Account:
        """Write the account with another password; sessions opened before are over."""
        hashed = await asyncio.to_thread(hash_password, password)
        changed = account.model_copy(update={"password": hashed})
        await self.put(changed)
        return changed

    async def verify(self, name: str, password: str) -> Account | None:
        """The account, if the password is right and the account open. Takes the same time either way."""
        account = await self.get(name)
        nobody = await asyncio.to_thread(_nobody)  # made by the first who signs in, whether the name is known or not
        right = await asyncio.to_thread(_matches, account.password if account else nobody, password)
        if account is None or not right or account.closed:
            return None
        if _hasher.check_needs_rehash(account.password):
            return await self.change_password(account, password)
        return account


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
