"""A NATS connection of one service's user to a test cell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from events.log.jetstream.client import LogClient
from events.log.jetstream.client import connect as connect_log


@asynccontextmanager
async def connect(cell: Any, user: str, **options: Any) -> AsyncIterator[LogClient]:
    """Connected as `user` (`registry`, `care`, `notify`, `provision`); closed at the end."""
    url, inbox = cell.nats[user], f"_INBOX_{user}".encode()
    connection = await connect_log(url, inbox_prefix=inbox, max_reconnect_attempts=-1, **options)
    try:
        yield connection
    finally:
        await connection.close()
