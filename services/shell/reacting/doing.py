"""Doing a wave of reactions: open the facts, run what concerns them, and say what did not come through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Final, Generic, TypeVar

import orjson

from events.log.command import CommandRefused
from events.log.envelope import About, Parsed, Recorded, Undecodable, open_fact, parse
from events.log.port import Message
from events.log.project.decode import Keys
from events.log.project.scope import is_community
from events.log.react import Reaction, is_carried_over, name_in
from events.log.seal import Erased
from services.shell.reacting.faults import judge, what_follows
from services.shell.reacting.figures import REACTIONS, SECONDS
from services.shell.reacting.parking import UNREADABLE, Parked

H = TypeVar("H")

AT_ONCE_MAX: Final = 32
REACTION_SECONDS_MAX: Final = 60.0
NUL: Final = "\x00"
"""PostgreSQL's text cannot hold it."""


@dataclass(slots=True)
class Work(Generic[H]):
    """One fact and the policies it concerns (none: it cannot be read). `before` are the failures of earlier tries."""

    message: Message
    reactions: Sequence[Reaction[H]]
    before: Mapping[str, Parked] = field(default_factory=dict)

    @property
    def entity(self) -> str:
        """Whom the fact is about."""
        return self.message.subject.rsplit(".", 1)[-1]


class Doer(Generic[H]):
    """Does what `reactions` (by fact name) say, with `handler` as what they command."""

    def __init__(
        self,
        service: str,
        reactions: Mapping[str, tuple[Reaction[H], ...]],
        handler: H,
        keys: Keys,
        clock: Callable[[], datetime],
    ) -> None:
        self._service, self._reactions, self._handler = service, reactions, handler
        self._keys, self._clock = keys, clock
        self._slots = asyncio.Semaphore(AT_ONCE_MAX)

    def wanted(self, message: Message) -> tuple[Reaction[H], ...] | None:
        """Who reacts to this message: None if nobody, as to history; an empty tuple if the message cannot be read."""
        name = name_in(message.body)
        if name is None:
            try:
                name = orjson.loads(message.body)["type"].rpartition(".")[0]
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                return ()
        reactions = self._reactions.get(name)
        return None if reactions is None or is_carried_over(message.body) else reactions

    async def do(self, wave: Sequence[Work[H]]) -> list[Parked]:
        """Do works of different entities, some at once; returns what failed. Raises only what the key store raises."""
        taken_apart = [_take_apart(work.message) for work in wave]
        left: list[tuple[Work[H], Parsed | _Closed]] = []
        failed: list[Parked] = []
        for work, it in zip(wave, taken_apart, strict=True):
            rest = work if isinstance(it, _Closed) else replace(work, reactions=self._at_sight(work, it, failed))
            if rest.reactions or not work.reactions:
                left.append((rest, it))
        opened = await self._open([it for _, it in left])
        done = await asyncio.gather(*(self._one(work, it) for (work, _), it in zip(left, opened, strict=True)))
        return [*failed, *(one for ones in done for one in ones)]

    def _at_sight(self, work: Work[H], parsed: Parsed, failed: list[Parked]) -> list[Reaction[H]]:
        """Those who need the fact opened; the others have done what they do, or stand in `failed`."""
        left = []
        for reaction in work.reactions:
            try:
                done = reaction.at_sight is not None and reaction.at_sight(parsed.data, self._handler)
            except Exception as error:  # noqa: BLE001 - as in `_run`
                failed.append(self._failed(work, reaction.policy, error, parsed.about))
                continue
            if done:
                REACTIONS.labels(self._service, reaction.policy, "done").inc()
            else:
                left.append(reaction)
        return left

    async def _open(self, taken_apart: Sequence[Parsed | _Closed]) -> list[Recorded | _Closed]:
        """The facts of a wave, with the keys of all its people fetched at once."""
        people = {(it.about.service, it.about.entity) for it in taken_apart if isinstance(it, Parsed)}
        await self._keys.prefetch(people)
        return [it if isinstance(it, _Closed) else self._unseal(it) for it in taken_apart]

    def _unseal(self, parsed: Parsed) -> Recorded | _Closed:
        try:
            return open_fact(parsed, self._keys.open)
        except Exception as error:  # noqa: BLE001 - a changed ciphertext, an upcaster's mistake: that fact is parked
            return _Closed(error, parsed.about)

    async def _one(self, work: Work[H], fact: Recorded | _Closed) -> list[Parked]:
        if isinstance(fact, _Closed):
            REACTIONS.labels(self._service, UNREADABLE, "failed").inc()
            return [self._failed(work, UNREADABLE, fact.why, fact.about)]
        async with self._slots:
            failed = []
            for reaction in work.reactions:  # one after the other: they may command the same entity
                error = await self._run(reaction, fact)
                if error is not None:
                    failed.append(self._failed(work, reaction.policy, error, fact.about))
            return failed

    async def _run(self, reaction: Reaction[H], fact: Recorded) -> Exception | None:
        started = monotonic()
        outcome, failure = "done", None
        try:
            async with asyncio.timeout(REACTION_SECONDS_MAX):
                await reaction.run(fact.fact, fact.about, self._handler)
        except (CommandRefused, Erased):
            outcome = "refused"  # the decision was no, or nothing may be written of this person any more: an answer
        except Exception as error:  # noqa: BLE001 - whatever it is, it is written down and tried again or parked
            outcome, failure = "failed", error
        SECONDS.labels(self._service, reaction.policy).observe(monotonic() - started)
        REACTIONS.labels(self._service, reaction.policy, outcome).inc()
        return failure

    def _failed(self, work: Work[H], policy: str, error: Exception, about: About | None) -> Parked:
        fault, now, before = judge(error), self._clock(), work.before.get(policy)
        tries = 1 if before is None else before.tries + 1
        state, next_at = what_follows(fault, tries, now)
        first_at = now if before is None else before.first_at
        return Parked(
            *place_of(work.message, policy, about), state, fault.error.replace(NUL, ""), tries, first_at, now, next_at
        )


@dataclass(frozen=True, slots=True)
class _Closed:
    """A fact that cannot be read, why, and what its envelope said if that much could be read."""

    why: Exception
    about: About | None


def _take_apart(message: Message) -> Parsed | _Closed:
    try:
        return parse(message)
    except Undecodable as error:
        return _Closed(error, None)


def about_of(message: Message) -> About | None:
    """What the envelope says, if it can be read."""
    it = _take_apart(message)
    return it.about


def place_of(message: Message, policy: str, about: About | None) -> tuple[str, int, str, str, str, str, str]:
    """The first columns of `Parked`. An envelope is somebody else's word: only what fits a column is taken from it."""
    stream, seq, entity = message.stream, message.seq, message.subject.rsplit(".", 1)[-1].replace(NUL, "")
    if about is None:
        return stream, seq, policy, f"{stream}:{seq}", "", entity, ""
    community = str(about.community)
    fact_id, type_ = (str(value).replace(NUL, "") for value in (about.id, about.type))
    return stream, seq, policy, fact_id, type_, entity, community if is_community(community) else ""
