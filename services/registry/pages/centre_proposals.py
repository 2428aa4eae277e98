"""Proposals being made or waiting for a person: one a community, in this process. A lost one is made again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from services.registry.centres.propose import propose
from services.registry.centres.town import Proposal, Town

KEPT_MAX: Final = 50
PATIENCE_SECONDS: Final = 1.5
"""So long a page waits for a proposal before it says that it is being made."""


@dataclass(frozen=True, slots=True)
class Work:
    """A proposal for this town, under this id, made or in the making."""

    proposal_id: str
    town: Town
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

    async def waited_a_moment(self) -> None:
        """Wait, but not long."""
        await asyncio.wait([self.task], timeout=PATIENCE_SECONDS)


class Proposals:
    """The solver works in a thread and lets go of the interpreter while it does; one town at a time."""

    def __init__(self) -> None:
        self._known: dict[str, Work] = {}
        self._one = asyncio.Semaphore(1)

    def of(self, community: str) -> Work | None:
        """The proposal of a community."""
        return self._known.get(community)

    def begin(self, community: str, town: Town, proposal_id: str) -> Work:
        """Make one; while the same town is being worked on, or nothing has changed since, that one stays."""
        work = self._known.get(community)
        if work is not None and work.town == town and (work.running or work.proposal is not None):
            return work
        self._known.pop(community, None)
        for oldest in list(self._known)[: max(0, len(self._known) - KEPT_MAX + 1)]:
            del self._known[oldest]
        work = self._known[community] = Work(proposal_id, town, asyncio.create_task(self._made(town)))
        return work

    async def _made(self, town: Town) -> Proposal:
        async with self._one:
            return await asyncio.to_thread(propose, town)

    async def close(self) -> None:
        """Nobody waits any more."""
        for work in self._known.values():
            work.task.cancel()
        await asyncio.gather(*(work.task for work in self._known.values()), return_exceptions=True)
