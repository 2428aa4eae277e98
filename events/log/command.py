"""From a command to facts: load, decide, append; again if somebody else was first; never twice for the same key.

`services/<service>/handle.py` uses this and nothing else to write. The state of an entity is its snapshot row, as far
as the projection has come, plus the newer facts read directly from the log (PITFALLS 7), so a command never decides on
old news. A command id (the caller's Idempotency-Key) is looked for in both halves: it is safe for ever, not only in
the server's window.
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
from events.facts.decision import Decider, Decision, Refused
from events.log.envelope import (
    GENESIS,
    About,
    Recorded,
    digest,
    draft,
    encode,
    log_stream_of,
    open_fact,
    parse,
    subject_of,
)
from events.log.port import Conflict, Log, Message, Write
from events.log.scribe import FACTS_MIN, Chain, Scribe, ScribeLost, write_chain
from events.log.seal import KeyRing

S = TypeVar("S", bound=BaseModel)

TRIES_MAX: Final = 12
"""Rounds of load-decide-append before a command gives up against a crowd."""


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
        async with self._only_one_here([entity for _, entity in targets]):
            for attempt in range(TRIES_MAX):
                receipt = await self._try(asked, targets, plan, newest=attempt > 0)
                if receipt is not None:
                    return receipt
                await asyncio.sleep(0.002 * attempt)
        raise Conflict(f"{targets[0][1]}: {TRIES_MAX} others were faster; try again")

    async def note(self, asked: Asked, stream: str, entity: str, fact: Fact, on: date) -> Receipt:
        """Append a fact that needs no decision and that nobody's state remembers, such as who read what and why.

        Only the entity's last message on that stream is read, whatever its length. Raises `LogError`.
        """
        log_stream, subject = log_stream_of(self.service), subject_of(self.service, stream, entity)
        await self.keys.ensure([entity] if fact.SEALED else [])
        for attempt in range(TRIES_MAX):
            last = await self.log.read_last(log_stream, subject)
            about = self._about(asked, entity, fact, on, self.clock(), digest(last.body) if last else GENESIS)
            body = encode(about, fact, self.city, self.keys.seal)
            try:
                write = Write(subject, last.seq if last else 0, [(about.id, body)])
                (seq,) = await self.log.append(log_stream, [write])
            except Conflict:
                await asyncio.sleep(0.002 * attempt)
                continue
            return Receipt([_at(Recorded(about, fact), seq)])
        raise Conflict(f"{subject}: {TRIES_MAX} others were faster; try again")

    async def state(self, decider: Decider[S], entity: str) -> S:
        """The entity's state now, newest facts included."""
        loaded, _ = await self._load(Asked("", ""), [(decider, entity)], newest=True)
        state: S = loaded[0].state
        return state

    async def _try(
        self, asked: Asked, targets: Sequence[Target], plan: Callable[[Sequence[Any]], Plan], *, newest: bool
    ) -> Receipt | None:
        """One round; None means: somebody was first, or the snapshot was too old to say no by. Load again.

        The first round skips the newer facts: if the append succeeds under its guard, the snapshot *was* the newest
        state. A refusal or "already so" is believed only from the newest state. What would be refused anyway is refused
        with its reason, whatever version the caller saw (RFC 9110, 13.2.1): that tells a clerk more than "changed".
        """
        loaded, answered = await self._load(asked, targets, newest=newest)
        if answered:
            return Receipt(answered, again=True)
        stale = asked.expected is not None and loaded[0].seq != asked.expected
        if stale and not newest:
            return None
        planned = plan([one.state for one in loaded])
        if isinstance(planned, Refused):
            if newest:
                raise CommandRefused(planned)
            return None
        if refusal := next((d for d in planned.values() if isinstance(d, Refused)), None):
            if newest:
                raise CommandRefused(refusal)
            return None
        if stale:
            raise ChangedMeanwhile(f"{loaded[0].entity} is at {loaded[0].seq}, not {asked.expected}")
        writes, recorded = await self._write(asked, loaded, planned)
        if not recorded:
            return Receipt(()) if newest else None
        try:
            sequences = await self.log.append(log_stream_of(self.service), writes)
        except Conflict:
            return None
        return Receipt([_at(one, seq) for one, seq in zip(recorded, sequences, strict=True)])

    async def _write(
        self, asked: Asked, loaded: Sequence[Loaded], planned: Mapping[str, Decision]
    ) -> tuple[list[Write], list[Recorded]]:
        """Envelopes for what happened, chained per entity, personal fields sealed under keys that already exist."""
        happened = {entity: d.facts for entity, d in planned.items() if not isinstance(d, Refused) and d.facts}
        now = self.clock()
        writing = [one for one in loaded if one.entity in happened]
        chains: list[Chain] = []
        drafted: list[list[Recorded]] = []
        for one in writing:
            facts = happened[one.entity]
            recorded = [Recorded(self._about(asked, one.entity, fact, on, now, one.digest), fact) for fact, on in facts]
            drafts = [(draft(new.about, new.fact, self.city), new.fact.SEALED) for new in recorded]
            chains.append(Chain(one.entity, one.digest, drafts))
            drafted.append(recorded)
        bodies = await self._written(chains)
        writes = []
        for one, own, recorded in zip(writing, bodies, drafted, strict=True):
            subject = subject_of(self.service, one.decider.stream, one.entity)
            writes.append(Write(subject, one.seq, [(r.about.id, body) for r, body in zip(recorded, own, strict=True)]))
        return writes, [
            _behind(new, own[n - 1]) if n else new
            for recorded, own in zip(drafted, bodies, strict=True)
            for n, new in enumerate(recorded)
        ]

    async def _written(self, chains: Sequence[Chain]) -> list[list[bytes]]:
        """Sealed and serialised: here, or for a large batch in the scribe's process."""
        people = {chain.entity for chain in chains if any(sealed for _, sealed in chain.drafts)}
        if self.scribe is not None and sum(len(chain.drafts) for chain in chains) >= FACTS_MIN:
            try:
                bodies, made = await self.scribe.write(chains, await self.keys.records(people))
            except ScribeLost:
                self.scribe_losses += 1  # written here instead
            else:
                if await self.keys.adopt(made):
                    return bodies
        await self.keys.ensure(people)
        return [write_chain(chain, self.keys.seal) for chain in chains]

    def _about(self, asked: Asked, entity: str, fact: Fact, effective: date, now: datetime, previous: str) -> About:
        fact_id = self.new_id()
        return About(
            id=fact_id,
            type=fact.TYPE,
            entity=entity,
            community=asked.community,
            effective=effective,
            recorded=now,
            actor=asked.actor,
            correlation=asked.correlation or asked.causation or fact_id,
            causation=asked.causation,
            command=asked.command,
            reason=asked.reason,
            previous=previous,
            service=self.service,
            log_stream=log_stream_of(self.service),
        )

    async def _load(
        self, asked: Asked, targets: Sequence[Target], *, newest: bool
    ) -> tuple[list[Loaded], list[Recorded]]:
        """The entities' states, and the facts this command id has already led to."""
        known = await self.states.load([entity for _, entity in targets], asked.command)
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


def _from_snapshot(decider: Decider[Any], entity: str, snapshot: Snapshot | None) -> Loaded:
    if snapshot is None:
        return Loaded(decider, entity, decider.initial)
    state = decider.model.model_validate_json(snapshot.state)
    return Loaded(decider, entity, state, snapshot.seq, snapshot.digest)


def _behind(one: Recorded, body: bytes) -> Recorded:
    return Recorded(one.about._replace(previous=digest(body)), one.fact)


def _at(one: Recorded, seq: int) -> Recorded:
    return Recorded(one.about._replace(seq=seq), one.fact)
