"""Writes the story into a box that is only starting: day after day, as far as it has not been written yet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final

from fastapi import FastAPI

from deploy.box.addresses import BoxAddresses
from deploy.demo.clock import DemoClock
from deploy.demo.contacts import certifier_of
from deploy.demo.deeds import ZONE, Deed, Pay
from deploy.demo.neighbours import write_neighbours
from deploy.demo.office import Office
from deploy.demo.progress import Progress, note
from deploy.demo.rounds import Rounds
from deploy.demo.story import story
from deploy.demo.town import first_day, town
from services.registry.decide.commands import SetPensionBasis

_OPENS: Final = time(8, 0)
_MONDAY: Final = 0


class Play:
    """One telling of the story, up to `progress.anchor`."""

    def __init__(self, addresses: BoxAddresses, progress: Progress) -> None:
        self._addresses, self._progress = addresses, progress
        self._clock = DemoClock()
        # The planner looks at the calendar as soon as it starts: it must be the story's.
        self._clock.turn_to(datetime.combine(progress.through or first_day(progress.anchor), _OPENS, ZONE))

    def clock(self) -> datetime:
        """The time of the story; the real one when it has been told."""
        return self._clock()

    def new_id(self) -> str:
        """An id of that time."""
        return self._clock.new_id()

    async def play(self, services: Mapping[str, FastAPI]) -> None:
        """Write what is not written yet; when this returns, the clock is the real one."""
        anchor = self._progress.anchor
        people = await town(anchor)
        deeds = story(people)
        office = Office(services, self._clock)
        rounds = Rounds(people, office)
        async with office.planning_alone():
            day = self._progress.through + timedelta(days=1) if self._progress.through else people.first
            while day <= anchor:
                await self._live(day, deeds.get(day, ()), office, rounds)
                self._note(through=day)
                day += timedelta(days=1)
            await write_neighbours(self._addresses, anchor)
            await office.settle()
            await office.planner.walk()
            await office.settle()
        self._note(done=True)
        self._clock.arrive()

    def _note(self, **further: Any) -> None:
        self._progress = self._progress.model_copy(update=further)
        note(self._addresses.data, self._progress)

    async def _live(self, day: date, deeds: Sequence[Deed], office: Office, rounds: Rounds) -> None:
        """One day: what happens, what the calendar asks for, and, unless it is today, what is done about it."""
        today = day == self._progress.anchor
        if not (deeds or today or rounds.works_on(day)):
            return
        self._clock.turn_to(datetime.combine(day, _OPENS, ZONE))
        for at_the_counter, some in groupby(deeds, key=lambda deed: isinstance(deed.what, (Pay, SetPensionBasis))):
            if at_the_counter:  # different people: who comes first does not matter, and together is quicker
                await asyncio.gather(*(office.carry_out(deed) for deed in some))
                continue
            for deed in some:
                await office.carry_out(deed)
        await office.settle()
        if today or day.weekday() == _MONDAY or self._progress.through is None:
            await office.planner.walk()
            await certifier_of(office).walk()
            await office.settle()
        await rounds.hand_out(day)
        if today:
            await rounds.set_days(day)
        else:
            await rounds.visit(day)
            await rounds.certify(day)
            await rounds.tell(day)
        await office.settle()
