"""How a service runs: how far its tables are, what is parked, what its reactions wait for. Nothing about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from events.log.project.parked import ParkedFact, dismiss, parked_facts
from events.log.project.retry import Retried
from events.log.project.runner import Runner
from events.log.project.scope import scoped
from services.shell.reacting import Reactor
from services.shell.reacting.parking import Parked
from services.shell.reacting.report import ReactorHealth


class Hosted(Protocol):
    """What is needed of a service's `Host`."""

    runner: Runner
    pool: Any

    @property
    def service(self) -> str:
        """Its name."""
        ...

    async def retry(self, stream: str, seq: int) -> Retried:
        """Fold one parked fact again."""
        ...


@dataclass(frozen=True, slots=True)
class StreamStanding:
    """One log stream: how far it is folded, and how many facts are not yet."""

    name: str
    folded: int
    behind: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a service stands. `trouble` is tried again by itself; what is `halted` waits for a person."""

    service: str
    leading: bool
    halted: str
    trouble: str
    streams: Sequence[StreamStanding]
    facts: int
    restarts: int
    parked: Sequence[ParkedFact]
    reactions: ReactorHealth | None
    waiting: Sequence[Parked]

    @property
    def well(self) -> bool:
        """Nothing here needs a person."""
        reacting = self.reactions is None or self.reactions.ok
        return not (self.halted or self.trouble or self.parked or self.waiting) and reacting


async def standing(host: Hosted, reactor: Reactor[Any] | None, scope: str) -> Standing:
    """How a service stands now; parked facts as far as the scope shows them."""
    runner = host.runner
    behind = await runner.lag()
    folded = runner.positions.seen
    async with host.pool.acquire() as connection, scoped(connection, scope):
        parked = await parked_facts(connection)
    return Standing(
        host.service,
        runner.leading,
        runner.halted or "",
        runner.trouble or "",
        [StreamStanding(name, folded[name], behind.get(name, 0)) for name in folded],
        runner.counters.facts,
        runner.counters.restarts,
        parked,
        await reactor.health() if reactor else None,
        await reactor.parked(scope) if reactor else (),
    )


async def dismiss_parked(host: Hosted, scope: str, place: tuple[str, int], by: str, why: str) -> bool:
    """A person decided that a parked fact will not be folded. False if it is not there (any more)."""
    async with host.pool.acquire() as connection, scoped(connection, scope):
        return await dismiss(connection, *place, by, why)
