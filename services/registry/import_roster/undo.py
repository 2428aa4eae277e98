"""Takes an import back: enrolments are withdrawn, except those of people to whom something has happened since."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from events.facts.decision import Happened, Refused
from events.log.command import Asked, Receipt
from services.registry.decide import member, roster_import
from services.registry.decide.commands import WithdrawEnrolment
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.roster_import import ROSTER_IMPORT, UndoImport
from services.registry.handle.registry import Registry

PEOPLE_PER_BATCH: Final = 450


@dataclass(frozen=True, slots=True)
class ImportUndo:
    """How many enrolments were taken back, and whose were not."""

    withdrawn: int
    kept: tuple[str, ...]
    receipt: Receipt
    """Of the fact that says so; empty if it had been said before."""


@dataclass
class Undoing:
    """How far it has come, for whoever watches it in this process."""

    import_id: str
    members: int
    seen: int = 0
    outcome: ImportUndo | None = None
    failed: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running(self) -> bool:
        """Whether somebody works on it now."""
        return not self.done.is_set()


async def take_back(
    registry: Registry, asked: Asked, undoing: Undoing, members: Sequence[str], elsewhere: frozenset[str]
) -> ImportUndo:
    """Withdraw whom the import enrolled. Interrupted, it can be asked for again: who was withdrawn stays counted.

    `elsewhere` are those of whom other services have published something.
    """
    asked = replace(asked, correlation=undoing.import_id, command="", expected=None)
    withdrawn, kept = 0, []
    for start in range(0, len(members), PEOPLE_PER_BATCH):
        group = members[start : start + PEOPLE_PER_BATCH]
        spared = await _withdraw(registry, asked, undoing.import_id, group, elsewhere)
        kept += spared
        withdrawn += len(group) - len(spared)
        undoing.seen += len(group)
    command = UndoImport(withdrawn=withdrawn, kept=tuple(kept))
    receipt = await registry.commands.act(
        asked, ROSTER_IMPORT, undoing.import_id, lambda one: roster_import.undo(one, command, registry.today())
    )
    return ImportUndo(withdrawn, tuple(kept), receipt)


async def _withdraw(
    registry: Registry, asked: Asked, import_id: str, group: Sequence[str], elsewhere: frozenset[str]
) -> list[str]:
    """Those who stay, because something has happened to them."""
    kept: list[str] = []
    command = WithdrawEnrolment(import_id=import_id)

    def plan(states: Sequence[Member]) -> dict[str, Happened]:
        kept.clear()
        planned = {}
        for entity, state in zip(group, states, strict=True):
            decision = member.withdraw_enrolment(state, command, registry.today(), known_elsewhere=entity in elsewhere)
            if isinstance(decision, Refused):
                kept.append(entity)
            else:
                planned[entity] = decision
        return planned

    await registry.commands.act_together(asked, [(MEMBER, entity) for entity in group], plan)
    return list(kept)
