"""A history as the messages of atomic batches: one command never lies in two, an entity's facts keep their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.city.chronicle import Act, Line
from events.log.envelope import GENESIS, Heading, Sealer, digest, draft, finish, subject_of
from events.log.port import BATCH_WRITES_MAX, Message, Write

Page = list[tuple[Act, Line]]
"""What a batch says of one entity."""


@dataclass(slots=True)
class Batch:
    """Acts that are appended together: entity by entity, as the server's guard wants it."""

    pages: dict[str, Page] = field(default_factory=dict)
    """By subject."""
    size: int = 0

    def add(self, act: Act) -> None:
        """Take an act in."""
        for line in act.lines:
            subject = subject_of(act.service, line.decider.stream, line.entity)
            self.pages.setdefault(subject, []).append((act, line))
        self.size += len(act.lines)


def batches(acts: Sequence[Act], service: str) -> list[Batch]:
    """The acts of one service in as few batches as they fit in."""
    found: list[Batch] = []
    for act in acts:
        if act.service != service:
            continue
        if not found or found[-1].size + len(act.lines) > BATCH_WRITES_MAX:
            found.append(Batch())
        found[-1].add(act)
    return found


class Standing:
    """How far a history stands in the log: last sequence and last hash by subject, what was written of it before.

    An interrupted writer leaves whole batches behind, so the last message of each subject says all.
    """

    def __init__(self, messages: Sequence[Message] = (), ids: Mapping[str, str] | None = None) -> None:
        """`messages`: the last of every subject that has one; `ids` their facts' ids by subject."""
        self.seq = {message.subject: message.seq for message in messages}
        self.hash = {message.subject: digest(message.body) for message in messages}
        self._ids = dict(ids or {})

    def left(self, wanted: Sequence[Batch]) -> list[Batch]:
        """The batches that do not stand yet. Raises `Overwritten` if somebody else has written meanwhile."""
        whose = {line.fact_id: place for place, b in enumerate(wanted) for page in b.pages.values() for _, line in page}
        stands = -1
        for subject, fact_id in self._ids.items():
            if fact_id not in whose:
                raise Overwritten(subject)
            stands = max(stands, whose[fact_id])
        return list(wanted[stands + 1 :])

    def sealed(self, batch: Batch, heading: Callable[[Act], Heading], seal: Sealer) -> Iterator[tuple[str, Bodies]]:
        """The envelopes of a batch by subject, each holding the hash of the one before."""
        for subject, page in batch.pages.items():
            previous, bodies = self.hash.get(subject, GENESIS), []
            for act, line in page:
                drafted = draft(line.fact_id, line.fact, line.effective)
                body = finish(heading(act), line.entity, previous, drafted, seal)
                previous = digest(body)
                bodies.append((line.fact_id, body))
            self.hash[subject] = previous
            yield subject, bodies

    def writes(self, sealed: Sequence[tuple[str, Bodies]]) -> list[Write]:
        """The guarded writes of a batch, as the subjects stand now."""
        return [Write(subject, self.seq.get(subject, 0), bodies) for subject, bodies in sealed]

    def written(self, writes: Sequence[Write], sequences: Sequence[int]) -> None:
        """They stand in the log, under these sequences."""
        place = 0
        for write in writes:
            place += len(write.bodies)
            self.seq[write.subject] = sequences[place - 1]


Bodies = list[tuple[str, bytes]]


class Overwritten(Exception):
    """A subject ends with a fact that is not of this history."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Puts the heading on an act: history, written down then, by that account or policy."""

    source: str
    community: str

    def __call__(self, act: Act) -> Heading:
        """The heading of the act's envelopes."""
        return Heading(
            source=self.source,
            recorded=act.recorded,
            community=self.community,
            actor=act.actor,
            correlation=act.causation,
            causation=act.causation,
            command="",
            reason="",
            carried_over=True,
        )
