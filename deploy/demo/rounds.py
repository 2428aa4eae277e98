"""The daily rounds of the made-up office: people are visited and rung up, letters go out, calls are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from deploy.demo.chance import between, chance, one_of
from deploy.demo.contacts import DONE_SHARE, certifier_of
from deploy.demo.deeds import ZONE
from deploy.demo.illness import OF_CAST as ILL
from deploy.demo.office import EVERYBODY, Office
from deploy.demo.sketch import sketch
from deploy.demo.town import JINQIAO, SHIQUAN, Community, Town, workday
from deploy.demo.words import CALLED_AGO, DIFFICULTIES, PLANS, SUGGESTIONS
from events.facts.care import VisitReason, VisitWay
from events.facts.care_certification import CertificationWay
from events.facts.notice import Channel, RecipientKind
from events.log.command import Asked
from services.care.decide.certification import RecordCertification
from services.care.decide.commands import AssignVisitor, AttemptVisit, RecordVisit
from services.care.handle.door import Door
from services.care.project import certification, visits
from services.notify.decide.commands import Acknowledge, Fail, Send
from services.notify.project import notice, outbox
from services.shell.pictures import redrawn

Row = Mapping[str, Any]

_NEVER: Final = 0.04
_CALLED_IN_VAIN: Final = 0.12
_LAST_MOMENT: Final = 0.1
_CONFIRMED: Final = 0.5
_LETTER_DAYS: Final = 4
_NEWS_DAYS: Final = 5
_NEW_NUMBER, _BROUGHT_DUES = 0.08, 0.08
_HANDED_OVER_FEN: Final = 2000
_PHOTO, _PHOTO_DAYS = 0.3, 14
_IN_VAIN_DAYS: Final = 4
_FRIDAY: Final = 4
_AFTERNOON: Final = time(13, 20)
_MINUTES_EACH, _MINUTES_MAX = 3, 270
_AT_ONCE: Final = 12
SET_FOR: Final = ("visitor", "wang")
"""Whose next days are set when the story ends."""


class Rounds:
    """What is done on a day depends on the rows of that day only: done again, nothing is left to do."""

    def __init__(self, town: Town, office: Office) -> None:
        self._town, self._office = town, office
        self._still_ill = {name for name, illness in ILL if illness.well_ago is None}

    def works_on(self, day: date) -> bool:
        """Weekdays, and whatever day somebody is to be rung up on."""
        ago = (self._town.anchor - day).days
        return day.weekday() <= _FRIDAY or any(ago in days for days in CALLED_AGO.values())

    async def hand_out(self, day: date) -> None:
        """Everything planned that nobody usually does gets somebody."""
        rows = [row for state in (visits.READY, visits.DRAFT) for row in await self._visits(state, day)]
        await self._together(day, [self._hand_out(row) for row in rows if row["visitor"] is None])

    async def _hand_out(self, row: Row) -> None:
        asked = self._asked(_community(row).secretary, row, f"assign/{row['visit_id']}")
        command = AssignVisitor(visitor=_goes(row))
        await self._office.care.assign(asked, row["member_id"], row["visit_id"], command)

    async def set_days(self, day: date) -> None:
        """Some of what is to be done in the next days has its day already."""
        rows = [
            row for row in await self._visits(visits.READY, day) if row["visitor"] in SET_FOR and row["way"] == "home"
        ]
        ahead = [
            day + timedelta(days=number) for number in (1, 2) if (day + timedelta(days=number)).weekday() <= _FRIDAY
        ]
        taken: dict[str, int] = {}
        for row in sorted(rows, key=lambda one: (one["due_on"], one["visit_id"])):
            number = taken.get(row["visitor"], 0)
            if number < len(ahead):
                taken[row["visitor"]] = number + 1
                command = AssignVisitor(visitor=row["visitor"], on=min(ahead[number], row["end_on"]))
                asked = self._asked(_community(row).secretary, row, f"set-day/{row['visit_id']}")
                await self._office.care.assign(asked, row["member_id"], row["visit_id"], command)

    async def visit(self, day: date) -> None:
        """Whoever is to be met today is met."""
        rows = [row for row in await self._visits(visits.READY, day) if self._met_by(row, day)]
        rows.sort(key=lambda row: (row["way"] == VisitWay.CALL, row["due_on"], row["name"]))
        met: dict[str, Row] = {}
        for row in rows:
            met.setdefault(row["member_id"], row)  # nobody rings up whom somebody sees today
        await self._together(day, [self._visit(row, day) for row in met.values()])

    async def _visit(self, row: Row, day: date) -> None:
        by = row["visitor"] or _goes(row)
        command = RecordVisit(made_on=day, by=by, **_answers(row), **self._news(row, day))
        asked = self._asked(by, row, f"record/{row['visit_id']}")
        await self._door.record(asked, row["member_id"], row["visit_id"], command, await self._photo(row, day))

    async def _photo(self, row: Row, day: date) -> bytes | None:
        recent = row["way"] == VisitWay.HOME and (self._town.anchor - day).days <= _PHOTO_DAYS
        luck = (row["name"], row["start_on"], "photo")
        return await redrawn(sketch(*luck)) if recent and chance(*luck) < _PHOTO else None

    async def try_in_vain(self, day: date) -> None:
        """In the last days one door a day stays closed: of whoever waits longest and was not tried yet."""
        if (self._town.anchor - day).days > _IN_VAIN_DAYS or day.weekday() > _FRIDAY:
            return
        rows = [row for row in await self._visits(visits.READY, day) if row["way"] == VisitWay.HOME]
        rows.sort(key=lambda row: (row["due_on"], row["visit_id"]))
        row = next((row for row in rows if row["tried_on"] in (None, day)), None)
        if row is not None:
            by = row["visitor"] or _goes(row)
            asked = self._asked(by, row, f"in-vain/{row['visit_id']}")
            await self._door.attempt(asked, row["member_id"], row["visit_id"], AttemptVisit(on=day, by=by))

    @property
    def _door(self) -> Door:
        found: Door = self._office.services["care"].state.door
        return found

    async def certify(self, day: date) -> None:
        """Most of those whose turn it is certify for the pension, some weeks after it began."""
        if day.weekday() != _FRIDAY:
            return
        async with self._office.reading("care") as db:
            due = await certification.page(db, certification.Wanted(certification.DUE), day, size=EVERYBODY)
        await self._together(day, [self._certify(row, day) for row in due.items if _certifies(row, day)])

    async def _certify(self, row: Row, day: date) -> None:
        ways = (CertificationWay.OWN_PHONE, CertificationWay.OWN_PHONE, CertificationWay.IN_PERSON)
        way = CertificationWay.VIDEO if row["away_since"] else one_of(ways, row["name"], "certifies")
        asked = self._asked(row["visitor"] or _community(row).worker, row, f"certify/{row['member_id']}/{row['year']}")
        command = RecordCertification(on=day, way=way)
        await certifier_of(self._office).certifications.record(asked, row["member_id"], command)

    def _news(self, row: Row, day: date) -> Mapping[str, Any]:
        """What a visitor has from a door for the register, of the last days: the secretary has yet to look at it."""
        if row["way"] != VisitWay.HOME or (self._town.anchor - day).days > _NEWS_DAYS:
            return {}
        luck = chance(row["name"], row["start_on"], "news")
        if luck < _NEW_NUMBER:
            return {"phone": f"1380013{between(1000, 9999, row['name'], 'new number')}"}
        return {"handed_over_fen": _HANDED_OVER_FEN} if luck < _NEW_NUMBER + _BROUGHT_DUES else {}

    async def tell(self, day: date) -> None:
        """Letters of the last days go out; who is to be rung up is rung up, some in vain."""
        async with self._office.reading("notify") as db:
            rows = await outbox.waiting(db, outbox.Wanted(state=outbox.OPEN), EVERYBODY)
            sent = await outbox.newest(db, outbox.Wanted(state=notice.SENT), size=EVERYBODY)
        await self._together(day, [self._tell(row, day) for row in rows])
        await self._together(day, [self._confirm(row, day) for row in sent.items])

    async def _confirm(self, row: Row, day: date) -> None:
        """Some say, when they are next seen, that the letter came."""
        age = (day - row["intended_on"]).days
        if chance(_name(row), row["cause_on"], "confirmed") < _CONFIRMED and age > _LETTER_DAYS + 3:
            asked = self._asked(_community(row).worker, row, f"acknowledge/{row['notice_id']}")
            await self._office.notify.acknowledge(asked, row["recipient_id"], row["notice_id"], Acknowledge(on=day))

    async def _tell(self, row: Row, day: date) -> None:
        """The day after at the earliest; letters are collected for some days."""
        age = (day - row["intended_on"]).days
        name, channel, notify = _name(row), Channel(row["channel"]), self._office.notify
        entity, notice_id = row["recipient_id"], row["notice_id"]
        if age < between(1, _LETTER_DAYS if channel is Channel.PRINT else 2, name, row["cause_on"], row["policy"]):
            return
        own = row["recipient"] == RecipientKind.WORKER.value
        asked = self._asked(entity if own else _community(row).worker, row, f"tell/{notice_id}/{day}")
        if channel is Channel.PRINT:
            await notify.send(asked, entity, notice_id, Send(on=day))
        elif row["state"] == notice.INTENDED and chance(name, row["cause_on"], "rings") < _CALLED_IN_VAIN:
            await notify.fail(asked, entity, notice_id, Fail(why="no_answer", on=day))
        elif row["state"] == notice.INTENDED or row["changed_at"].astimezone(ZONE).date() < day:
            await notify.acknowledge(asked, entity, notice_id, Acknowledge(on=day))

    async def _visits(self, state: str, day: date) -> list[dict[str, Any]]:
        async with self._office.reading("care") as db:
            page = await visits.page(db, visits.Wanted(state=state), day, size=EVERYBODY)
        return list(page.items)

    def _met_by(self, row: Row, day: date) -> bool:
        """Whether somebody has been there, or has rung, by that day."""
        name, start, due = row["name"], row["start_on"], row["due_on"]
        if row["reason"] == VisitReason.AWAY and name in CALLED_AGO:
            return any(self._town.anchor - timedelta(days=ago) == day for ago in CALLED_AGO[name])
        luck = (name, row["reason"], start)
        if row["reason"] == VisitReason.FELL_ILL:
            recent = start > self._town.anchor - timedelta(days=12)
            return not (name in self._still_ill or recent) and day >= workday(min(due, start + timedelta(days=2)))
        if chance(*luck, "never") < _NEVER and day <= due + timedelta(days=3):
            return False
        match row["reason"]:
            case VisitReason.ALONE:
                meant = start + timedelta(days=between(1, 3, *luck))
            case VisitReason.AWAY:
                meant = start + timedelta(days=between(2, 16, *luck))
            case _:
                begins = max(start, row["planned_on"])
                days = max((due - begins).days, 1)
                last_moment = chance(*luck, "last moment") < _LAST_MOMENT
                meant = begins + timedelta(days=max(days - 2, 0) if last_moment else int(days * chance(*luck)))
        return day >= workday(max(meant, row["planned_on"]))

    async def _together(self, day: date, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        """A few at a time, as the afternoon goes on."""
        for place in range(0, len(work), _AT_ONCE):
            minutes = min(place * _MINUTES_EACH, _MINUTES_MAX)
            self._office.clock.turn_to(datetime.combine(day, _AFTERNOON, ZONE) + timedelta(minutes=minutes))
            await asyncio.gather(*work[place : place + _AT_ONCE])

    def _asked(self, actor: str, row: Row, command: str) -> Asked:
        return Asked(actor, row["community"], f"demo/{command}")


def _certifies(row: Row, day: date) -> bool:
    luck = (row["name"], row["year"])
    later = chance(*luck, "certifies") < DONE_SHARE
    return later and day >= row["start_on"] + timedelta(days=between(7, 45, *luck, "weeks"))


def _community(row: Row) -> Community:
    return SHIQUAN if row["community"] == SHIQUAN.code else JINQIAO


def _goes(row: Row) -> str:
    """Who goes to, or rings up, this person."""
    community = _community(row)
    if row["way"] == VisitWay.CALL and row["reason"] == VisitReason.AWAY:
        return community.worker
    if row["building"] and "36弄28号" in row["building"]:
        return community.visitors[0]
    return one_of(community.visitors, row["building"] or row["name"], "goes")


def _name(row: Row) -> str:
    return str(row["recipient_name"] or row["recipient_id"])


def _answers(row: Row) -> dict[str, str]:
    """What was said; on the telephone seldom anything to write down."""
    luck = (row["name"], row["start_on"])
    if chance(*luck, "says") > (0.15 if row["way"] == VisitWay.CALL else 0.7):
        return {}
    said = {"difficulties": DIFFICULTIES, "suggestions": SUGGESTIONS, "plans": PLANS}
    return {
        question: one_of(answers, *luck, question)
        for question, answers in said.items()
        if chance(*luck, question, "asked") < 0.5
    }
