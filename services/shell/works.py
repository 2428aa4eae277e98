"""Proposals that a solver makes beside the pages: one a key, being made or waiting for a person, in this process.

A lost one is made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

KEPT_MAX: Final = 50
PATIENCE_SECONDS: Final = 1.5
"""So long a page waits for a proposal before it says that it is being made."""

Key = TypeVar("Key", bound=Hashable)
Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Work(Generic[Given, Found]):
    """What is proposed for `given`, under this id, made or in the making."""

    work_id: str
    given: Given
    task: asyncio.Task[Found]

    @property
    def running(self) -> bool:
        """True while it is being made."""
        return not self.task.done()

    @property
    def proposal(self) -> Found | None:
        """What was found; None while it is being made, and if that failed."""
        if not self.task.done() or self.task.cancelled() or self.task.exception() is not None:
            return None
        return self.task.result()

    async def waited(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait, but not long."""
        await asyncio.wait([self.task], timeout=seconds)


class Works(Generic[Key, Given, Found]):
    """The solver works in a thread and lets go of the interpreter while it does; one proposal at a time."""

    def __init__(self, solve: Callable[[Given], Found]) -> None:
        self._solve = solve
        self._known: dict[Key, Work[Given, Found]] = {}
        self._one = asyncio.Semaphore(1)

    def of(self, key: Key) -> Work[Given, Found] | None:
        """What is being made, or was made, under this key."""
        return self._known.get(key)

    def begin(self, key: Key, given: Given, work_id: str) -> Work[Given, Found]:
        """Make one; while the same is being worked on, or nothing has changed since, that one stays."""
        work = self._known.get(key)
        if work is not None and work.given == given and (work.running or work.proposal is not None):
            return work
        self._known.pop(key, None)
        for oldest in list(self._known)[: max(0, len(self._known) - KEPT_MAX + 1)]:
            del self._known[oldest]
        work = self._known[key] = Work(work_id, given, asyncio.create_task(self._made(given)))
        return work

    async def _made(self, given: Given) -> Found:
        async with self._one:
            return await asyncio.to_thread(self._solve, given)

    async def close(self) -> None:
        """Nobody waits any more."""
        for work in self._known.values():
            work.task.cancel()
        await asyncio.gather(*(work.task for work in self._known.values()), return_exceptions=True)
