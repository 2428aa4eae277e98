"""Proposals being made or waiting for a person: one a community and week, in this process. A lost one is made again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.care.rota.propose import propose
from services.care.rota.week import Proposal, Week

KEPT_MAX: Final = 50
PATIENCE_SECONDS: Final = 1.5
"""So long a page waits for a proposal before it says that it is being made."""
Key = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Work:
    """A proposal for this week, under this id, made or in the making."""

    rota_id: str
    week: Week
    task: asyncio.Task[Proposal]

    @property
    def running(self) -> bool:
        """True while it is being made."""
        return not self.task.done()

    @property
    def proposal(self) -> Proposal | None:
        """What was found; None while it is being made, and if that failed."""
        if not self.task.done() or self.task.cancelled() or self.task.exception() is not None:
            return None
        return self.task.result()

    async def waited(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait, but not long."""
        await asyncio.wait([self.task], timeout=seconds)


class Works:
    """The solver works in a thread and lets go of the interpreter while it does; one week at a time."""

    def __init__(self) -> None:
        self._known: dict[Key, Work] = {}
        self._one = asyncio.Semaphore(1)

    def begin(self, key: Key, week: Week, rota_id: str) -> Work:
        """Make one; while the same week is being worked on, or nothing has changed since, that one stays."""
        work = self._known.get(key)
        if work is not None and work.week == week and (work.running or work.proposal is not None):
            return work
        self._known.pop(key, None)
        for oldest in list(self._known)[: max(0, len(self._known) - KEPT_MAX + 1)]:
            del self._known[oldest]
        work = self._known[key] = Work(rota_id, week, asyncio.create_task(self._made(week)))
        return work

    async def _made(self, week: Week) -> Proposal:
        async with self._one:
            return await asyncio.to_thread(propose, week)

    async def close(self) -> None:
        """Nobody waits any more."""
        for work in self._known.values():
            work.task.cancel()
        await asyncio.gather(*(work.task for work in self._known.values()), return_exceptions=True)
