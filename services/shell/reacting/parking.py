"""What the reactions of a service remember: how far they have come, and what did not come through.

A reaction that fails is written down here and its message acknowledged, so that one bad fact holds up nobody else.
Either it is *waiting* for its next try, or it is *parked* for a person, who has it tried again or dismisses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

UNREADABLE: Final = "unreadable"
"""Stands in place of a policy when the fact itself cannot be read, so that nobody knows whom it concerns."""


class State(StrEnum):
    """What is to become of a reaction that did not come through."""

    WAITING = "waiting"
    """It is tried again by itself at `next_at`; later facts of the entity wait behind it."""
    PARKED = "parked"
    """It needs a person."""
    DISMISSED = "dismissed"
    """A person decided that it will not be done."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A reaction (`policy`) to a fact that did not come through. `error` quotes nothing personal."""

    log_stream: str
    seq: int
    policy: str
    fact_id: str
    type: str
    entity: str
    community: str
    state: State
    error: str
    tries: int
    first_at: datetime
    last_at: datetime
    next_at: datetime | None = None

    @property
    def place(self) -> tuple[int, str]:
        """Its place in its log stream: the fact's sequence, and the policy."""
        return self.seq, self.policy


class Overtaken(Exception):
    """Another process has moved the position: this one no longer leads, and must load again."""


class ParkingStore(Protocol):
    """Durable memory of one service's reactions. Whatever it cannot do it raises; nothing is then acknowledged."""

    async def hold(self) -> bool:
        """Take the lead, or keep it: of all processes of a service one reacts. False while another one does."""
        ...

    async def release(self) -> None:
        """Let the lead go."""
        ...

    async def begin(self, log_stream: str) -> tuple[int | None, list[Parked]]:
        """The sequence up to which everything is done or written down (None: never begun), and what is waiting."""
        ...

    async def save(
        self, log_stream: str, old: int | None, new: int, kept: Sequence[Parked], settled: Sequence[tuple[int, str]]
    ) -> None:
        """Move the position, write down `kept`, strike out `settled`: together. Raises `Overtaken` if not at `old`."""
        ...

    async def parked(self, scope: str | None = "") -> list[Parked]:
        """What is waiting or parked in this scope, oldest first."""
        ...

    async def count_parked(self) -> int:
        """How many reactions need a person."""
        ...

    async def find(self, fact_id: str, policy: str) -> Parked | None:
        """The parked reaction of this policy to this fact; one that waits is tried by itself."""
        ...

    async def note(self, one: Parked) -> None:
        """A person had it tried again and it failed again."""
        ...

    async def settle(self, one: Parked) -> None:
        """It came through after all."""
        ...

    async def dismiss(self, one: Parked, by: str, why: str) -> bool:
        """A person decided that it will not be done. False if it is not there any more."""
        ...
