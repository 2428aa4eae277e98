"""The work of changing many members, one task a change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from events.facts.decision import Decisions
from events.log.command import Asked, Loaded
from services.registry.bulk.plan import Plan, steps_of
from services.registry.decide import bulk
from services.registry.decide.bulk import BULK, Bulk, Chosen, Found, StartBulk
from services.registry.handle.registry import Registry, with_members

PEOPLE_PER_STEP: Final = 450
"""One fact each and one of the step; an atomic batch holds a thousand."""
WATCHED_MAX: Final = 50
"""Ended changes of which the process still knows how they went; everything lasting is in the facts."""

log = logging.getLogger(__name__)


@dataclass
class BulkProgress:
    """How far a change has come, for whoever watches it in this process."""

    bulk_id: str
    community: str
    people: int
    seen: int = 0
    failed: str = ""
    """Why it broke off; it can be begun again and goes on where it was."""
    position: str = ""
    """Where its last fact stands, to wait for."""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running(self) -> bool:
        """Whether somebody works on it now."""
        return not self.done.is_set()

    @property
    def well(self) -> bool:
        """Whether it goes on, or came to its end: what the tables do not say yet they will."""
        return not self.failed


class BulkChanger:
    """One per process. `watched` holds the changes that run, or ran, here."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.watched: dict[str, BulkProgress] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, asked: Asked, plan: Plan, ended: Callable[[BulkProgress], None]) -> BulkProgress:
        """Begin, or continue, and return at once; `BulkProgress.done` is set at its end, after `ended` was called.

        Twice the same plan is one change. Raises what `Commands.act` raises.
        """
        if (known := self.watched.get(plan.bulk_id)) is not None and known.running:
            return known
        progress = BulkProgress(plan.bulk_id, plan.community, len(plan.people))
        self._watch(progress)
        asked = replace(asked, correlation=plan.bulk_id, command="", expected=None, reason=plan.reason)
        command = StartBulk(field=plan.field, people=len(plan.people), to=plan.to, undoes=plan.undoes)
        try:
            today = self._registry.today()
            receipt = await self._registry.commands.act(
                asked, BULK, plan.bulk_id, lambda one: bulk.start(one, command, today)
            )
        except BaseException:
            progress.done.set()
            del self.watched[plan.bulk_id]
            raise
        progress.position = receipt.position
        task = asyncio.create_task(self._run(asked, plan, progress, ended), name=f"bulk change {plan.bulk_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return progress

    async def close(self) -> None:
        """Stop what runs; a change that was stopped can be gone on with."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(
        self, asked: Asked, plan: Plan, progress: BulkProgress, ended: Callable[[BulkProgress], None]
    ) -> None:
        try:
            await self._change(asked, plan, progress)
        except asyncio.CancelledError:
            progress.failed = "interrupted"
            raise
        except Exception as error:
            progress.failed = f"{type(error).__name__}: {error}"
            log.exception("bulk change %s broke off", plan.bulk_id)
        finally:
            ended(progress)
            progress.done.set()

    async def _change(self, asked: Asked, plan: Plan, progress: BulkProgress) -> None:
        for number, chosen in enumerate(steps_of(plan.chosen, PEOPLE_PER_STEP), 1):
            await self._step(asked, plan, number, chosen, progress)
            progress.seen += len(chosen)
        today = self._registry.today()
        receipt = await self._registry.commands.act(asked, BULK, plan.bulk_id, lambda one: bulk.commit(one, today))
        progress.position = receipt.position or progress.position

    async def _step(
        self, asked: Asked, plan: Plan, number: int, chosen: Sequence[Chosen], progress: BulkProgress
    ) -> None:
        """Those of one step, in one append: all that are as they were shown, and none that is not."""
        today = self._registry.today()

        def decide(loaded: Sequence[Loaded]) -> Decisions:
            state: Bulk = loaded[0].state
            found = [Found(one.state, one.seq) for one in loaded[1:]]
            return bulk.step(state, number, chosen, found, today, bulk_id=plan.bulk_id)

        targets = with_members((BULK, plan.bulk_id), [one.member_id for one in chosen])
        receipt = await self._registry.commands.act_as_loaded(asked, targets, decide)
        progress.position = receipt.position or progress.position

    def _watch(self, progress: BulkProgress) -> None:
        """Know of it, and forget the oldest that have ended."""
        ended = [one for one, other in self.watched.items() if not other.running]
        for one in ended[: max(0, len(ended) - WATCHED_MAX)]:
            del self.watched[one]
        self.watched[progress.bulk_id] = progress
