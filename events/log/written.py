"""What a command is about to append, entity by entity, and what it then says it has written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, overload

from events.facts.base import Fact
from events.log.envelope import About, Heading, Recorded, digest, log_stream_of
from events.log.port import Write
from events.log.scribe import Chain


class Page(NamedTuple):
    """What happened to one entity, whose last sequence is `expected`: the facts and their drafts, in the same order."""

    subject: str
    expected: int
    facts: Sequence[Fact]
    chain: Chain

    def write(self, bodies: Sequence[bytes]) -> Write:
        """The guarded write of this entity's envelopes."""
        ids = [fact_id for fact_id, *_ in self.chain.drafts]
        return Write(self.subject, self.expected, list(zip(ids, bodies, strict=True)))


class Written(Sequence[Recorded]):
    """The facts as they stand in the log now; made when somebody looks at them: a roster's importer never does."""

    def __init__(
        self,
        service: str,
        heading: Heading,
        pages: Sequence[Page],
        bodies: Sequence[Sequence[bytes]],
        sequences: Sequence[int],
    ) -> None:
        self._service = service
        self._heading = heading
        self._pages = pages
        self._bodies = bodies
        self._sequences = sequences

    def __len__(self) -> int:
        return len(self._sequences)

    @overload
    def __getitem__(self, index: int) -> Recorded: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Recorded]: ...
    def __getitem__(self, index: int | slice) -> Recorded | Sequence[Recorded]:
        return self._facts[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # like a list

    @cached_property
    def _facts(self) -> Sequence[Recorded]:
        sequences = iter(self._sequences)
        found = []
        for page, bodies in zip(self._pages, self._bodies, strict=True):
            previous = page.chain.previous
            for number, fact in enumerate(page.facts):
                found.append(Recorded(self._about(page.chain, number, previous, next(sequences)), fact))
                previous = digest(bodies[number])
        return found

    def _about(self, chain: Chain, number: int, previous: str, seq: int) -> About:
        heading = self._heading
        fact_id, type_, effective, *_ = chain.drafts[number]
        return About(
            id=fact_id,
            type=type_,
            entity=chain.entity,
            community=chain.community or heading.community,
            effective=effective,
            recorded=heading.recorded,
            actor=heading.actor,
            correlation=heading.correlation or fact_id,
            causation=heading.causation,
            command=heading.command,
            reason=heading.reason,
            previous=previous,
            service=self._service,
            log_stream=log_stream_of(self._service),
            seq=seq,
            carried_over=heading.carried_over,
        )
