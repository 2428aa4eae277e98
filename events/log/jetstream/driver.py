"""`JetStreamLog`: the port's promise kept by a NATS connection."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from events.log.jetstream.append import Appender
from events.log.jetstream.client import LogClient
from events.log.jetstream.follow import Follower
from events.log.jetstream.read import Reader
from events.log.jetstream.rpc import Requests
from events.log.port import Ends, LogShrunk, Message, Pages, Write


class JetStreamLog:
    """The log over one connection of one service's NATS user. `owner` names its consumers."""

    def __init__(self, connection: LogClient, owner: str) -> None:
        self.connection = connection
        self.requests = Requests(connection)
        self.reader = Reader(self.requests)
        self._appender = Appender(connection, self.requests, self.reader.entity_from_leader)
        self._owner = owner

    async def append(self, stream: str, writes: Sequence[Write]) -> list[int]:
        """See `Log.append`."""
        return await self._appender.append(stream, writes)

    async def read_entity(self, stream: str, subject: str, after: int) -> list[Message]:
        """See `Log.read_entity`."""
        return await self.reader.entity(stream, subject, after)

    async def read_last(self, stream: str, subject: str) -> Message | None:
        """See `Log.read_last`."""
        return await self.reader.last(stream, subject)

    async def read_range(self, stream: str, first: int, last: int, *, batch: int = 2000) -> Pages:
        """See `Log.read_range`."""
        if last < first:
            return
        ends = await self.ends(stream)
        if ends.last < last:
            raise LogShrunk(f"{stream} ends at {ends.last}, {last} was asked for")
        async with aclosing(self.follow(stream, first - 1, batch=batch)) as pages:
            async for page in pages:
                if page[-1].seq >= last:
                    yield [message for message in page if message.seq <= last]
                    return
                yield page

    async def follow(self, stream: str, after: int, *, batch: int = 2000) -> Pages:
        """See `Log.follow`."""
        follower = Follower(self.connection, self.requests, stream, self._owner)
        async with aclosing(follower.batches(after, batch)) as pages:
            async for page in pages:
                yield page

    async def scan(self, stream: str, after: int, count: int) -> list[Message]:
        """The next messages of a key-value bucket's stream, about `count` of them; fewer at its end. Fast in bulk."""
        last = (await self.ends(stream)).last
        found: list[Message] = []
        if after >= last:
            return found
        follower = Follower(self.connection, self.requests, stream, self._owner, may_have_holes=True)
        async with aclosing(follower.batches(after, count)) as pages:
            async for page in pages:
                found.extend(page)
                if len(found) >= count or page[-1].seq >= last:
                    break
        return found

    async def ends(self, stream: str) -> Ends:
        """See `Log.ends`."""
        return await self.reader.ends(stream)
