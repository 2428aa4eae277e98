"""The log as the rest of Hearth sees it: guarded append, reading one entity, replay and live following.

Two drivers keep this promise and pass the same suite: `jetstream` (the product) and `memory` (decision-level tests).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol

BATCH_WRITES_MAX: Final = 1000
"""Messages in one atomic batch (the server's own limit, PITFALLS 5)."""


class Message(NamedTuple):
    """One stored message. `body` is the envelope exactly as it was appended; proofs and hashes cover these bytes."""

    stream: str
    seq: int
    subject: str
    body: bytes
    stored_at: datetime | None = None
    headers: Mapping[str, str] | None = None


class Write(NamedTuple):
    """Envelopes to append to one entity's subject, if its last stream sequence is still `expected` (0: none yet)."""

    subject: str
    expected: int
    bodies: Sequence[tuple[str, bytes]]
    """(fact id, envelope bytes) in order."""


@dataclass(frozen=True, slots=True)
class Ends:
    """First and last sequence of a stream; an empty stream has `last == first - 1` or both 0."""

    first: int
    last: int


Pages = AsyncGenerator[list[Message], None]


class LogError(Exception):
    """Anything the log could not do."""


class Conflict(LogError):
    """Somebody else appended to the entity first: load it again and decide again."""


class Unknown(LogError):
    """The append may or may not have been stored, and reading back could not tell. Never treat it as lost."""


class Unavailable(LogError):
    """The log cannot be reached now; nothing was stored."""


class LogGap(LogError):
    """A sequence is missing where none may be: the reader halts and says so (PITFALLS 9)."""


class LogShrunk(LogError):
    """The stream ends before a position already read: the log lost data, the reader halts and says so."""


class Log(Protocol):
    """One connection's view of the service streams `REGISTRY`, `CARE`, `NOTIFY`."""

    async def append(self, stream: str, writes: Sequence[Write]) -> list[int]:
        """Store all bodies or none; returns the stream sequence of every body, in order.

        Raises `Conflict` if any entity moved on, `Unknown` if the outcome cannot be told, `Unavailable` if the
        log was not reached. At most `BATCH_WRITES_MAX` bodies in all.
        """
        ...

    async def read_entity(self, stream: str, subject: str, after: int) -> list[Message]:
        """The entity's messages with sequence > `after`, oldest first. Cheap only for a recent `after`."""
        ...

    async def read_last(self, stream: str, subject: str) -> Message | None:
        """The entity's newest message, or None."""
        ...

    def read_range(self, stream: str, first: int, last: int, *, batch: int = 2000) -> Pages:
        """Every message of the stream with first <= seq <= last, in order. Raises `LogGap` if one is missing."""
        ...

    def follow(self, stream: str, after: int, *, batch: int = 2000) -> Pages:
        """Replay from `after`, then live, without end. Each list holds what is there now (1..batch messages).

        Raises `LogGap` on a missing sequence and `LogShrunk` if the stream ends before `after`. Survives
        reconnects by itself.
        """
        ...

    async def ends(self, stream: str) -> Ends:
        """First and last stored sequence."""
        ...
