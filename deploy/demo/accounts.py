"""The accounts of a demonstration: one for each post and a few more, with a password that everybody may know."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import nats

from deploy.box.accounts import SignIn
from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from deploy.demo.handover import EMPLOYER, EMPLOYER_PATH
from deploy.demo.town import JINQIAO, SHIQUAN, STREET
from services.shell.identity.accounts import Account, Accounts, Grant, hash_password
from services.shell.identity.caller import Role

PASSWORD: Final = "hearth-demo"  # noqa: S105 - printed at each start, and only in a box of made-up people


@dataclass(frozen=True, slots=True)
class Post:
    """An account, and what it is for."""

    name: str
    display: str
    role: Role
    scope: str
    place: str


POSTS: Final = (
    Post("secretary", "陈书记", Role.SECRETARY, JINQIAO.code, JINQIAO.name),
    Post("worker", "小吴", Role.WORKER, JINQIAO.code, JINQIAO.name),
    Post("visitor", "李老师", Role.VISITOR, JINQIAO.code, JINQIAO.name),
    Post("wang", "王阿姨", Role.VISITOR, JINQIAO.code, JINQIAO.name),
    Post("chen", "老陈", Role.VISITOR, JINQIAO.code, JINQIAO.name),
    Post("shiquan", "林书记", Role.SECRETARY, SHIQUAN.code, SHIQUAN.name),
    Post("liaison", "孙科长", Role.LIAISON, EMPLOYER_PATH, f"{EMPLOYER}退管办"),
    Post("supervisor", "钱科长", Role.SUPERVISOR, *STREET),
    Post("auditor", "郑老师", Role.AUDITOR, *STREET),
    Post("operator", "何工", Role.OPERATOR, "", ""),
    Post("subscriber-admin", "唐工", Role.SUBSCRIBER_ADMIN, *STREET),
)


async def demo_accounts(addresses: BoxAddresses) -> Sequence[SignIn]:
    """Make those that are missing; returns all of them. Only for a box that is a demonstration."""
    client = await nats.connect(addresses.nats["shell"], inbox_prefix=inbox_prefix("shell").encode("ascii"))
    try:
        accounts = Accounts(client.jetstream)
        known = {account.name for account in await accounts.every()}
        missing = [post for post in POSTS if post.name not in known]
        hashed = await asyncio.to_thread(hash_password, PASSWORD) if missing else ""
        for post in missing:
            grant = Grant(role=post.role, scope=post.scope, place=post.place)
            await accounts.put(
                Account(name=post.name, display=post.display, password=hashed, grants=(grant,), demo=True)
            )
    finally:
        await client.close()
    return [SignIn(post.name, post.role.value, PASSWORD) for post in POSTS]
