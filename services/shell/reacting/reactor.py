"""The reactor: one service's reactions while it has the lead, watched from beside, begun again when anything breaks.

Of several processes of a service one reacts; the others wait for the lead and serve pages meanwhile. Whatever goes
wrong with a connection, a consumer or the database, it begins again from the noted position (`line.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from nats.aio.client import Client
from nats.errors import Error as NatsError

from events.log.jetstream.rpc import Requests
from events.log.port import Log, LogError, LogGap, LogShrunk, Unavailable
from events.log.project.decode import Keys, blame
from events.log.react import Interests, Reaction
from services.shell.health import Finding
from services.shell.reacting.broker import FINISH_SECONDS
from services.shell.reacting.consumer import ACK_WAIT_SECONDS, Durable
from services.shell.reacting.hearing import Hearing
from services.shell.reacting.line import Line
from services.shell.reacting.parking import Overtaken, Parked, ParkingStore, State
from services.shell.reacting.report import ReactorHealth

if TYPE_CHECKING:
    from faststream.nats import NatsBroker  # noqa: TID251 - the type only: wire.py makes it

H = TypeVar("H")
logger = logging.getLogger(__name__)

WATCH_SECONDS: Final = 1.0
BACK_OFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
CONNECT_SECONDS_MAX: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Led(Generic[H]):
    """What is there while this process leads."""

    client: Client
    hearings: list[Hearing[H]]


@dataclass
class Reactor(Generic[H]):
    """Runs `reactions` for one service. `start` returns at once; `stop` finishes the batch in hand and leaves.

    `open_broker` gives a fresh `NatsBroker(url, **broker_options(service))`; each time the reactor begins it opens
    one, and closes it at the end. `log` is what missed and parked facts are read from.
    """

    service: str
    reactions: Iterable[Reaction[H]]
    handler: H
    open_broker: Callable[[], NatsBroker]
    log: Log
    keys: Keys
    store: ParkingStore
    clock: Callable[[], datetime]
    ack_wait_seconds: float = ACK_WAIT_SECONDS
    interests: Interests[H] = field(init=False)
    _led: _Led[H] | None = field(init=False, default=None)
    _halted: str = field(init=False, default="")
    _trouble: str = field(init=False, default="")
    _stopping: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Raises `TypeError` if a reaction hears a fact that its owner keeps to itself."""
        self.interests = Interests(self.service, self.reactions)

    async def start(self) -> None:
        """Begin to react as soon as this process has the lead."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._react_for_ever(), name=f"{self.service} reactions")

    async def stop(self) -> None:
        """Finish the batch in hand, note the position, give the lead away."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=FINISH_SECONDS + 5)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self.store.release()

    async def health(self) -> ReactorHealth:
        """How things stand, from what was seen within the last second or so."""
        parked = await self.store.count_parked()
        led = self._led
        if led is None:
            return ReactorHealth(False, parked=parked, halted=self._halted, trouble=self._trouble)
        sources = tuple(hearing.health() for hearing in led.hearings)
        return ReactorHealth(True, led.client.is_connected, sources, parked, self._halted, self._trouble)

    async def check(self) -> Finding:
        """For `Health.add("reactions", reactor.check)`."""
        health = await self.health()
        return Finding(health.ok, str(health))

    async def parked(self, scope: str | None = "") -> list[Parked]:
        """What waits for its next try or for a person, of the communities in this scope, oldest first."""
        return await self.store.parked(scope)

    async def retry(self, fact_id: str, policy: str) -> bool:
        """Try a parked reaction now, in this process; True if it came through. Raises `KeyError` if it is not parked.

        Later facts of the entity may have been reacted to meanwhile: whether it still makes sense, its decision says.
        """
        one = await self.store.find(fact_id, policy)
        if one is None:
            raise KeyError(f"{policy} is not parked for {fact_id}")
        failed = await self._line(one.log_stream.lower()).run_one(one)
        for again in failed:
            await self.store.note(replace(again, state=State.PARKED, next_at=None))
        if one.place not in {again.place for again in failed}:
            await self.store.settle(one)
        return not failed

    async def dismiss(self, fact_id: str, policy: str, by: str, why: str) -> bool:
        """A person decided that it will not be done, and says why. False if it is not parked."""
        if not why.strip():
            raise ValueError("say why it is dismissed")
        one = await self.store.find(fact_id, policy)
        return one is not None and await self.store.dismiss(one, by, why)

    async def _react_for_ever(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                if await self.store.hold():
                    await self._lead()
                    failures = 0
                else:
                    self._trouble = ""
                    await self._pause(WATCH_SECONDS)
            except (LogGap, LogShrunk) as error:
                self._halted = f"{type(error).__name__}: {error}"
                logger.error("%s: reactions halted: %s", self.service, self._halted)
                await self._stopping.wait()
            except Exception as error:  # noqa: BLE001 - a server that went away, or a mistake: begin from what is noted
                self._trouble = str(error) if isinstance(error, (LogError, Overtaken)) else blame(error)
                logger.warning("%s: reactions begin again: %s", self.service, self._trouble)
                await self._pause(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
                failures += 1

    async def _lead(self) -> None:
        """React until told to stop. Raises what made it end otherwise."""
        async with AsyncExitStack() as stack:
            broker = self.open_broker()
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                client = await broker.connect()
            stack.push_async_callback(_close, broker, client)
            await broker.start()
            requests = Requests(client)
            hearings = []
            for source in self.interests.sources:
                durable = Durable(requests, self.service, source, self.ack_wait_seconds)
                hearing = Hearing(self.service, source, durable, self._line(source), self.ack_wait_seconds)
                end = (await self.log.ends(source.upper())).last
                await stack.enter_async_context(hearing.listening(broker, end))
                hearings.append(hearing)
            self._led = _Led(client, hearings)
            try:
                await self._watch(self._led)
            finally:
                self._led = None

    async def _watch(self, led: _Led[H]) -> None:
        while not self._stopping.is_set():
            if led.client.is_closed:
                raise Unavailable("the connection to NATS was closed for good")
            if not await self.store.hold():
                raise Overtaken("another process has the lead")
            if led.client.is_connected:
                for hearing in led.hearings:
                    await hearing.watch()
            self._trouble = "" if led.client.is_connected else "no connection to NATS; it is being opened again"
            await self._pause(WATCH_SECONDS)

    def _line(self, source: str) -> Line[H]:
        return Line(source, self.interests, self.handler, self.log, self.keys, self.store, self.clock)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


async def _close(broker: NatsBroker, client: Client) -> None:
    """Close a broker and its connection, which may be lost: that must not leave it reconnecting for ever."""
    try:
        async with asyncio.timeout(FINISH_SECONDS):
            await broker.stop()
    except (NatsError, OSError, TimeoutError) as error:
        logger.debug("closing a connection: %r", error)
    finally:
        await client.close()
