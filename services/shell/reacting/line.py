"""One log stream's reactions in order: every fact once, an entity's facts one after the other, failures written down.

The position in PostgreSQL is the truth about what has been done; the durable consumer says what is new. A message that
is delivered twice is known by its sequence, and one that a dead process had in hand is read from the log at once
instead of being waited for. So no fact overtakes an earlier one of its entity, whatever is killed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from time import monotonic
from typing import Final, Generic, TypeVar

from events.log.port import Log, Message
from events.log.project.decode import Keys
from events.log.react import Interests
from services.shell.reacting.doing import Doer, Work, about_of, place_of
from services.shell.reacting.parking import UNREADABLE, Parked, ParkingStore, State

H = TypeVar("H")

WAVE_MAX: Final = 256
"""Facts of different entities that are done together, and noted together."""
WAITING_MAX: Final = 1000
"""With so many reactions waiting for their next try, new facts wait too."""
NOTE_SECONDS: Final = 1.0
"""How long the noted position may lag while nothing interesting is heard: to hear it again costs nothing."""
NOTE_DONE_SECONDS: Final = 0.1
"""And while reactions are done: after a crash so much is done once more, under the same ids, which changes nothing."""


class Line(Generic[H]):
    """The reactions of `interests` to the facts of one service. `begin` first; then calls may overlap."""

    def __init__(
        self,
        source: str,
        interests: Interests[H],
        handler: H,
        log: Log,
        keys: Keys,
        store: ParkingStore,
        clock: Callable[[], datetime],
    ) -> None:
        self.log_stream = source.upper()
        self.seq = 0
        """Everything up to here is done or written down."""
        self.waiting: dict[tuple[int, str], Parked] = {}
        self._doer = Doer(interests.service, interests.of(source), handler, keys, clock)
        self._log, self._store, self._clock = log, store, clock
        self._noted: int | None = None
        self._noted_at = monotonic()
        self._unnoted: set[str] = set()
        """Whose facts were done since the position was noted."""
        self._one_at_a_time = asyncio.Lock()
        self._changed = asyncio.Condition()

    @property
    def busy(self) -> bool:
        """Something is being done right now."""
        return self._one_at_a_time.locked()

    async def begin(self, otherwise: int) -> None:
        """Load where the last process came to; `otherwise` is the position if there never was one."""
        self._noted, waiting = await self._store.begin(self.log_stream)
        self.seq = otherwise if self._noted is None else self._noted
        self.waiting = {one.place: one for one in waiting}

    async def take(self, messages: Sequence[Message]) -> None:
        """React to what was delivered. When this returns, all of it may be acknowledged."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.waiting) < WAITING_MAX)
        async with self._one_at_a_time:
            fresh = sorted((m for m in messages if m.seq > self.seq), key=lambda message: message.seq)
            if not fresh:
                return
            if fresh[0].seq == self.seq + 1 and fresh[-1].seq == self.seq + len(fresh):
                await self._pass(fresh)
            else:
                await self._read_up_to(fresh[-1].seq)

    async def catch_up(self, last: int) -> None:
        """React to everything up to `last`: it was delivered to somebody who may not have come to the end of it."""
        async with self._one_at_a_time:
            if last > self.seq:
                await self._read_up_to(last)

    async def try_again(self) -> None:
        """Try what is due, an entity's facts in order."""
        async with self._one_at_a_time:
            now = self._clock()
            due = sorted((p for p in self.waiting.values() if p.next_at is None or p.next_at <= now), key=_place)
            wave: dict[str, Work[H]] = {}
            for _, ones in groupby(due, key=lambda one: one.seq):
                work = await self._work_of(list(ones))
                if work.entity in wave or len(wave) == WAVE_MAX:
                    await self._do(list(wave.values()), self.seq)
                    wave = {}
                wave[work.entity] = work
            if wave:
                await self._do(list(wave.values()), self.seq)

    async def until_due(self) -> None:
        """Return when something is due, or may be."""
        async with self._changed:
            soonest = min((one.next_at for one in self.waiting.values() if one.next_at), default=None)
            seconds = None if soonest is None else max(0.0, (soonest - self._clock()).total_seconds())
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                return

    async def note(self) -> None:
        """Write down the position if it has moved on."""
        async with self._one_at_a_time:
            if self.seq != self._noted:
                await self._save(self.seq, [], [])

    async def run_one(self, one: Parked) -> Sequence[Parked]:
        """Try a parked reaction now, whatever came after it. Returns what failed again; noting that is the caller's."""
        return await self._doer.do([await self._work_of([one])])

    async def _read_up_to(self, last: int) -> None:
        async with aclosing(self._log.read_range(self.log_stream, self.seq + 1, last)) as pages:
            async for page in pages:
                await self._pass(page)

    async def _pass(self, messages: Sequence[Message]) -> None:
        """Go through messages that follow the position without a hole, in waves of different entities."""
        wave: dict[str, Work[H]] = {}
        passed = self.seq
        for message in messages:
            reactions = self._doer.wanted(message)
            if reactions is not None:
                work = Work(message, reactions)
                if work.entity in wave or len(wave) == WAVE_MAX:
                    await self._do(list(wave.values()), passed)
                    wave = {}
                wave[work.entity] = work
            passed = message.seq
        if wave:
            await self._do(list(wave.values()), passed)
            return
        self.seq = passed
        if monotonic() - self._noted_at > NOTE_SECONDS:
            await self._save(passed, [], [])

    async def _do(self, wave: Sequence[Work[H]], passed: int) -> None:
        """Do a wave. It is noted before anything later of the same entities is done."""
        if not self._unnoted.isdisjoint(work.entity for work in wave):
            await self._save(self.seq, [], [])
        held: list[Parked] = []
        works: list[Work[H]] = []
        for work in wave:
            behind = self._behind(work)
            held += behind
            policies = {one.policy for one in behind}
            free = [reaction for reaction in work.reactions if reaction.policy not in policies]
            if free or not behind:
                works.append(replace(work, reactions=free))
        kept = [*held, *await self._doer.do(works)]
        still = {one.place for one in kept}
        before = [(work.message.seq, policy) for work in wave for policy in work.before]
        if kept or before or monotonic() - self._noted_at > NOTE_DONE_SECONDS:
            await self._save(passed, kept, [place for place in before if place not in still])
        else:
            self._unnoted.update(work.entity for work in wave)
            self.seq = passed

    def _behind(self, work: Work[H]) -> list[Parked]:
        """What must wait, because the same policy still waits to react to an earlier fact of this entity."""
        if not self.waiting:
            return []
        earlier = [one for one in self.waiting.values() if one.entity == work.entity and one.seq < work.message.seq]
        held = []
        for reaction in work.reactions:
            first = [one for one in earlier if one.policy in {reaction.policy, UNREADABLE}]
            if first:
                held.append(self._waits(work, reaction.policy, first[-1]))
        return held

    def _waits(self, work: Work[H], policy: str, behind: Parked) -> Parked:
        now, before = self._clock(), work.before.get(policy)
        if before is not None:
            return replace(before, last_at=now, next_at=behind.next_at)
        error = f"waits behind {behind.log_stream}:{behind.seq}"
        place = place_of(work.message, policy, about_of(work.message))
        return Parked(*place, State.WAITING, error, 0, now, now, behind.next_at)

    async def _save(self, new: int, kept: Sequence[Parked], settled: Sequence[tuple[int, str]]) -> None:
        await self._store.save(self.log_stream, self._noted, new, kept, settled)
        self.seq = self._noted = new
        self._noted_at = monotonic()
        self._unnoted.clear()
        if not kept and not settled:
            return
        for place in settled:
            self.waiting.pop(place, None)
        for one in kept:
            if one.state is State.WAITING:
                self.waiting[one.place] = one
            else:
                self.waiting.pop(one.place, None)
        async with self._changed:
            self._changed.notify_all()

    async def _work_of(self, ones: Sequence[Parked]) -> Work[H]:
        """What these failed reactions to one fact have to do again; the fact is read from the log."""
        seq, policies = ones[0].seq, {one.policy for one in ones}
        async with aclosing(self._log.read_range(self.log_stream, seq, seq)) as pages:
            (message,) = await anext(pages)
        reactions = self._doer.wanted(message) or ()
        if UNREADABLE not in policies:
            reactions = tuple(reaction for reaction in reactions if reaction.policy in policies)
        return Work(message, reactions, {one.policy: one for one in ones})


def _place(one: Parked) -> tuple[int, str]:
    return one.place
