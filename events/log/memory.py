"""The in-memory driver of the log, for decision-level tests only: the same promise as JetStream, without disk."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from events.log.port import BATCH_WRITES_MAX, Conflict, Ends, LogShrunk, Message, Pages, Write


class MemoryLog:
    """Streams as lists; an append is atomic because nothing awaits in between."""

    def __init__(self) -> None:
        self._streams: dict[str, list[Message]] = defaultdict(list)
        self._last: dict[tuple[str, str], int] = {}
        self._grown = asyncio.Condition()

    async def append(self, stream: str, writes: Sequence[Write]) -> list[int]:
        """See `Log.append`."""
        count = sum(len(write.bodies) for write in writes)
        if count > BATCH_WRITES_MAX:
            raise ValueError(f"{count} messages in one append; at most {BATCH_WRITES_MAX}")
        for write in writes:
            now = self._last.get((stream, write.subject), 0)
            if write.bodies and now != write.expected:
                raise Conflict(f"{write.subject} is at {now}, not {write.expected}")
        sequences = []
        for write in writes:
            for _, body in write.bodies:
                sequence = len(self._streams[stream]) + 1
                self._streams[stream].append(Message(stream, sequence, write.subject, body))
                self._last[(stream, write.subject)] = sequence
                sequences.append(sequence)
        async with self._grown:
            self._grown.notify_all()
        return sequences

    async def read_entity(self, stream: str, subject: str, after: int) -> list[Message]:
        """See `Log.read_entity`."""
        return [message for message in self._streams[stream][after:] if message.subject == subject]

    async def read_last(self, stream: str, subject: str) -> Message | None:
        """See `Log.read_last`."""
        last = self._last.get((stream, subject))
        return None if last is None else self._streams[stream][last - 1]

    async def read_range(self, stream: str, first: int, last: int, *, batch: int = 2000) -> Pages:
        """See `Log.read_range`."""
        messages = self._streams[stream]
        if len(messages) < last:
            raise LogShrunk(f"{stream} ends at {len(messages)}, {last} was asked for")
        for start in range(first, last + 1, batch):
            yield messages[start - 1 : min(start - 1 + batch, last)]

    async def follow(self, stream: str, after: int, *, batch: int = 2000) -> Pages:
        """See `Log.follow`."""
        position = after
        messages = self._streams[stream]
        if len(messages) < after:
            raise LogShrunk(f"{stream} ends at {len(messages)}, but {after} was read before")
        while True:
            async with self._grown:
                while len(messages) <= position:
                    await self._grown.wait()
            page = messages[position : position + batch]
            position += len(page)
            yield page

    async def ends(self, stream: str) -> Ends:
        """See `Log.ends`."""
        return Ends(1 if self._streams[stream] else 0, len(self._streams[stream]))
