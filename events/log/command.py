"""From a command to facts: load, decide, append; again if somebody else was first; never twice for the same key.

`services/<service>/handle` uses this and nothing else to write. An entity's state is its snapshot row plus the newer
facts read directly from the log (PITFALLS 7), so a command never decides on old news. A command id (the caller's
Idempotency-Key) is looked for in both halves: it is safe for ever, not only in the server's window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol, TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel

from events.facts.base import Fact
from events.facts.decision import Decider, Decision, Happened, Refused
from events.log.envelope import (
    GENESIS,
    Heading,
    Recorded,
    digest,
    draft,
    log_stream_of,
    open_fact,
    parse,
    source_of,
    subject_of,
)
from events.log.port import Conflict, Log, Message
from events.log.scribe import FACTS_MIN, Chain, Scribe, ScribeLost, write_chain
from events.log.seal import KeyRing
from events.log.written import Page, Written

S = TypeVar("S", bound=BaseModel)

TRIES_MAX: Final = 12
"""Rounds of load-decide-append before a command gives up against a crowd."""
NOTES_PER_BATCH: Final = 500
"""Half of what an atomic batch holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, why, and what it belongs to. `command` is the Idempotency-Key with the command's name before it."""

    actor: str
    community: str
    command: str = ""
    correlation: str = ""
    causation: str = ""
    reason: str = ""
    expected: int | None = None
    """The entity's sequence as the page showed it (If-Match); None accepts any."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """The same of a command over several entities: by entity."""
    communities: Mapping[str, str] = field(default_factory=dict)
    """Of those entities that belong to another community than `community`."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An entity's state as the projection left it: JSON of the state, last sequence, hash of that envelope."""

    state: bytes
    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """What PostgreSQL knows of some entities at one moment: everything up to `position` is in it."""

    position: int
    snapshots: Mapping[str, Snapshot]
    answered: Sequence[Message] = ()
    """Envelopes that this command id has already led to."""


class States(Protocol):
    """Where snapshots and answered commands are looked up; one round trip."""

    async def load(self, entities: Sequence[str], command: str) -> Known:
        """Snapshots of these entities and the envelopes of `command` among their facts ("" looks for none)."""
        ...


class NoStates:
    """The null twin: nothing was projected yet, so everything is read from the log."""

    async def load(self, entities: Sequence[str], command: str) -> Known:
        """Nothing is known."""
        return Known(0, {})


class CommandRefused(Exception):
    """The decision was no: 409 with a reason a person understands."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.code = refusal.code
        self.details = refusal.details


class ChangedMeanwhile(Exception):
    """The entity moved on since the caller looked: 412, look again."""

    def __init__(self, message: str, entity: str) -> None:
        super().__init__(message)
        self.entity = entity


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command led to. `again`: it had been answered before and nothing was written now."""

    facts: Sequence[Recorded]
    again: bool = False

    @property
    def position(self) -> str:
        """`STREAM:seq` to wait for before reading; "" when nothing was written."""
        return self.facts[-1].about.position if self.facts else ""


@dataclass(slots=True)
class Loaded:
    """One entity, ready to be decided on."""

    decider: Decider[Any]
    entity: str
    state: Any
    seq: int = 0
    digest: str = GENESIS


Target = tuple[Decider[Any], str]
Plan = Mapping[str, Decision] | Refused
"""Per entity what happened, or one refusal of the whole."""


@dataclass
class Commands:
    """Writes facts of one service. One instance per process; it keeps no state but short locks."""

    service: str
    city: str
    log: Log
    keys: KeyRing
    states: States
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    scribe: Scribe | None = None
    """Writes large batches in another process; None writes all of them here."""
    scribe_losses: int = 0
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def close(self) -> None:
        """End the scribe's process, if large batches have started it."""
        if self.scribe is not None:
            await self.scribe.close()

    async def act(self, asked: Asked, decider: Decider[S], entity: str, decide: Callable[[S], Decision]) -> Receipt:
        """One command on one entity. Raises `CommandRefused`, `ChangedMeanwhile`, `LogError`."""

        def plan(states: Sequence[Any]) -> Plan:
            decision = decide(states[0])
            return decision if isinstance(decision, Refused) else {entity: decision}

        return await self.act_together(asked, [(decider, entity)], plan)

    async def act_together(
        self, asked: Asked, targets: Sequence[Target], plan: Callable[[Sequence[Any]], Plan]
    ) -> Receipt:
        """One command over several entities: their facts are appended together or not at all.

        `plan` gets the states in the order of `targets`. `asked.expected` speaks of the first entity.
        """
        return await self.act_as_loaded(asked, targets, lambda loaded: plan([one.state for one in loaded]))

    async def act_as_loaded(
        self, asked: Asked, targets: Sequence[Target], plan: Callable[[Sequence[Loaded]], Plan]
    ) -> Receipt:
        """As `act_together`, of entities whose versions matter: `plan` sees the last sequence of each besides."""
        entities = [entity for _, entity in targets]
        async with self._only_one_here(entities):
            known = await self.states.load(entities, asked.command)
            for attempt in range(TRIES_MAX):
                receipt = await self._try(asked, targets, plan, known, newest=attempt > 0)
                if receipt is not None:
                    return receipt
                if attempt:  # The second round reads what is newer than the first knew, which is all there is.
                    await asyncio.sleep(0.002 * attempt)
                    known = await self.states.load(entities, asked.command)
        raise Conflict(f"{targets[0][1]}: {TRIES_MAX} others were faster; try again")

    async def note(self, asked: Asked, stream: str, entity: str, fact: Fact, on: date) -> Receipt:
        """Append a fact that needs no decision and that nobody's state remembers, such as who read what and why.

        Only the entity's last message on that stream is read, whatever its length. Raises `LogError`.
        """
        return Receipt(await self._note(asked, stream, [(entity, fact)], on))

    async def note_each(self, asked: Asked, stream: str, notes: Sequence[tuple[str, Fact]], on: date) -> None:
        """As `note`, of many entities, batch by batch; asked for again after a break, it notes all of them again."""
        for start in range(0, len(notes), NOTES_PER_BATCH):
            await self._note(asked, stream, notes[start : start + NOTES_PER_BATCH], on)

    async def _note(self, asked: Asked, stream: str, notes: Sequence[tuple[str, Fact]], on: date) -> Written:
        log_stream, heading = log_stream_of(self.service), self._heading(asked)
        subjects = [subject_of(self.service, stream, entity) for entity, _ in notes]
        for attempt in range(TRIES_MAX):
            newest = await asyncio.gather(*(self.log.read_last(log_stream, subject) for subject in subjects))
            pages = []
            for (entity, fact), subject, last in zip(notes, subjects, newest, strict=True):
                chain = Chain(entity, digest(last.body) if last else GENESIS, [draft(self.new_id(), fact, on)])
                pages.append(Page(subject, last.seq if last else 0, [fact], chain))
            bodies = await self._sealed(heading, pages)
            writes = [page.write(own) for page, own in zip(pages, bodies, strict=True)]
            try:
                sequences = await self.log.append(log_stream, writes)
            except Conflict:
                await asyncio.sleep(0.002 * attempt)
                continue
            return Written(self.service, heading, pages, bodies, sequences)
        raise Conflict(f"{subjects[0]}: {TRIES_MAX} others were faster; try again")

    async def state(self, decider: Decider[S], entity: str) -> S:
        """The entity's state now, newest facts included."""
        known = await self.states.load([entity], "")
        loaded, _ = await self._load(Asked("", ""), [(decider, entity)], known, newest=True)
        state: S = loaded[0].state
        return state

    async def _try(
        self,
        asked: Asked,
        targets: Sequence[Target],
        plan: Callable[[Sequence[Loaded]], Plan],
        known: Known,
        *,
        newest: bool,
    ) -> Receipt | None:
        """One round; None means: somebody was first, or the snapshot was too old to say no by. Load again.

        The first round skips the newer facts: if the append succeeds under its guard, the snapshot *was* the newest
        state. A refusal or "already so" is believed only from the newest state. What would be refused anyway is refused
        with its reason, whatever version the caller saw (RFC 9110, 13.2.1): that tells a clerk more than "changed".
        """
        loaded, answered = await self._load(asked, targets, known, newest=newest)
        if answered:
            return Receipt(answered, again=True)
        stale = _stale(asked, loaded)
        if stale is not None and not newest:
            return None
        planned = plan(loaded)
        if isinstance(planned, Refused):
            if newest:
                raise CommandRefused(planned)
            return None
        if refusal := next((d for d in planned.values() if isinstance(d, Refused)), None):
            if newest:
                raise CommandRefused(refusal)
            return None
        if stale is not None:
            raise ChangedMeanwhile(f"{stale.entity} is at {stale.seq}: somebody was there meanwhile", stale.entity)
        pages = self._drafted(asked, loaded, planned)
        if not pages:
            return Receipt(()) if newest else None
        heading = self._heading(asked)
        bodies = await self._sealed(heading, pages)
        writes = [page.write(own) for page, own in zip(pages, bodies, strict=True)]
        try:
            sequences = await self.log.append(log_stream_of(self.service), writes)
        except Conflict:
            return None
        return Receipt(Written(self.service, heading, pages, bodies, sequences))

    def _drafted(self, asked: Asked, loaded: Sequence[Loaded], planned: Mapping[str, Decision]) -> list[Page]:
        """A page for every entity to which something happened."""
        pages = []
        for one in loaded:
            decision = planned.get(one.entity)
            if isinstance(decision, Happened) and decision.facts:
                drafts = [draft(self.new_id(), fact, on) for fact, on in decision.facts]
                subject = subject_of(self.service, one.decider.stream, one.entity)
                facts = [fact for fact, _ in decision.facts]
                chain = Chain(one.entity, one.digest, drafts, asked.communities.get(one.entity, ""))
                pages.append(Page(subject, one.seq, facts, chain))
        return pages

    async def _sealed(self, heading: Heading, pages: Sequence[Page]) -> list[list[bytes]]:
        """Envelopes, chained per entity, under keys that are stored; many are written in the scribe's process."""
        chains = [page.chain for page in pages]
        people = {page.chain.entity for page in pages if any(fact.SEALED for fact in page.facts)}
        # Nothing was ever written of them, so nobody made them keys; if somebody did, making them again is refused.
        fresh = {page.chain.entity for page in pages if not page.expected}
        if self.scribe is not None and sum(len(page.facts) for page in pages) >= FACTS_MIN:
            try:
                records = await self.keys.records(people, fresh)
                bodies, made = await self.scribe.write(heading, chains, records)
            except ScribeLost:
                self.scribe_losses += 1  # written here instead
            else:
                if await self.keys.adopt(made):
                    return bodies
        await self.keys.ensure(people, fresh)
        return [write_chain(heading, chain, self.keys.seal) for chain in chains]

    def _heading(self, asked: Asked) -> Heading:
        return Heading(
            source=source_of(self.city, self.service),
            recorded=self.clock(),
            community=asked.community,
            actor=asked.actor,
            correlation=asked.correlation or asked.causation,
            causation=asked.causation,
            command=asked.command,
            reason=asked.reason,
        )

    async def _load(
        self, asked: Asked, targets: Sequence[Target], known: Known, *, newest: bool
    ) -> tuple[list[Loaded], list[Recorded]]:
        """The entities' states, and the facts this command id has already led to."""
        tails: list[list[Message]] = [[] for _ in targets]
        if newest:
            stream = log_stream_of(self.service)
            tails = await asyncio.gather(
                *(
                    self.log.read_entity(stream, subject_of(self.service, decider.stream, entity), known.position)
                    for decider, entity in targets
                )
            )
        if known.answered or any(tails):
            await self.keys.prefetch((self.service, entity) for _, entity in targets)
        before = {message.seq: self._open(message) for message in known.answered}
        loaded = []
        for (decider, entity), tail in zip(targets, tails, strict=True):
            one = _from_snapshot(decider, entity, known.snapshots.get(entity))
            for message in tail:
                recorded = self._open(message)
                if message.seq > one.seq:
                    one.state = decider.evolve(one.state, recorded.fact, recorded.about.effective)
                    one.seq, one.digest = message.seq, digest(message.body)
                if asked.command and recorded.about.command == asked.command:
                    before[message.seq] = recorded
            loaded.append(one)
        return loaded, [before[seq] for seq in sorted(before)]

    def _open(self, message: Message) -> Recorded:
        return open_fact(parse(message), self.keys.open)

    def _only_one_here(self, entities: Sequence[str]) -> _Together:
        """Commands of this process on one entity go one after the other; other processes meet at the guard."""
        locks = []
        for entity in sorted(set(entities)):
            lock = self._locks.get(entity)
            if lock is None:
                lock = self._locks[entity] = asyncio.Lock()
            locks.append(lock)
        return _Together(locks)


class _Together:
    """Several locks, taken in one order everywhere, so that no two commands wait for each other."""

    def __init__(self, locks: Sequence[asyncio.Lock]) -> None:
        self._locks = locks

    async def __aenter__(self) -> None:
        for index, lock in enumerate(self._locks):
            try:
                await lock.acquire()
            except BaseException:
                for held in self._locks[:index]:
                    held.release()
                raise

    async def __aexit__(self, *_: object) -> None:
        for lock in self._locks:
            lock.release()


def _stale(asked: Asked, loaded: Sequence[Loaded]) -> Loaded | None:
    """The first entity that is not at the sequence the caller saw."""
    if asked.expected is not None and loaded[0].seq != asked.expected:
        return loaded[0]
    return next((one for one in loaded if asked.versions.get(one.entity, one.seq) != one.seq), None)


def _from_snapshot(decider: Decider[Any], entity: str, snapshot: Snapshot | None) -> Loaded:
    if snapshot is None:
        return Loaded(decider, entity, decider.initial)
    state = decider.model.model_validate_json(snapshot.state)
    return Loaded(decider, entity, state, snapshot.seq, snapshot.digest)
