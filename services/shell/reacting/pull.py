"""Fetching for FastStream: as fast as a callback, at once what is there, and never a loop that spins.

FastStream's batch subscriber asks its subscription for a batch over and over. nats-py's own answer costs a wait for
every message, holds a half-full batch back until the time-out, and returns at once for ever when the connection is
closed or the consumer is gone (PITFALLS 10, 13, 14, 16). This one keeps a request open ahead of demand.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import Final

import nats.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

EXPIRES_SECONDS: Final = 5.0
SILENCE_SECONDS_MAX: Final = EXPIRES_SECONDS + 2.0
"""A request that was neither filled nor ended by now was lost: the server restarted."""
PAUSE_SECONDS: Final = 0.25
_NANOSECONDS: Final = 1_000_000_000


class Pull(JetStreamContext.PullSubscription):
    """A pull subscription that reads ahead: at most two batches wait here or are asked for."""

    def __init__(self, connection: Client, stream: str, durable: str) -> None:
        self.connection = connection
        self.asked_at = monotonic()
        self.gone = False
        """The server said that the consumer does not exist."""
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = connection.new_inbox()
        self._arrived = asyncio.Event()
        self._waiting: deque[Msg] = deque()
        self._owed = 0
        self._heard_at = monotonic()
        self._hand_over = False
        self._reconnects = connection.stats["reconnects"]

    async def start(self) -> None:
        """Listen."""
        self._sub = await self.connection.subscribe(
            self._inbox, cb=self._received, pending_msgs_limit=-1, pending_bytes_limit=-1
        )

    async def unsubscribe(self) -> None:
        """Stop listening. What was not handed over is delivered again later."""
        if not self.connection.is_closed:
            await self._sub.unsubscribe()

    async def fetch(self, batch: int = 1, timeout: float | None = 5.0, heartbeat: float | None = None) -> list[Msg]:
        """What is there, at most `batch`; waits for the first message only.

        FastStream asks again until its batch is full. When there was no more, that second question is answered with
        its time-out at once, so that it starts working on what it has.
        """
        self.asked_at = monotonic()
        if self._hand_over and not self._waiting:
            self._hand_over = False
            raise nats.errors.TimeoutError
        if self.connection.is_closed or self.gone:
            await asyncio.sleep(PAUSE_SECONDS)
            raise nats.errors.TimeoutError
        await self._ask(batch)
        if not self._waiting:
            self._arrived.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._arrived.wait()
            except TimeoutError:
                raise nats.errors.TimeoutError from None
        messages = [self._waiting.popleft() for _ in range(min(batch, len(self._waiting)))]
        self._hand_over = bool(messages)
        return messages

    async def _ask(self, batch: int) -> None:
        reconnects = self.connection.stats["reconnects"]
        if reconnects != self._reconnects or monotonic() - self._heard_at > SILENCE_SECONDS_MAX:
            self._owed, self._reconnects = 0, reconnects
        if self._owed + len(self._waiting) > batch // 2 or not self.connection.is_connected:
            return
        self._owed += batch
        self._heard_at = monotonic()
        body = orjson.dumps({"batch": batch, "expires": int(EXPIRES_SECONDS * _NANOSECONDS)})
        await self.connection.publish(self._next, body, reply=self._inbox)

    async def _received(self, message: Msg) -> None:
        self._heard_at = monotonic()
        if message.headers is not None and (status := message.headers.get("Status")) is not None:
            self._ended(status, message.headers)
            return
        self._owed = max(0, self._owed - 1)
        self._waiting.append(message)
        self._arrived.set()

    def _ended(self, status: str, headers: dict[str, str]) -> None:
        """A request ended before it was filled: its time was up, or there is nobody to ask."""
        if status == "503" or "Consumer Deleted" in headers.get("Description", ""):
            self.gone = True
            self._owed = 0
        elif status != "100":
            self._owed = max(0, self._owed - int(headers.get("Nats-Pending-Messages", self._owed)))
        self._arrived.set()
