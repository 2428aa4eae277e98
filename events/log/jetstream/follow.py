"""An ordered follower: replay at full speed, then live, over one push consumer with flow control.

The consumer is ephemeral and keeps nothing: the position lives in the reader's own transaction. Whatever goes wrong
(a dropped message, a restarted server, a deleted consumer) the follower makes a new one from the last sequence it
handed out. What it never does is skip: a hole in the stream raises `LogGap`, a shorter stream `LogShrunk`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from events.log.jetstream.client import LogClient
from events.log.jetstream.rpc import ApiError, Requests, TimedOut
from events.log.port import LogGap, LogShrunk, Message, Pages, Unavailable

HEARTBEAT_SECONDS: Final = 0.5
SILENCE_SECONDS_MAX: Final = 2.0
"""No message and no heartbeat for this long: the consumer is gone, make a new one."""
RETRY_SECONDS: Final = 0.25
BUFFERED_MAX: Final = 2_000
"""Flow control is answered only below this many waiting messages, so that memory stays flat."""
_NANOSECONDS: Final = 1_000_000_000
_names = itertools.count(1)


class _Feed:
    """What arrives from one push consumer: in order, counted, with flow control answered when there is room."""

    def __init__(self, connection: LogClient, stream: str) -> None:
        self._connection = connection
        self._stream = stream
        self.waiting: deque[Message] = deque()
        self.arrived = asyncio.Event()
        self.broken = False
        self.heard_at = asyncio.get_running_loop().time()
        self._delivered = 0
        self._stalled_reply = ""
        self._clock = asyncio.get_running_loop().time

    async def received(self, message: Msg) -> None:
        """The subscription's callback: data, or a heartbeat / flow-control status."""
        self.heard_at = self._clock()
        if message.headers and "Status" in message.headers:
            await self._status(message)
            return
        self.fed(message.subject, message.reply, message.data)

    def fed(self, subject: str, reply: str, body: bytes) -> None:
        """A message of the stream; `reply` tells its place there and in this consumer."""
        self.heard_at = self._clock()
        tokens = reply.split(".")
        at = 5 if len(tokens) == 9 else 7  # $JS.ACK.<stream>… or $JS.ACK.<domain>.<account>.<stream>…
        sequence, delivered = int(tokens[at]), int(tokens[at + 1])
        if delivered != self._delivered + 1:
            self.broken = True
        elif not self.broken:
            self._delivered = delivered
            stored_at = datetime.fromtimestamp(int(tokens[at + 2]) / _NANOSECONDS, UTC)
            self.waiting.append(Message(self._stream, sequence, subject, body, stored_at))
        self.arrived.set()

    async def _status(self, message: Msg) -> None:
        headers = message.headers or {}
        if message.reply:
            self._stalled_reply = message.reply
        elif stalled := headers.get("Nats-Consumer-Stalled"):
            self._stalled_reply = stalled
        elif (seen := headers.get("Nats-Last-Consumer")) and int(seen) > self._delivered:
            self.broken = True  # messages were lost between the server and here
            self.arrived.set()
        await self.make_room()

    async def make_room(self) -> None:
        """Let the server go on sending, once the waiting messages have been taken."""
        if self._stalled_reply and len(self.waiting) < BUFFERED_MAX:
            reply, self._stalled_reply = self._stalled_reply, ""
            await self._connection.publish(reply, b"")


class Follower:
    """Follows one stream for one reader."""

    def __init__(
        self, connection: LogClient, requests: Requests, stream: str, owner: str, *, may_have_holes: bool = False
    ) -> None:
        """`may_have_holes`: a key-value bucket, whose replaced values are gone; a fact stream has none."""
        self._connection = connection
        self._requests = requests
        self._stream = stream
        self._owner = owner
        self._may_have_holes = may_have_holes

    async def batches(self, after: int, batch: int) -> Pages:
        """Lists of 1..`batch` messages from `after`+1 on, without end."""
        position = after
        while True:
            try:
                async with self._feed(position) as feed:
                    async for page in self._pages(feed, position, batch):
                        position = page[-1].seq
                        yield page
            except (TimedOut, Unavailable, ApiError, NatsError, OSError):
                await asyncio.sleep(RETRY_SECONDS)

    async def _pages(self, feed: _Feed, position: int, batch: int) -> AsyncIterator[list[Message]]:
        """Pages until the feed breaks or falls silent."""
        loop = asyncio.get_running_loop()
        while True:
            while feed.waiting:
                page = [feed.waiting.popleft() for _ in range(min(batch, len(feed.waiting)))]
                if not self._may_have_holes:
                    _check_contiguous(self._stream, position, page)
                position = page[-1].seq
                yield page
                await feed.make_room()
            if feed.broken:
                return
            feed.arrived.clear()
            if feed.waiting:
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await feed.arrived.wait()
            if not feed.waiting and loop.time() - feed.heard_at > SILENCE_SECONDS_MAX:
                return

    @contextlib.asynccontextmanager
    async def _feed(self, position: int) -> AsyncIterator[_Feed]:
        """A fresh ordered consumer from `position`+1, gone again at the end."""
        inbox = self._connection.new_inbox()
        feed = _Feed(self._connection, self._stream)
        subscription = await self._connection.subscribe(
            inbox, cb=feed.received, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        self._connection.feed(subscription, feed.fed)
        name = f"{self._owner}_{inbox.rsplit('.', 1)[-1]}_{next(_names)}"
        try:
            await self._create(name, inbox, position)
            yield feed
        finally:
            await self._remove(name, subscription)

    async def _create(self, name: str, inbox: str, position: int) -> None:
        state = (await self._requests.api(f"STREAM.INFO.{self._stream}"))["state"]
        if state["last_seq"] < position:
            raise LogShrunk(
                f"{self._stream} ends at {state['last_seq']}, but {position} was read before: the log lost data. "
                "Nothing more is read until a person has looked (see docs/operations.md)."
            )
        config: dict[str, Any] = {
            "name": name,
            "deliver_subject": inbox,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": position + 1,
            "ack_policy": "none",
            "max_deliver": 1,
            "replay_policy": "instant",
            "flow_control": True,
            "idle_heartbeat": int(HEARTBEAT_SECONDS * _NANOSECONDS),
            "inactive_threshold": 30 * _NANOSECONDS,
            "mem_storage": True,
            "num_replicas": 1,
        }
        body = {"stream_name": self._stream, "config": config, "action": "create"}
        await self._requests.api(f"CONSUMER.CREATE.{self._stream}.{name}", body)

    async def _remove(self, name: str, subscription: Subscription) -> None:
        """Best effort: a consumer that cannot be removed now expires by itself."""
        self._connection.starve(subscription)
        with contextlib.suppress(NatsError, OSError):
            await subscription.unsubscribe()
        with contextlib.suppress(TimedOut, Unavailable, ApiError, NatsError, OSError):
            await self._requests.api(f"CONSUMER.DELETE.{self._stream}.{name}", timeout_seconds=1.0)


def _check_contiguous(stream: str, position: int, page: list[Message]) -> None:
    """Fact streams have no holes: nothing is ever deleted from them (PITFALLS 9)."""
    if page[0].seq == position + 1 and page[-1].seq == position + len(page):
        return
    expected = position
    for message in page:
        expected += 1
        if message.seq != expected:
            raise LogGap(f"{stream}: {message.seq} follows {expected - 1}; facts in between are missing")
