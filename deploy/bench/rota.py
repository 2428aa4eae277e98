"""`rota_5000`: who goes where in a week of five thousand visits and three hundred visitors, beside going down a list.

A made-up district in lanes, every building with somebody who mostly goes there: seven visits in ten are to people used
to that visitor, one in ten to people used to another; one in twenty wants somebody who knows of illness, one in fifty
refuses somebody, one visitor in ten is on leave. The limit is the issue's: thirty seconds. The peer is what an
office does by hand: each visit in turn to the usual visitor if they can, else to the nearest with room.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np

from deploy.bench.figure import Beside, Figure
from services.care.decide.policy import policy_of
from services.care.pages.rota_week import weights_of
from services.care.rota.board import Board, may
from services.care.rota.flow import NOBODY
from services.care.rota.propose import ground_of, propose
from services.care.rota.week import Goer, Task, Week
from services.care.settings import CareSettings

VISITORS: Final = 300
VISITS: Final = 5_000
LIMIT_SECONDS: Final = 30.0
ROADS: Final = ("金桥路", "石泉路", "红枫路", "长乐路", "梅川路", "曹杨路", "兰溪路", "枣阳路")
WORKDAYS: Final = (0, 1, 2, 3, 4)


async def figures(_folder: Path) -> Sequence[Figure]:
    """How long it takes, and how good it is; needs no server."""
    week = made_up(VISITORS, VISITS)
    start = perf_counter()
    made = propose(week)
    seconds = perf_counter() - start
    listed = naive(week)
    ours = cost_of(week, {one.visit_id: one.visitor for one in made.placed})
    theirs = cost_of(week, listed)
    trips, list_trips = sum(share.trips for share in made.shares), trips_of(week, listed)
    return [
        Figure(
            name="rota_5000",
            value=round(seconds, 2),
            unit="s",
            limit=Beside(name="what somebody waits for", value=LIMIT_SECONDS),
            note=f"{VISITORS} visitors; {made.familiar} of {made.with_usual} with the usual one, {trips} ways out",
        ),
        Figure(
            name="rota_5000_metres",
            value=round(ours / 1000),
            unit="km",
            peer=Beside(name="down the list", value=round(theirs / 1000)),
            note=f"all that is weighed, in metres of way; down the list {list_trips} ways out",
        ),
    ]


def made_up(visitors: int, visits: int, seed: int = 1) -> Week:
    """The same week every time."""
    chance = random.Random(seed)  # noqa: S311 - a made-up week
    homes = [_building(chance) for _ in range(max(1, visits // 3))]
    rule = policy_of(CareSettings.model_fields["care_policy"].default.read_text("utf-8")).rota
    names = [f"goer{number:03}" for number in range(visitors)]
    keeper = {home: chance.choice(names) for home in homes}
    goers = tuple(
        Goer(
            name,
            days=() if chance.random() < 0.1 else WORKDAYS,
            visits_max=chance.choice((15, 20, 25)),
            calls_max=rule.calls_per_week,
            skills=frozenset({"medical"}) if chance.random() < 0.15 else frozenset(),
            buildings=tuple(sorted(home for home, who in keeper.items() if who == name)),
        )
        for name in names
    )
    tasks = tuple(_task(number, names, keeper, chance, rule.home_minutes) for number in range(visits))
    spots = {home: (chance.randrange(4_000), chance.randrange(4_000)) for home in homes if chance.random() < 0.5}
    return Week(tasks, goers, spots, weights_of(rule))


def _task(number: int, names: Sequence[str], keeper: Mapping[str, str], chance: random.Random, minutes: int) -> Task:
    call, home, used_to = chance.random() < 0.3, chance.choice(list(keeper)), chance.random()
    return Task(
        visit_id=f"v{number:05}",
        member_id=f"m{number:05}",
        days=WORKDAYS,
        due=chance.randrange(-2, 7),
        minutes=minutes,
        building="" if call else home,
        call=call,
        skill="medical" if chance.random() < 0.05 else "",
        usual=keeper[home] if used_to < 0.7 else chance.choice(names) if used_to < 0.8 else "",
        refused=frozenset(chance.sample(list(names), 1)) if chance.random() < 0.02 else frozenset(),
    )


def _building(chance: random.Random) -> str:
    return f"{chance.choice(ROADS)}{chance.randrange(2, 60)}弄{chance.randrange(1, 40)}号"


def naive(week: Week) -> dict[str, str]:
    """Down the list by the day it is due: the usual visitor if they can, else the nearest with room."""
    goers = sorted(week.goers, key=lambda goer: goer.name)
    room = {(goer.name, call): goer.calls_max if call else goer.visits_max for goer in goers for call in (False, True)}
    ground = ground_of(week)
    ways = {goer.name: ground.ways_to(goer.buildings) for goer in goers}
    chosen: dict[str, str] = {}
    for task in sorted(week.tasks, key=lambda one: (one.fixed is None, not one.must, one.due, one.visit_id)):
        can = [goer for goer in goers if may(task, goer) and room[goer.name, task.call] > 0]
        first = task.fixed[0] if task.fixed else task.asked or task.usual
        spot = ground.number.get(task.building)
        best = min(
            can,
            key=lambda goer: (goer.name != first, 0 if spot is None else ways[goer.name][spot], goer.name),
            default=None,
        )
        if best is not None and (task.must or best.name == first):
            chosen[task.visit_id] = best.name
            room[best.name, task.call] -= 1
    return chosen


def cost_of(week: Week, chosen: Mapping[str, str]) -> float:
    """What a week costs that somebody laid out, by the same weights as a proposal."""
    total, ground = 0.0, ground_of(week)
    goers = sorted(week.goers, key=lambda goer: goer.name)
    for call in (False, True):
        tasks = sorted((task for task in week.tasks if task.call is call), key=lambda task: task.visit_id)
        board = Board(tasks, goers, ground, week.weights)
        who = [board.number.get(chosen.get(task.visit_id, ""), NOBODY) for task in tasks]
        total += board.cost(np.array(who, dtype=np.int64))
    return total


def trips_of(week: Week, chosen: Mapping[str, str]) -> int:
    """How often somebody sets out to a building."""
    home = {task.visit_id: task.building or task.visit_id for task in week.tasks if not task.call}
    return len(Counter((name, home[visit_id]) for visit_id, name in chosen.items() if visit_id in home))
