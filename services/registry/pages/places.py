"""What communities and the units above them are called on pages: by the name on their door, not by their path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.unit import above
from services.registry.pages.common import reading
from services.registry.project import register, unit
from services.shell.i18n import gettext as _
from services.shell.identity import Caller


@dataclass(frozen=True, slots=True)
class Places:
    """The names of some units. One that nobody has named is called as the caller calls it, or by its path."""

    caller: Caller
    names: Mapping[str, str]

    def called(self, path: str) -> str:
        """A unit in words for people."""
        if not path:
            return self.caller.reach
        return self.names.get(path) or self.caller.called(path)

    def told_apart(self, path: str, others: Iterable[str]) -> str:
        """The same, with the unit above before it where one of the others is called alike."""
        name, parent = self.called(path), above(path)
        alike = any(other != path and self.called(other) == name for other in others)
        return _("%(parent)s · %(name)s", parent=self.called(parent), name=name) if alike and parent else name

    def options(self, paths: Sequence[str]) -> list[tuple[str, str]]:
        """(path, words) of the units one may choose from."""
        twice = {name for name, count in Counter(map(self.called, paths)).items() if count > 1}
        return [
            (path, self.told_apart(path, paths) if self.called(path) in twice else self.called(path)) for path in paths
        ]


async def places_of(db: AsyncConnection, caller: Caller, paths: Iterable[str]) -> Places:
    """What these units, and those just above them, are called."""
    paths = set(paths)
    return Places(caller, await unit.names(db, paths | {above(path) for path in paths} - {""}))


async def name_of(request: Request, caller: Caller, path: str) -> str:
    """What one unit is called, for a page that reads nothing else."""
    async with reading(request, caller) as db:
        return (await places_of(db, caller, [path])).called(path)


async def communities(db: AsyncConnection, caller: Caller) -> list[tuple[str, str]]:
    """(path, words) of the communities of the caller's scope that have a branch or a member."""
    paths = await register.communities(db)
    return (await places_of(db, caller, paths)).options(paths)


async def communities_to_fill(db: AsyncConnection, caller: Caller) -> list[tuple[str, str]]:
    """The same for a form that puts something into a community: the caller's own may still be empty."""
    found = await communities(db, caller)
    if caller.scope and not any(path.startswith(caller.scope) for path, _words in found):
        own = await places_of(db, caller, [caller.scope])
        return [(caller.scope, own.called(caller.scope)), *found]
    return found
