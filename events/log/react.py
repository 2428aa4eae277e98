"""A reaction: a policy with a name that answers a fact with commands of its own service.

    @reaction("visit-after-illness", on=FellIll)
    async def plan_visit(fact: FellIll, about: About, care: CareHandler) -> None:
        await care.plan_visit(...)

A reaction may run again after a crash. It asks for nothing twice because its effects are named after their cause:
ids by `derived_uuid7(about.recorded, about.id, policy)`, command ids by `Reaction.command_id`. The facts of one
entity reach it in the order of their log stream. A command that is refused is an answer, not a fault.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, overload

import orjson

from events.facts.access import EVERY_SERVICE
from events.facts.base import Fact
from events.log.envelope import About

F = TypeVar("F", bound=Fact)
H = TypeVar("H")

_POLICY: Final = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")


@dataclass(frozen=True, slots=True)
class Reaction(Generic[H]):
    """One policy: which facts it hears, and what it does. `H` is what it commands: its service's handler."""

    policy: str
    """A literal that never changes: what was done is remembered under it."""
    types: tuple[type[Fact], ...]
    run: Callable[[Any, About, H], Awaitable[None]]
    doc: str = ""
    at_sight: Callable[[Mapping[str, Any], H], bool] | None = None
    """Sees the stored data with its sealed fields closed, in whatever version. True: nothing is left to do."""

    def command_id(self, about: About, which: str = "") -> str:
        """The Idempotency-Key of a command this policy gives because of a fact; `which` tells several apart."""
        return command_id(self.policy, about, which)


def command_id(policy: str, about: About, which: str = "") -> str:
    """The same fact and policy give the same command, however often the reaction runs."""
    return f"{policy}/{about.id}/{which}" if which else f"{policy}/{about.id}"


@overload
def reaction(
    policy: str, on: type[F], at_sight: Callable[[Mapping[str, Any], H], bool] | None = None
) -> Callable[[Callable[[F, About, H], Awaitable[None]]], Reaction[H]]: ...
@overload
def reaction(
    policy: str, on: Sequence[type[Fact]], at_sight: Callable[[Mapping[str, Any], H], bool] | None = None
) -> Callable[[Callable[[Any, About, H], Awaitable[None]]], Reaction[H]]: ...
def reaction(
    policy: str, on: type[Fact] | Sequence[type[Fact]], at_sight: Callable[[Mapping[str, Any], H], bool] | None = None
) -> Callable[[Callable[[Any, About, H], Awaitable[None]]], Reaction[H]]:
    """Declare the decorated coroutine as what `policy` does when one of these facts is heard.

    `at_sight` spares the opening of facts whose clear fields say enough, which a roster brings by the thousand.
    """
    types = tuple(on) if isinstance(on, Sequence) else (on,)
    if not _POLICY.match(policy):
        raise TypeError(f"a policy is named in small letters with hyphens, not {policy!r}")
    if not types or not all(kind.TYPE for kind in types):
        raise TypeError(f"{policy}: name the facts it hears, not their stream")

    def declare(run: Callable[[Any, About, H], Awaitable[None]]) -> Reaction[H]:
        return Reaction(policy, types, run, (run.__doc__ or "").strip(), at_sight)

    return declare


class Interests(Generic[H]):
    """What a service reacts to, by the stored name of the fact without its version.

    By name, because an older version is brought up to the newest when it is opened, and one newer than this code
    must be noticed, not missed.
    """

    def __init__(self, service: str, reactions: Iterable[Reaction[H]]) -> None:
        """Check the wiring; raises `TypeError` for a policy named twice or a fact that is not for this service."""
        self.service = service
        self.reactions: Mapping[str, Reaction[H]] = _by_policy(reactions)
        self._of: dict[str, dict[str, tuple[Reaction[H], ...]]] = {}
        for one in self.reactions.values():
            for kind in one.types:
                source = source_of(service, kind)
                names = self._of.setdefault(source, {})
                names[kind.NAME] = (*names.get(kind.NAME, ()), one)

    @property
    def sources(self) -> tuple[str, ...]:
        """The services whose facts are heard, its own perhaps among them."""
        return tuple(sorted(self._of))

    def of(self, source: str) -> Mapping[str, tuple[Reaction[H], ...]]:
        """Stored fact name -> reactions, for the facts of one service."""
        return self._of[source]


def source_of(service: str, kind: type[Fact]) -> str:
    """The service whose log stream carries this fact to `service`. Raises `TypeError` if it is kept by its owner."""
    if kind.OWNER == EVERY_SERVICE:
        return service
    if service != kind.OWNER and not kind.PUBLISHED:
        raise TypeError(f"{service} cannot react to {kind.TYPE}: {kind.OWNER} keeps it to itself (it is not published)")
    return kind.OWNER


def _by_policy(reactions: Iterable[Reaction[H]]) -> dict[str, Reaction[H]]:
    found: dict[str, Reaction[H]] = {}
    for one in reactions:
        if one.policy in found:
            raise TypeError(f"two reactions are called {one.policy!r}")
        found[one.policy] = one
    return found


_HEAD: Final = re.compile(
    rb'\{"specversion":"1\.0","id":"[^"\\]*","source":"[^"\\]*","type":"([^"\\]*)\.v[0-9]+"(,"carriedover":true\b)?'
)


def name_in(body: bytes) -> str | None:
    """The fact's stored name without its version, read off the envelope's first bytes; None if it must be parsed.

    `envelope.encode` fixes the order of the first keys, so that hearing a fact one is not interested in costs no JSON.
    """
    found = _HEAD.match(body)
    return None if found is None else found.group(1).decode("utf-8", "replace")


def is_carried_over(body: bytes) -> bool:
    """Whether the envelope says that the fact is history kept elsewhere before: nobody reacts to it (ADR 28)."""
    found = _HEAD.match(body)
    if found is not None:
        return found.group(2) is not None
    envelope = orjson.loads(body)
    return isinstance(envelope, dict) and envelope.get("carriedover") is True
