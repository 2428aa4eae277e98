"""What a week's proposal is made from, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Spots = Mapping[str, tuple[int, int]]
"""Building -> metres east and north of some corner, of those that are known."""


@dataclass(frozen=True, slots=True)
class Task:
    """One visit or call. Days are counted from the week's Monday, 0 to 6.

    `days`: on which it can be done. `due`: best done by then; before the week it is late, after it it may wait
    (`must` is False). `usual` goes as a rule, `asked` was told to go, `fixed` is who was confirmed with the day; "" and
    None: nobody. `building` is "" for who is in hospital, or whose address is not known.
    """

    visit_id: str
    member_id: str
    days: tuple[int, ...]
    due: int
    must: bool = True
    minutes: int = 40
    building: str = ""
    call: bool = False
    skill: str = ""
    usual: str = ""
    asked: str = ""
    fixed: tuple[str, int] | None = None
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Goer:
    """Somebody who may go. `visits_max`, `calls_max`: so many more this week; `days`: when they are there.

    `buildings`: theirs by agreement or by habit.
    """

    name: str
    days: tuple[int, ...]
    visits_max: int
    calls_max: int
    skills: frozenset[str] = frozenset()
    buildings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts, in metres of way (the pack's `rota`); `visits_per_day_max` is a number of visits."""

    stranger: int
    """Somebody else than usual goes."""
    change: int
    """Somebody else than was told goes."""
    skill: int
    """Nobody who knows of it goes."""
    late: int
    """Each day that the visit is later than it could be, because the goer is not there before."""
    trip: int
    """Setting out to one more building."""
    load: int
    """Each further quarter of what somebody can do in the week: so much more a visit."""
    wait: int
    """What may wait is taken along for at most this."""
    lane: int
    road: int
    elsewhere: int
    visits_per_day_max: int


@dataclass(frozen=True, slots=True)
class Week:
    """One community's week. The order of tasks and goers does not matter."""

    tasks: tuple[Task, ...]
    goers: tuple[Goer, ...]
    spots: Spots
    weights: Weights


WhyCode = Literal[
    "confirmed",
    "moved",
    "usual",
    "asked",
    "instead_refused",
    "instead_leave",
    "instead_full",
    "instead_gone",
    "instead_skill",
    "instead_better",
    "same_building",
    "own_building",
    "metres",
    "skill",
    "no_skill",
    "room",
]
WhyNot = Literal["nobody", "all_refused", "all_on_leave", "all_full"]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason. `who`: instead of whom; `number`: visits in the building, metres, or a day; `skill`: which."""

    code: WhyCode
    who: str = ""
    number: int = 0
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Who goes to a visit on which day, as the how-manieth of that day, and why."""

    visit_id: str
    visitor: str
    day: int
    turn: int
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to one goer. `room` is how many visits they could make this week."""

    name: str
    visits: int
    calls: int
    trips: int
    minutes: int
    room: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who might go where. `waiting`: what may be done next week, and is on nobody's way.

    `familiar`: of the visits whose usual visitor is known, so many stay with them (of `with_usual`).
    """

    placed: tuple[Placed, ...]
    unplaced: Mapping[str, WhyNot]
    waiting: tuple[str, ...]
    shares: tuple[Share, ...]
    cost: int
    familiar: int
    with_usual: int
