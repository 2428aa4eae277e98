"""Hearing one log stream: the durable consumer, FastStream's subscriber on it, and the line that reacts in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from nats.aio.msg import Msg

from events.log.port import LogShrunk, Message
from services.shell.reacting.broker import listen
from services.shell.reacting.consumer import Durable, Standing
from services.shell.reacting.figures import LAG, WAITING
from services.shell.reacting.line import Line
from services.shell.reacting.report import SourceHealth

if TYPE_CHECKING:
    from faststream.nats import NatsBroker  # noqa: TID251 - the type only: wire.py makes it

    from services.shell.reacting.pull import Pull

H = TypeVar("H")
log = logging.getLogger(__name__)

_STREAM_SEQ: Final = -4
"""The stream sequence in `$JS.ACK.….<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`."""


class Hearing(Generic[H]):
    """One source of one service, from `listening` to its end. What breaks it is raised from `watch`."""

    def __init__(self, service: str, source: str, durable: Durable, line: Line[H], ack_wait_seconds: float) -> None:
        self.line = line
        self._service, self._source, self._durable = service, source, durable
        self._beat_seconds = ack_wait_seconds / 3
        self._standing: Standing | None = None
        self._pull: Pull | None = None
        self._busy_since: float | None = None
        self._broken: Exception | None = None
        self._told: tuple[str, ...] = ()

    @asynccontextmanager
    async def listening(self, broker: NatsBroker, last_seq: int) -> AsyncIterator[None]:
        """Take up the work where it was left; at the end finish the batch in hand and note the position.

        `last_seq` is where the log stream ends; raises `LogShrunk` if that is before what was already done.
        """
        standing = await self._durable.look()
        await self.line.begin(0 if standing is None else standing.done)
        if last_seq < self.line.seq:
            raise LogShrunk(f"{self.line.log_stream} ends at {last_seq}, but {self.line.seq} was reacted to before")
        if standing is None:
            await self._durable.make(self.line.seq)
        else:
            await self.line.catch_up(standing.delivered)
        await self._look()
        subscriber, self._pull = await listen(broker, self._service, self._durable, self._receive)
        retrying = asyncio.create_task(self._try_again_for_ever(), name=f"{self._durable.name} again")
        try:
            yield
        finally:
            retrying.cancel()
            await asyncio.gather(retrying, return_exceptions=True)
            await subscriber.stop()
            if self._broken is None:
                await self.line.note()

    async def watch(self) -> None:
        """Look after the consumer; raises what broke this hearing."""
        if self._broken is not None:
            raise self._broken
        if not await self._look():
            log.warning("%s was deleted; it is made again from %d on", self._durable.name, self.line.seq + 1)
            await self._durable.make(self.line.seq)
            await self._look()
        if self._pull is not None:
            self._pull.gone = False
        if not self.line.busy:
            await self.line.note()
        LAG.labels(self._service, self._source).set(self._standing.pending if self._standing else 0)
        WAITING.labels(self._service, self._source).set(len(self.line.waiting))

    def health(self) -> SourceHealth:
        """How it stands, as of the last look."""
        now, standing, pull = monotonic(), self._standing, self._pull
        return SourceHealth(
            source=self._source,
            consumer=self._durable.name,
            exists=standing is not None and not (pull is not None and pull.gone),
            differences=standing.differences if standing else (),
            last_poll_seconds=now - pull.asked_at if pull is not None else 0.0,
            busy_seconds=0.0 if self._busy_since is None else now - self._busy_since,
            lag=standing.pending if standing else 0,
            waiting=len(self.line.waiting),
            seq=self.line.seq,
        )

    async def _look(self) -> bool:
        """Ask how the consumer stands; say once how it differs."""
        self._standing = await self._durable.look()
        if self._standing is not None and self._standing.differences != self._told:
            self._told = self._standing.differences
            log.warning("%s exists with other settings, used as it is: %s", self._durable.name, "; ".join(self._told))
        return self._standing is not None

    async def _receive(self, batch: list[Msg]) -> None:
        """FastStream's handler: react, then acknowledge. What broke is left unacknowledged and read again."""
        if self._broken is not None:
            return
        self._busy_since = monotonic()
        try:
            async with self._in_progress(batch):
                await self.line.take([_message(self.line.log_stream, one) for one in batch])
            for one in batch:
                await one.ack()
        except Exception as error:  # noqa: BLE001 - whatever it is, the watcher hears of it and begins again
            self._broken = error
        finally:
            self._busy_since = None

    @asynccontextmanager
    async def _in_progress(self, batch: Sequence[Msg]) -> AsyncIterator[None]:
        """While the block lasts, tell the server that the batch is being worked on, so that it is not sent again."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(self._beat_seconds)
                for one in batch:
                    await one.in_progress()

        beating = asyncio.create_task(beat(), name=f"{self._durable.name} in progress")
        try:
            yield
        finally:
            beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(beating, return_exceptions=True)

    async def _try_again_for_ever(self) -> None:
        try:
            while True:
                await self.line.until_due()
                await self.line.try_again()
        except Exception as error:  # noqa: BLE001 - as above
            self._broken = error


def _message(log_stream: str, delivered: Msg) -> Message:
    seq = int(delivered.reply.split(".")[_STREAM_SEQ])
    return Message(log_stream, seq, delivered.subject, delivered.data)
