"""What a proposal is made from, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.registry.centres.nearness import Place, Steps


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member who is here. `centre_id` is today's centre, `declined` the hosts it must not be.

    `known` are acquaintances who are here too, with why: `meetings` (how many they were both at) or `building`.
    """

    member_id: str
    place: Place
    centre_id: str | None = None
    declined: frozenset[str] = frozenset()
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """A centre that can be proposed: its host is on the roll and here (and is one of the town's people)."""

    centre_id: str
    host_id: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts: sizes of a centre, host included; the rest in metres (the pack's `centres`)."""

    members_min: int
    members_max: int
    steps: Steps
    change: int
    known: int


@dataclass(frozen=True, slots=True)
class Town:
    """One community at one moment. `people` includes the hosts; everybody in the same order every time."""

    people: tuple[Somebody, ...]
    houses: tuple[House, ...]
    weights: Weights


WhyNot = Literal["no_house", "all_declined", "all_full"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Over everybody who has a centre, hosts aside."""

    placed: int
    metres: int
    acquaintances: int
    """Pairs of acquaintances who are in one centre."""
    outside_limits: int
    """Centres with fewer or more people than the limits say."""


@dataclass(frozen=True, slots=True)
class Change:
    """One person goes elsewhere. `metres_before` is None for those who have no centre today.

    `same_building`: as the host. `measured`: the way is reckoned from coordinates of both homes. `with_known`:
    acquaintances who will be there, the host first.
    """

    member_id: str
    came_from: str | None
    centre_id: str
    metres_before: int | None
    metres: int
    same_building: bool
    measured: bool
    with_known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where everybody might go. `placed` holds members who are not hosts; whoever cannot be placed is in `unplaced`.

    `hosts_missing`: so many more houses would be needed. `might_be_asked`: people near those without a place.
    `short`: centres with fewer than the limit, and how many they lack.
    """

    placed: Mapping[str, str]
    changes: tuple[Change, ...]
    unplaced: Mapping[str, WhyNot]
    hosts_missing: int
    might_be_asked: tuple[str, ...]
    short: Mapping[str, int]
    before: Totals
    after: Totals
