"""`centres_1000`: a proposal of household centres for a community of a thousand members, from the town to every reason.

A made-up town in lanes: nine in ten have a house number that can be read, a quarter came to the same meetings, every
ninth opens a house, one in twenty does not wish to go to some host. The limit is the issue's: ten seconds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from deploy.bench.figure import Beside, Figure
from services.registry.centres.nearness import Place
from services.registry.centres.propose import propose
from services.registry.centres.town import House, Somebody, Town, Weights
from services.registry.decide.policy import policy_of
from services.registry.pages.centre_town import steps_of
from services.registry.settings import RegistrySettings

PEOPLE: Final = 1_000
LIMIT_SECONDS: Final = 10.0
ROADS: Final = ("金桥路", "石泉路", "红枫路", "长乐路", "梅川路")


async def figures(_folder: Path) -> Sequence[Figure]:
    """The figure; needs no server."""
    town = made_up(PEOPLE)
    start = perf_counter()
    proposal = propose(town)
    seconds = perf_counter() - start
    assert len(proposal.placed) + len(proposal.unplaced) == PEOPLE - len(town.houses)
    return [
        Figure(
            name="centres_1000",
            value=round(seconds, 2),
            unit="s",
            limit=Beside(name="what somebody waits for", value=LIMIT_SECONDS),
            note=f"{len(town.houses)} houses, {len(proposal.placed)} placed, "
            f"{proposal.after.metres // max(1, proposal.after.placed)} m to go",
        )
    ]


def made_up(count: int, seed: int = 1) -> Town:
    """The same town every time."""
    chance = random.Random(seed)  # noqa: S311 - a made-up town
    names = [f"m{number:04}" for number in range(count)]
    hosts = names[::9]
    met = [names[at : at + 8] for at in range(0, count // 4, 8)]
    known = {name: tuple(other for other in group if other != name) for group in met for name in group}
    people = tuple(
        Somebody(
            name,
            _home(chance),
            declined=frozenset(chance.sample(hosts, 1)) - {name} if chance.random() < 0.05 else frozenset(),
            known=known.get(name, ()),
        )
        for name in names
    )
    policy = policy_of(RegistrySettings.model_fields["registry_policy"].default.read_text("utf-8"))
    size, near = policy.centres.size, policy.centres.nearness
    weights = Weights(
        size.members_min, size.members_max, steps_of(policy.centres), near.change_metres, near.known_metres
    )
    return Town(people, tuple(House(f"c-{host}", host) for host in hosts), weights)


def _home(chance: random.Random) -> Place:
    road = chance.choice(ROADS)
    if chance.random() < 0.1:
        return Place(road)
    return Place(f"{road}{chance.randrange(2, 60)}弄{chance.randrange(1, 40)}号", grid=f"g{chance.randrange(12)}")
