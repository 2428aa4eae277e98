"""What the calendar asks of pensioners: whose turn to certify has begun, and who is to be reminded of it (DOMAIN R21).

Only a day began, so there is no fact to react to. Once a day everybody is gone through, a slice at a time, resting
between two as long as it worked; who has nothing to be written down costs a row of one question.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from time import monotonic
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care_certification import CertificationDue, CertificationReminded
from events.log.command import Asked
from services.care.decide.certification import Pensioner, turn_on
from services.care.handle.certification import Certifications
from services.care.project import certification

logger = logging.getLogger(__name__)

SLICE_PEOPLE: Final = 500
APPEND_PEOPLE_MAX: Final = 50
ACTOR: Final = "policy:pension-certification"

Reading = Callable[[str], AbstractAsyncContextManager[AsyncConnection]]


@dataclass
class Seen:
    """What one walk wrote down."""

    people: int = 0
    due: int = 0
    reminded: int = 0


@dataclass
class Certifier:
    """Goes through all pensioners once a day, and when a person asks. `sole`: True in the one process whose turn it is;
    `caught_up` waits until the tables say what the log says.
    """

    certifications: Certifications
    reading: Reading
    sole: Callable[[], AbstractAsyncContextManager[bool]]
    caught_up: Callable[[], Awaitable[None]]
    first_seconds: float = 60.0
    """Before the first walk: a service that has just started has more urgent things to do."""
    every_seconds: float = 3600.0
    trouble: str = ""
    _walked_on: date | None = field(default=None)

    async def run(self) -> None:
        """Walk once a day; ends only by cancellation."""
        await asyncio.sleep(self.first_seconds)
        while True:
            try:
                if self._walked_on != (today := self.certifications.care.today()):
                    async with self.sole() as mine:
                        if mine:
                            await self.caught_up()
                            await self.walk()
                            self._walked_on = today
                self.trouble = ""
            except Exception as error:  # noqa: BLE001 - a server that went away: the next walk finds the same to do
                self.trouble = type(error).__name__
                logger.warning("pensioners were not gone through: %s", self.trouble)
            await asyncio.sleep(self.every_seconds)

    async def walk(self, scope: str = "", actor: str = ACTOR) -> Seen:
        """Go through everybody of the scope once. What is written down already is not written again."""
        seen, after = Seen(), ""
        while True:
            began = monotonic()
            async with self.reading(scope) as db:
                rows = await certification.on_roll_after(db, after, SLICE_PEOPLE)
            if not rows:
                return seen
            after = rows[-1]["member_id"]
            seen.people += len(rows)
            for community, people in _by_community(await self._lacking(scope, rows)):
                await self._look(Asked(actor, community), people, seen)
            await asyncio.sleep(monotonic() - began)

    async def _lacking(self, scope: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of whom something may have to be written down."""
        care = self.certifications.care
        today = care.today()
        turns, ends = {}, {}
        for row in rows:
            rule = care.policy_at(row["community"], today).certification
            if row["kind"] not in rule.kinds:
                continue
            turn = turn_on(row["birth"], today, rule)
            if today <= turn.end:
                turns[row["member_id"]] = turn.year
                ends[row["member_id"]] = today >= turn.end - timedelta(days=rule.remind_days)
        if not turns:
            return []
        async with self.reading(scope) as db:
            known = await certification.seen(db, turns)
        lacking = []
        for row in rows:
            one = row["member_id"]
            if one not in turns:
                continue
            reminded_on, done_on = known.get(one, (None, None))
            if one not in known or (done_on is None and ends[one] and reminded_on is None):
                lacking.append(row)
        return lacking

    async def _look(self, asked: Asked, people: Sequence[dict[str, Any]], seen: Seen) -> None:
        for start in range(0, len(people), APPEND_PEOPLE_MAX):
            some = people[start : start + APPEND_PEOPLE_MAX]
            receipt = await self.certifications.look(asked, {row["member_id"]: pensioner_of(row) for row in some})
            seen.due += sum(isinstance(one.fact, CertificationDue) for one in receipt.facts)
            seen.reminded += sum(isinstance(one.fact, CertificationReminded) for one in receipt.facts)


def pensioner_of(row: Mapping[str, Any]) -> Pensioner:
    """A row as decisions need it."""
    return Pensioner.model_validate(
        {name: value for name, value in row.items() if name not in ("member_id", "community")}
    )


def _by_community(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """An envelope names one community, so an append speaks of one."""
    ordered = sorted(rows, key=lambda row: (row["community"], row["member_id"]))
    for community, some in groupby(ordered, key=lambda row: row["community"]):
        yield community, list(some)
