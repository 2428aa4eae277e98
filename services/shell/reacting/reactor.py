"""The reactor: one service's reactions while it has the lead, watched from beside, begun again when anything breaks.

Of several processes of a service one reacts; the others wait for the lead and serve pages meanwhile. Whatever goes
wrong with a connection, a consumer or the database, it begins again from the noted position (`line.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from asyncpg import PostgresError
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.log.jetstream.rpc import Requests
from events.log.port import Log, LogError, LogGap, LogShrunk, Message
from events.log.project.decode import Keys
from events.log.project.session import LOST
from events.log.react import Interests, Reaction
from services.shell.health import Finding
from services.shell.reacting.broker import FINISH_SECONDS, listen
from services.shell.reacting.consumer import ACK_WAIT_SECONDS, Durable, Standing
from services.shell.reacting.figures import LAG, WAITING
from services.shell.reacting.line import Line
from services.shell.reacting.parking import Overtaken, ParkingStore, State
from services.shell.reacting.pull import Pull

if TYPE_CHECKING:
    from faststream.nats import NatsBroker  # noqa: TID251 - the type only: wire.py makes it

H = TypeVar("H")
log = logging.getLogger(__name__)

WATCH_SECONDS: Final = 1.0
BACK_OFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
POLL_AGE_SECONDS_MAX: Final = 10.0
"""Nobody asked the server for so long, and no batch is in hand: the loop of the subscriber has ended."""
_STREAM_SEQ: Final = -4
"""The stream sequence in `$JS.ACK.….<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How the reactions to one service's facts stand."""

    source: str
    consumer: str
    exists: bool
    differences: tuple[str, ...]
    """How an existing consumer differs from what it should be. It is used as it is; a person should look."""
    last_poll_seconds: float
    busy_seconds: float
    """How long the batch in hand has taken so far; 0 with none in hand."""
    lag: int
    """Facts that were not delivered or not acknowledged yet."""
    waiting: int
    seq: int


@dataclass(frozen=True, slots=True)
class ReactorHealth:
    """How the reactions of this process stand. A process that does not lead is well: another one does."""

    leading: bool
    connected: bool
    sources: tuple[SourceHealth, ...] = ()
    halted: str = ""
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """Whether facts are being reacted to, here or by another process."""
        if self.halted or self.trouble:
            return False
        return not self.leading or (self.connected and all(_is_well(source) for source in self.sources))


def _is_well(source: SourceHealth) -> bool:
    return source.exists and (source.busy_seconds > 0 or source.last_poll_seconds < POLL_AGE_SECONDS_MAX)


@dataclass
class _Heard(Generic[H]):
    """One source while this process leads."""

    source: str
    durable: Durable
    line: Line[H]
    standing: Standing | None = None
    pull: Pull | None = None
    busy_since: float = 0.0
    broken: Exception | None = None


@dataclass
class _Led(Generic[H]):
    """What is true while this process leads."""

    broker: NatsBroker
    heard: list[_Heard[H]] = field(default_factory=list)


class Reactor(Generic[H]):
    """Runs `reactions` for one service. `start` returns at once; `stop` finishes the batch in hand and leaves.

    `open_broker` gives a fresh `NatsBroker(url, **broker_options(service))`; each time the reactor begins, it opens
    one and closes it at the end. `log` is what missed and parked facts are read from.
    """

    def __init__(
        self,
        service: str,
        reactions: Iterable[Reaction[H]],
        handler: H,
        *,
        open_broker: Callable[[], NatsBroker],
        log: Log,
        keys: Keys,
        store: ParkingStore,
        clock: Callable[[], datetime],
        ack_wait_seconds: float = ACK_WAIT_SECONDS,
    ) -> None:
        """Raises `TypeError` if a reaction hears a fact that its owner keeps to itself."""
        self.service = service
        self.interests = Interests(service, reactions)
        self.halted = ""
        """Why it stopped until a person looks: the log lost data."""
        self.trouble = ""
        """What it is trying again right now, if anything."""
        self._handler, self._open_broker, self._log, self._keys = handler, open_broker, log, keys
        self._store, self._clock, self._ack_wait_seconds = store, clock, ack_wait_seconds
        self._led: _Led[H] | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to react as soon as this process has the lead."""
        self._task = asyncio.create_task(self._react_for_ever(), name=f"{self.service} reactions")

    async def stop(self) -> None:
        """Finish the batch in hand, note the position, give the lead away."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=FINISH_SECONDS + 5)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._store.release()

    async def health(self) -> ReactorHealth:
        """How things stand, from what was seen within the last second."""
        led = self._led
        if led is None:
            return ReactorHealth(False, False, (), self.halted, self.trouble)
        client = await led.broker.connect()
        sources = tuple(_health_of(heard) for heard in led.heard)
        return ReactorHealth(True, client.is_connected, sources, self.halted, self.trouble)

    async def check(self) -> Finding:
        """For `Health.add("reactions", reactor.check)`."""
        health = await self.health()
        told = [health.halted or health.trouble or ("" if health.leading else "another process reacts")]
        told += [f"{one.consumer}: {_told(one)}" for one in health.sources]
        return Finding(health.ok, "; ".join(filter(None, told)))

    async def retry(self, fact_id: str, policy: str) -> bool:
        """Try a parked reaction now, in this process; True if it came through. Raises `KeyError` if it is not there.

        Later facts of the entity may have been reacted to meanwhile: whether it still makes sense, its decision says.
        """
        one = await self._store.find(fact_id, policy)
        if one is None:
            raise KeyError(f"{policy} is not parked for {fact_id}")
        failed = await self._line(one.log_stream.lower()).run_one(one)
        for again in failed:
            await self._store.note(_parked_again(again))
        if one.place not in {again.place for again in failed}:
            await self._store.settle(one)
        return not failed

    async def dismiss(self, fact_id: str, policy: str, by: str, why: str) -> bool:
        """A person decided that it will not be done, and says why. False if it is not parked."""
        if not why.strip():
            raise ValueError("say why it is dismissed")
        one = await self._store.find(fact_id, policy)
        return one is not None and await self._store.dismiss(one, by, why)
