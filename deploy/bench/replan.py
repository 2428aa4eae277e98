"""`replan_one`, `replan_200k`, `replan_walk`: how long it takes until the plan says what the rules ask for (issue 5).

One fact about somebody changes their plan: the decision, with everything that decision needs but the server. Other
rules change everybody's: the decisions of 200,000 people, and, on a box with a tenth of them, the walk that reads them
from the tables, writes what is new, and rests half as long as it works.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from deploy.bench.figure import Beside, Figure, percentile
from deploy.bench.running import COMMUNITY, Running, brought_in, made_up_roster, running
from events.facts.decision import Happened
from services.care.calendar import festival_days
from services.care.decide.care import replan
from services.care.decide.cared import Cared, done, evolve
from services.care.decide.difference import difference
from services.care.decide.plan import Done, Situation, plan
from services.care.decide.policy import CarePolicy, policy_of
from services.care.decide.year import Year
from services.care.settings import CareSettings
from services.shell.policy.policies import put

PEOPLE: Final = 200_000
ON_A_BOX: Final = 20_000
ONE_FACT: Final = Beside(name="the issue's bound", value=5.0)
EVERYBODY: Final = Beside(name="the issue's bound", value=60.0)
TODAY: Final = date(2026, 11, 21)
TIMES: Final = 2_000
PACK: Final = f"""\
[pack]
service = "care"
scope = "{COMMUNITY}"
version = "1"
effective_from = 2000-01-01
title = "Birthdays from seventy on"
issuer = "bench"
[birthday]
age_min = 70
clause = "B1"
[clauses]
"B1" = "Everybody of seventy and older is congratulated."
"""


async def figures(folder: Path) -> Sequence[Figure]:
    """All of them."""
    found = [_one(), _everybody()]
    async with running(folder) as box, made_up_roster(folder, ON_A_BOX) as sheet:
        await brought_in(box, sheet)
        await box.settled()
        found.append(await _walk(box))
    return found


def national() -> str:
    """The national rules, as they are written."""
    path: Path = CareSettings.model_fields["care_policy"].default
    return path.read_text("utf-8")


def _one() -> Figure:
    """Somebody of 86 who lives alone, with a year of visits behind them, leaves; and comes back."""
    year = Year(policy_of(national()), festival_days(), TODAY)
    here = Situation(birth=date(1940, 3, 7), lives_alone=True, usual_visitor="li")
    away = here.model_copy(update={"away_since": TODAY})
    cared, milliseconds = Cared(), []
    for number in range(TIMES):
        known = away if number % 2 else here
        start = perf_counter()
        decided = replan(cared, "m1", known, year)
        milliseconds.append((perf_counter() - start) * 1000)
        assert isinstance(decided, Happened)
        for fact, on in decided.facts:
            cared = evolve(cared, fact, on)
    return Figure(
        name="replan_one",
        value=round(percentile(milliseconds, 95), 3),
        unit="ms",
        limit=ONE_FACT,
        note=f"p95 of {TIMES} decisions, {len(plan(here, done(cared), year, 'm1'))} visits and calls in the year",
    )


def _everybody() -> Figure:
    """Both plans of everybody, and what is different."""
    chance = random.Random(1)  # noqa: S311 - made-up people
    people = [_somebody(chance) for _ in range(PEOPLE)]
    before, after = policy_of(national()), _with_more_birthdays(national())
    start = perf_counter()
    years = Year(before, festival_days(), TODAY), Year(after, festival_days(), TODAY)
    changed = sum(difference(plan(one, Done(), years[0]), plan(one, Done(), years[1])) is not None for one in people)
    return Figure(
        name="replan_200k",
        value=round(perf_counter() - start, 1),
        unit="s",
        limit=EVERYBODY,
        note=f"the plans of {PEOPLE} people by two sets of rules; {changed} differ",
    )


def _with_more_birthdays(text: str) -> CarePolicy:
    head, birthday = text.split("[birthday]")
    return policy_of(head + "[birthday]" + birthday.replace("age_min = 80", "age_min = 70", 1))


def _somebody(chance: random.Random) -> Situation:
    birth = TODAY - timedelta(days=int(chance.triangular(22, 96, 66) * 365.25))
    old = (TODAY - birth).days > 75 * 365
    away = TODAY - timedelta(days=chance.randrange(400)) if chance.random() < 0.1 else None
    return Situation(birth=birth, lives_alone=old and chance.random() < 0.2, away_since=away)


async def _walk(box: Running) -> Figure:
    """Another pack is put there; the walk that a secretary asks for goes through everybody by it."""
    put(PACK, box.addresses.data / "policy" / "care", "bench.toml")
    while not await _holds(box):  # noqa: ASYNC110 - another process looks into the folder; it tells nobody here
        await asyncio.sleep(0.1)
    start = perf_counter()
    answer = await box.client.post("/care/api/plan", timeout=600)
    seconds = perf_counter() - start
    answer.raise_for_status()
    walked = answer.json()
    return Figure(
        name="replan_walk",
        value=round(seconds * PEOPLE / walked["people"], 1),
        unit="s",
        limit=EVERYBODY,
        note=f"{walked['people']} people in {seconds:.1f} s, {walked['planned']} visits planned; told for {PEOPLE}",
    )


async def _holds(box: Running) -> bool:
    """Whether the running box decides by the pack."""
    answer = await box.client.get("/care/api/policy", params={"community": COMMUNITY})
    return f"care:{COMMUNITY}@" in answer.text
