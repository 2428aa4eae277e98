"""What an operator is told about reactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

POLL_AGE_SECONDS_MAX: Final = 10.0
"""Nobody asked the server for so long, and no batch is in hand: the subscriber's loop has ended."""


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
    """Reactions that wait for their next try."""
    seq: int
    """Everything up to here is done or written down."""

    @property
    def ok(self) -> bool:
        """Whether facts are being heard."""
        return self.exists and (self.busy_seconds > 0 or self.last_poll_seconds < POLL_AGE_SECONDS_MAX)

    def __str__(self) -> str:
        state = "" if self.exists else " does not exist"
        differs = f" ({'; '.join(self.differences)})" if self.differences else ""
        return f"{self.consumer}{state}{differs}: lag {self.lag}, waiting {self.waiting}, done {self.seq}"


@dataclass(frozen=True, slots=True)
class ReactorHealth:
    """How the reactions of this process stand. One that does not lead is well: another process does."""

    leading: bool
    connected: bool = False
    sources: tuple[SourceHealth, ...] = ()
    parked: int = 0
    """Reactions that need a person."""
    halted: str = ""
    """Why it stopped until a person looks: the log lost data."""
    trouble: str = ""
    """What it is trying again right now, if anything."""

    @property
    def ok(self) -> bool:
        """Whether facts are being reacted to, here or by another process."""
        if self.halted or self.trouble:
            return False
        return not self.leading or (self.connected and all(source.ok for source in self.sources))

    def __str__(self) -> str:
        parts = [self.halted or self.trouble, "" if self.leading else "another process reacts"]
        parts += [str(source) for source in self.sources]
        parts += [f"parked {self.parked}"] if self.parked else []
        return "; ".join(filter(None, parts))
