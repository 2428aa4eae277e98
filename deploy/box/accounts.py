"""The first accounts of a box: somebody must be able to sign in."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

import nats

from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from services.shell.identity.accounts import Account, Accounts, Grant, hash_password
from services.shell.identity.caller import Role

_FIRST = (("secretary", "书记", Role.SECRETARY), ("operator", "运维", Role.OPERATOR))
# Without letters and digits that look alike: these are read from a screen and typed.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_LETTERS = 14


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account with its password, known only at the moment it is made."""

    name: str
    role: str
    password: str


async def first_accounts(addresses: BoxAddresses) -> list[SignIn]:
    """Make a secretary and an operator with new passwords if the box has no account yet; returns what was made."""
    client = await nats.connect(addresses.nats["shell"], inbox_prefix=inbox_prefix("shell").encode("ascii"))
    try:
        accounts = Accounts(client.jetstream)
        if await accounts.every():
            return []
        made = []
        for name, display, role in _FIRST:
            password = "".join(secrets.choice(_LETTERS) for _ in range(_PASSWORD_LETTERS))
            hashed = await asyncio.to_thread(hash_password, password)
            await accounts.put(
                Account(name=name, display=display, password=hashed, grants=(Grant(role=role, scope=""),))
            )
            made.append(SignIn(name, role.value, password))
        return made
    finally:
        await client.close()
