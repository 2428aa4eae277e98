"""The notify service as far as the registry hears of it: something that writes facts on its stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import uuid_utils

from deploy.box.addresses import BoxAddresses
from events.facts.base import Purpose
from events.facts.notice import NoticeFact
from events.log.command import Asked, Commands, NoStates
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.seal import KeyRing
from tests.desk import JINQIAO, Clock


@asynccontextmanager
async def notify_of(cell: BoxAddresses, clock: Clock) -> AsyncIterator[Commands]:
    """It, while it is there."""
    connection = await connect(cell.nats["notify"], inbox_prefix=b"_INBOX_notify")
    log = JetStreamLog(connection, "notify")
    purposes: tuple[Purpose, ...] = ("identity", "contact")
    keks: dict[Purpose, bytes] = {purpose: cell.kek(purpose).read_bytes() for purpose in purposes}
    keys = KeyRing("notify", keks, NatsKeyStore(log))
    yield Commands("notify", "demo", log, keys, NoStates(), clock, lambda: str(uuid_utils.uuid7()))
    await connection.close()


async def notifies(notify: Commands, recipient_id: str, fact: NoticeFact, on: date, community: str = JINQIAO) -> str:
    """Notify publishes a fact; the position to wait for."""
    receipt = await notify.note(Asked("laoli", community), fact.STREAM, recipient_id, fact, on)
    return receipt.position
