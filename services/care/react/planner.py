"""What the calendar asks: visits and calls whose window opens, and windows that closed with nobody having gone.

Nothing happened, only a day began, so there is no fact to react to. Once a day, and after a roster, the planner walks
through everybody on the roll in the order of their ids, a slice at a time, and rests half as long as it worked: pages
and the projector go first. In between it only looks at what is overdue or misplaced, which two indexed questions find.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitCancelled, VisitMissed, VisitPlanned, WhyCancelled
from events.log.command import Asked, Receipt
from services.care.decide.cared import SETTLING
from services.care.decide.commands import CancelVisits
from services.care.decide.plan import Done, Situation, plan, visit_id_of
from services.care.decide.window import Window
from services.care.handle.care import Care
from services.care.project import situation, visit

logger = logging.getLogger(__name__)

SLICE_PEOPLE: Final = 250
"""People looked at between two rests: some fifteen milliseconds of work, two questions to PostgreSQL."""
APPEND_PEOPLE_MAX: Final = 50
"""People whose visits are planned in one append."""
QUIET_SECONDS_MAX: Final = 900.0
NOTHING_DONE: Final = Done()
"""The tables say what was planned; what became of it the decision knows, when there is something to decide."""
ACTOR: Final = "policy:calendar"

Reading = Callable[[str], AbstractAsyncContextManager[AsyncConnection]]


@dataclass
class Tally:
    """What one walk did."""

    people: int = 0
    planned: int = 0
    missed: int = 0
    cancelled: int = 0

    def count(self, receipt: Receipt) -> None:
        """Add what was written just now."""
        for one in receipt.facts:
            self.planned += isinstance(one.fact, VisitPlanned)
            self.missed += isinstance(one.fact, VisitMissed)
            self.cancelled += isinstance(one.fact, VisitCancelled)


@dataclass
class Planner:
    """Goes through the calendar's rules at the start, after midnight and when asked; sees to the rest now and then.

    `reading` opens the tables in a scope; `sole` yields True in the one process whose turn it is; `caught_up` waits
    until the tables say what the log says, so that nothing is planned on old news.
    """

    care: Care
    reading: Reading
    clock: Callable[[], datetime]
    zone: ZoneInfo
    sole: Callable[[], AbstractAsyncContextManager[bool]]
    caught_up: Callable[[], Awaitable[None]]
    every_seconds: float = 3600.0
    quiet_seconds: float = 5.0
    last: Tally | None = None
    """What the latest walk through everybody did."""
    trouble: str = ""
    """What stopped the latest turn; it is tried again."""
    _walked_on: date | None = None
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def soon(self) -> None:
        """Somebody came on the roll among many: walk when no more come."""
        self._asked.set()

    async def run(self) -> None:
        """Walk again and again; ends only by cancellation."""
        while True:
            try:
                async with self.sole() as mine:
                    if mine:
                        await self.caught_up()
                        await self._turn()
                self.trouble = ""
            except Exception as error:  # noqa: BLE001 - a server that went away: the next walk finds the same to do
                self.trouble = type(error).__name__
                logger.warning("the calendar was not gone through: %s", self.trouble)
                await asyncio.sleep(min(5.0, self.every_seconds))
                continue
            if await self._until_asked():
                self._walked_on = None

    async def _turn(self) -> None:
        today = self.care.today()
        if self._walked_on == today:
            await self.tend("", ACTOR, Tally())
        else:
            self.last = await self.walk()
            self._walked_on = today

    async def walk(self, scope: str = "", actor: str = ACTOR) -> Tally:
        """Go through everybody of the scope once."""
        tally = Tally()
        await self.tend(scope, actor, tally)
        after = ""
        while people := await self._next_people(scope, after):
            async with _rested():
                tally.people += len(people)
                after = max(people)
                lacking = await self._lacking(scope, people)
                await self._plan(actor, lacking, tally)
        return tally

    async def tend(self, scope: str, actor: str, tally: Tally) -> None:
        """Mark what was missed; drop what is planned for people who are not there any more."""
        await self._mark_missed(scope, actor, self.care.today(), tally)
        await self._put_right(scope, actor, tally)

    async def _next_people(self, scope: str, after: str) -> situation.Rows:
        async with self.reading(scope) as db:
            return await situation.on_roll_after(db, after, SLICE_PEOPLE)

    async def _lacking(self, scope: str, people: situation.Rows) -> situation.Rows:
        """Those for whom something else stands in the tables than the rules ask for now."""
        today = self.care.today()
        coming = {one: self._coming(one, known) for one, known in people.items()}
        near = {one: self._near(one, known, coming[one]) for one, known in people.items()}
        async with self.reading(scope) as db:
            ids = [visit_id for wanted in near.values() for visit_id in wanted]
            found = await situation.planned_of(db, list(people), ids)
        lacking = {one for one, wanted in near.items() if not all(_stands(found.get(v), w) for v, w in wanted.items())}
        for visit_id, row in found.items():
            one = row["member_id"]
            waits = row["stage"] == visit.OPEN and row["end_on"] >= today
            if waits and visit_id not in near[one] and one not in lacking:
                later = {visit_id_of(one, window) for window in coming[one]}
                lacking |= set() if visit_id in later else {one}
        return {one: known for one, known in people.items() if one in lacking}

    def _coming(self, member_id: str, known: Mapping[str, Any]) -> list[Window]:
        return plan(situation_of(known), NOTHING_DONE, self.care.year(known["community"]), member_id)

    def _near(self, member_id: str, known: Mapping[str, Any], coming: Iterable[Window]) -> dict[str, Window]:
        year = self.care.year(known["community"])
        return {visit_id_of(member_id, one): one for one in coming if year.is_near(one)}

    async def _plan(self, actor: str, people: situation.Rows, tally: Tally) -> None:
        for community, members in _by_community({one: known["community"] for one, known in people.items()}):
            for some in _slices(members, APPEND_PEOPLE_MAX):
                situations = {one: situation_of(people[one]) for one in some}
                tally.count(await self.care.plan_ahead(Asked(actor, community), situations))

    async def _mark_missed(self, scope: str, actor: str, today: date, tally: Tally) -> None:
        for members in await self._all_of(scope, lambda db: situation.overdue(db, today, 10_000)):
            community, some = members
            async with _rested():
                tally.count(await self.care.mark_missed(Asked(actor, community), some))

    async def _put_right(self, scope: str, actor: str, tally: Tally) -> None:
        """What is planned for people who are not where it was planned for, or are no more."""
        async with self.reading(scope) as db:
            people = await situation.misplaced(db, 10_000)
        here = {one: known for one, known in people.items() if known["on_roll"] and known["died_on"] is None}
        for some in _slices(list(here), APPEND_PEOPLE_MAX):
            async with _rested():
                await self._plan(actor, {one: here[one] for one in some}, tally)
        for one in people.keys() - here.keys():
            why = WhyCancelled.DIED if people[one]["died_on"] else WhyCancelled.WITHDRAWN
            asked = Asked(actor, people[one]["community"])
            tally.count(await self.care.cancel_all(asked, one, CancelVisits(why=why)))

    async def _all_of(
        self, scope: str, ask: Callable[[AsyncConnection], Awaitable[Mapping[str, str]]]
    ) -> list[tuple[str, list[str]]]:
        """(community, members), each small enough for one append."""
        async with self.reading(scope) as db:
            found = await ask(db)
        return [
            (community, some)
            for community, members in _by_community(found)
            for some in _slices(members, APPEND_PEOPLE_MAX)
        ]

    async def _until_asked(self) -> bool:
        """Until the next hour or the next day; True after those who asked have been quiet for a while."""
        now = self.clock().astimezone(self.zone)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), self.zone)
        seconds = min(self.every_seconds, (midnight - now).total_seconds() + 1)
        if not await self._asked_within(seconds):
            return False
        began = monotonic()
        while await self._asked_within(self.quiet_seconds) and monotonic() - began < QUIET_SECONDS_MAX:
            pass
        return True

    async def _asked_within(self, seconds: float) -> bool:
        """Whether somebody asked in that time, or while the last walk went on."""
        try:
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        except TimeoutError:
            return False
        self._asked.clear()
        return True


@asynccontextmanager
async def _rested() -> AsyncIterator[None]:
    """Rest after the block for half as long as it took: everybody of a city is seen within a minute (issue 5)."""
    began = monotonic()
    yield
    await asyncio.sleep((monotonic() - began) / 2)


def situation_of(known: Mapping[str, Any]) -> Situation:
    """A row of `project/situation.py` as decisions know it."""
    return Situation.model_validate({name: value for name, value in known.items() if name != "community"})


def _stands(row: Mapping[str, Any] | None, wanted: Window) -> bool:
    """Whether the tables have this visit as the rules ask for it, or it is done with."""
    if row is None:
        return False
    if row["stage"] != visit.OPEN:
        return row["stage"] != visit.CANCELLED or row["why"] in SETTLING
    reasons = (row["reason"], *(one["reason"] for one in row["also"]))
    return (row["start_on"], row["end_on"], reasons) == (wanted.start, wanted.end, wanted.reasons)


def _by_community(members: Mapping[str, str]) -> Iterable[tuple[str, list[str]]]:
    """An envelope names one community, so an append speaks of one."""
    ordered = sorted(members.items(), key=lambda item: (item[1], item[0]))
    for community, some in groupby(ordered, key=lambda item: item[1]):
        yield community, [member_id for member_id, _ in some]


def _slices(members: Sequence[str], size: int) -> Iterable[list[str]]:
    for start in range(0, len(members), size):
        yield list(members[start : start + size])
