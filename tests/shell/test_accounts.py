"""The list of accounts: whole whenever it is asked for, and free of charge to the broker."""

from __future__ import annotations

from nats.aio.client import Client

from services.shell.identity import Role
from services.shell.identity.accounts import Accounts
from services.shell.identity.buckets import ACCOUNTS
from tests.cells import Cells
from tests.shell.office import account, connect

ASKED = 200
"""More often than a bucket may have consumers."""


async def test_there_may_be_none(cells: Cells) -> None:
    client = await connect(cells.fresh())
    try:
        assert await Accounts(client.jetstream).every() == []
    finally:
        await client.close()


async def test_every_account_is_found_every_time(broker: Client) -> None:
    accounts = Accounts(broker.jetstream)
    for name in ("wang", "chen"):
        await accounts.put(account(name, Role.VISITOR))
    bucket = await broker.jetstream().key_value(ACCOUNTS)
    await bucket.put("gone", b"{}")
    await bucket.delete("gone")
    for _ in range(ASKED):
        assert {one.name for one in await accounts.every()} >= {"chen", "wang"}
    info = await broker.jetstream().stream_info(f"KV_{ACCOUNTS}")
    assert info.state.consumer_count == 0
