"""A service's packs in its folder: read whole or not at all, taken up while the service runs."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic

from services.shell.policy.layers import PackSet, Resolved
from services.shell.policy.pack import BadPacks, P, Pack, Problem, Schema, read_pack

logger = logging.getLogger(__name__)


def load(schema: Schema[P], national: Path, folder: Path, more: Sequence[Path] = ()) -> PackSet[P]:
    """The national pack, those of the folder and `more`. Raises `BadPacks`, also for a file that cannot be read."""
    packs: list[Pack] = []
    problems: list[Problem] = []
    for path in (national, *in_folder(folder), *more):
        try:
            packs.append(read_pack(path.read_text("utf-8"), str(path), schema))
        except BadPacks as bad:
            problems += bad.problems
        except (OSError, UnicodeError) as unread:
            problems.append(Problem(str(path), 1, f"cannot be read: {unread}"))
    if not packs or packs[0].file != str(national):
        raise BadPacks(problems)
    try:
        found = PackSet.of(schema, packs[0], packs[1:])
    except BadPacks as bad:
        raise BadPacks([*problems, *bad.problems]) from bad
    if problems:
        raise BadPacks(problems)
    return found


def in_folder(folder: Path) -> list[Path]:
    """The files that are packs."""
    return sorted(folder.glob("*.toml"))


def put(text: str, folder: Path, name: str) -> Path:
    """Write a pack's file into the folder: whoever looks there sees all of it or nothing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return Path(beside).replace(folder / name)
    except BaseException:
        Path(beside).unlink()
        raise


@dataclass
class Policies(Generic[P]):
    """The rules by place and day. `start` first; then `at` answers, from what was last whole and right."""

    schema: Schema[P]
    national: Path
    folder: Path
    trouble: Sequence[Problem] = ()
    """What is wrong with the folder as it is now; what was read before still holds."""
    changed: Callable[[], None] = lambda: None
    """Called in the event loop when other packs hold than before."""
    _packs: PackSet[P] = field(init=False, repr=False)
    _seen: object = field(init=False, default=None, repr=False)

    def start(self) -> None:
        """Read the packs. Raises `BadPacks`: nobody should decide by rules other than those that were set."""
        self._seen = self._stamp()
        self._packs = load(self.schema, self.national, self.folder)
        for pack in self._packs.packs:
            logger.info("%s holds (%s, sha256 %s)", pack.head.id, pack.file, pack.digest)

    @property
    def packs(self) -> Sequence[Pack]:
        """Every pack that is taken up, the national one first."""
        return self._packs.packs

    def at(self, place: str, day: date) -> P:
        """The rules in force at a place on a day."""
        return self._packs.of_place(place).on(day).policy

    def explained(self, place: str, day: date) -> Resolved[P]:
        """The same, with where each value comes from."""
        return self._packs.of_place(place).on(day)

    def tried(self, text: str, name: str) -> tuple[Pack, PackSet[P]]:
        """What would hold if this pack lay with the others, instead of the one of its scope and day if there is one.

        Nothing is taken up. Raises `BadPacks`.
        """
        pack = read_pack(text, name, self.schema)
        first, *others = self.packs
        place = (pack.head.scope, pack.head.effective_from)
        beside = [one for one in others if (one.head.scope, one.head.effective_from) != place]
        return pack, PackSet.of(self.schema, first, [*beside, pack])

    def next_change(self, place: str, day: date) -> date | None:
        """The first day after this one on which other rules come into force there."""
        return self._packs.of_place(place).next_change(day)

    def refresh(self) -> bool:
        """Take up what has changed in the folder, all of it or nothing; True if other packs hold now."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            found = load(self.schema, self.national, self.folder)
        except BadPacks as bad:
            if bad.problems != self.trouble:
                logger.error("%s goes on with the rules it has: %s", self.schema.service, bad)
            self.trouble = bad.problems
            return False
        before, now = _by_id(self._packs), _by_id(found)
        self._packs, self.trouble = found, ()
        for one in sorted(now.keys() - before.keys()):
            logger.info("%s is taken up (%s, sha256 %s)", *one[:1], now[one].file, one[1])
        for one in sorted(before.keys() - now.keys()):
            logger.info("%s no longer holds (%s, sha256 %s)", *one[:1], before[one].file, one[1])
        return before.keys() != now.keys()

    @asynccontextmanager
    async def watched(self, every_seconds: float) -> AsyncIterator[None]:
        """`start`, and look into the folder again and again while the block runs. Raises `BadPacks`."""
        self.start()
        looking = asyncio.create_task(self._look(every_seconds), name=f"{self.schema.service} policy")
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, every_seconds: float) -> None:
        while True:
            await asyncio.sleep(every_seconds)
            try:
                if await asyncio.to_thread(self.refresh):
                    self.changed()
            except OSError as error:  # the folder cannot be read just now: what holds goes on to hold
                logger.warning("%s cannot look into %s: %s", self.schema.service, self.folder, error)

    def _stamp(self) -> object:
        found = []
        for path in (self.national, *in_folder(self.folder)):
            try:
                known = path.stat()
            except FileNotFoundError:  # taken away while we were looking
                continue
            found.append((path.name, known.st_mtime_ns, known.st_size, known.st_ino))
        return found


def _by_id(packs: PackSet[Any]) -> dict[tuple[str, str], Pack]:
    return {(pack.head.id, pack.digest): pack for pack in packs.packs}
