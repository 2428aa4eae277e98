"""A selection as it was shown: who, at which version, from what to what; and who cannot be changed, and why.

Between the preview and the end of the change a plan lies in the box's own folder (0700, files 0600), as a roster does
that is looked at before it is brought in. What nobody came back for is swept after a day.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from events.facts.bulk import BulkField
from services.registry.decide.bulk import Chosen

KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlannedOne:
    """One member who is to be changed, as the preview shows it."""

    member_id: str
    name: str
    seq: int
    before: str | None
    to: str


@dataclass(frozen=True, slots=True)
class Why:
    """One member of the selection who is not to be changed, and the code of the reason."""

    member_id: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A frozen selection and its change. `to` is None when each goes back to its own value of before `undoes`.

    `reason` is known once the change was begun.
    """

    bulk_id: str
    actor: str
    community: str
    field: BulkField
    to: str | None
    at: str
    people: tuple[PlannedOne, ...]
    left_out: tuple[Why, ...]
    undoes: str | None = None
    reason: str = ""
    begun: bool = False

    @property
    def chosen(self) -> list[Chosen]:
        """Those to be changed, as a step takes them."""
        return [Chosen(one.member_id, one.seq, one.to) for one in self.people]


_PLAN: Final = TypeAdapter(Plan)


@dataclass
class Plans:
    """The folder of plans. `clock` says when one has lain too long."""

    folder: Path
    clock: Callable[[], datetime]

    def now(self) -> str:
        """The moment that a new plan carries."""
        return self.clock().isoformat()

    async def keep(self, plan: Plan) -> None:
        """Put a plan there, or what has become of it, and sweep what was forgotten."""
        await asyncio.to_thread(self._keep, plan)

    async def find(self, bulk_id: str) -> Plan | None:
        """The plan of that id, if it is still there."""
        return await asyncio.to_thread(_read, self._path(bulk_id))

    def drop(self, bulk_id: str) -> None:
        """Remove it."""
        self._path(bulk_id).unlink(missing_ok=True)

    def _keep(self, plan: Plan) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self.folder.glob("*.json"):
            known = _read(path)
            if known is None or datetime.fromisoformat(known.at) + KEPT < self.clock():
                path.unlink(missing_ok=True)
        unfinished = self.folder / f".{plan.bulk_id}.new"
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_PLAN.dump_json(plan))
        unfinished.replace(self._path(plan.bulk_id))

    def _path(self, bulk_id: str) -> Path:
        return self.folder / f"{bulk_id}.json"


def _read(path: Path) -> Plan | None:
    try:
        return _PLAN.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def steps_of(chosen: Sequence[Chosen], size: int) -> list[Sequence[Chosen]]:
    """The selection cut into steps."""
    return [chosen[start : start + size] for start in range(0, len(chosen), size)]
