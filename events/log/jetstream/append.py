"""Guarded append: one message, or an atomic batch, and the truth about outcomes nobody answered for.

Every write carries the entity's expected last sequence (PITFALLS 2, 3). A conflict comes back under two codes; a
time-out is resolved by reading the entity back and looking for our own bytes (PITFALLS 4).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.log.jetstream.client import LogClient, Outgoing
from events.log.jetstream.rpc import ApiError, Requests, TimedOut
from events.log.port import BATCH_WRITES_MAX, Conflict, LogError, Message, Unavailable, Unknown, Write

CONFLICT_CODES: Final = frozenset({10071, 10164})
BUSY_CODES: Final = frozenset({429, 10167, 10077})
ACK_SECONDS: Final = 5.0
BATCH_ACK_SECONDS_EACH: Final = 0.01
"""So much longer for each message of a batch: a payment of two is not to wait as long as a roster of a thousand."""
BATCHES_IN_FLIGHT_MAX: Final = 16
TRIES_MAX: Final = 4

ReadEntity = Callable[[str, str, int], Awaitable[list[Message]]]


class Appender:
    """Appends over one connection. `read_back` must ask the stream's leader, never a lagging replica."""

    def __init__(self, connection: LogClient, requests: Requests, read_back: ReadEntity) -> None:
        self._connection = connection
        self._requests = requests
        self._read_back = read_back
        self._slots = asyncio.Semaphore(BATCHES_IN_FLIGHT_MAX)
        self._batches = itertools.count(1)

    async def append(self, stream: str, writes: Sequence[Write]) -> list[int]:
        """See `port.Log.append`."""
        count = sum(len(write.bodies) for write in writes)
        if count == 0:
            return []
        if count > BATCH_WRITES_MAX:
            raise ValueError(f"{count} messages in one append; at most {BATCH_WRITES_MAX}")
        send = self._one if count == 1 else self._batch
        for attempt in range(TRIES_MAX):
            try:
                last = await send(writes)
            except TimedOut:
                found = await self._look_for(stream, writes, count)
                if found is not None:
                    return found
            except Conflict:
                # Whoever was first may be our own try before, stored only after we had looked for it.
                found = await self._look_for(stream, writes, count) if attempt else None
                if found is None:
                    raise
                return found
            except ApiError as error:
                if error.code not in BUSY_CODES:
                    raise LogError(f"append refused: {error}") from error
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return list(range(last - count + 1, last + 1))
        raise Unknown(f"{stream}: no answer to {TRIES_MAX} tries; it may still be stored")

    async def _one(self, writes: Sequence[Write]) -> int:
        (write,) = (write for write in writes if write.bodies)
        fact_id, body = write.bodies[0]
        headers = {"Nats-Msg-Id": fact_id, "Nats-Expected-Last-Subject-Sequence": str(write.expected)}
        (answer,) = await self._requests.send(write.subject, body, headers=headers, timeout_seconds=ACK_SECONDS)
        return _sequence(answer)

    async def _batch(self, writes: Sequence[Write]) -> int:
        async with self._slots:
            return await self._send_batch(writes)

    async def _send_batch(self, writes: Sequence[Write]) -> int:
        flat = [(write, i, fact_id, body) for write in writes for i, (fact_id, body) in enumerate(write.bodies)]
        batch_id = f"{flat[0][2]}-{next(self._batches)}"  # never reused: a retry is a new batch, guarded again
        seconds = ACK_SECONDS + BATCH_ACK_SECONDS_EACH * len(flat)
        # The first message asks for an answer too: an empty one means "go on", anything else is a refusal.
        reply, future = await self._requests.open(seconds, lambda answer: bool(answer.data))
        messages = []
        for number, (write, i, _, body) in enumerate(flat, start=1):
            headers = f"Nats-Batch-Id: {batch_id}\r\nNats-Batch-Sequence: {number}\r\n"
            if i == 0:
                headers += f"Nats-Expected-Last-Subject-Sequence: {write.expected}\r\n"
            if number == len(flat):
                headers += "Nats-Batch-Commit: 1\r\n"
            messages.append(Outgoing(write.subject, body, headers, reply if number in (1, len(flat)) else ""))
        try:
            await self._connection.publish_all(messages)
        except (NatsError, OSError) as error:
            raise Unavailable(f"NATS: {error}") from error
        answers = await future
        return _sequence(answers[-1])

    async def _look_for(self, stream: str, writes: Sequence[Write], count: int) -> list[int] | None:
        """Was it stored after all? Its sequences, None if not (a guarded retry is then safe), or `Conflict`."""
        write = next(write for write in writes if write.bodies)
        wanted = write.bodies[0][1]
        try:
            newer = await self._read_back(stream, write.subject, write.expected)
        except (TimedOut, Unavailable, ApiError):
            return None
        for message in newer:
            if message.body == wanted:
                return list(range(message.seq, message.seq + count))
        if newer:
            raise Conflict(f"{write.subject} moved on from {write.expected}")
        return None


def _sequence(answer: Msg) -> int:
    """The stream sequence in a publish ack, or the error it carries."""
    if answer.headers and answer.headers.get("Status") == "503":
        raise Unavailable("no stream answers on this subject")
    ack: dict[str, Any] = orjson.loads(answer.data)
    if error := ack.get("error"):
        code = error.get("err_code", error.get("code", 0))
        if code in CONFLICT_CODES:
            raise Conflict(error.get("description", "wrong last sequence"))
        raise ApiError(code, error.get("description", ""))
    return int(ack["seq"])
