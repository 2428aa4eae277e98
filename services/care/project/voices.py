"""What the pages of raised items ask: lists, one item with its course, what waits to be told, the report upward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care_voice import TheirWord, VoiceLevel
from events.log.project.keyset import Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.care.project import person, visit, voice

OFFICE, TELL, LATE, CLOSED, BACK, ALL = "office", "tell", "late", "closed", "back", "all"
SHOWN: Final = (LATE, OFFICE, TELL, CLOSED, BACK)
"""How a list may be narrowed: late, with an office, to be told, ended, taken back. Nothing chosen: all that is open."""
REPORTED: Final = (ALL, "up", "answered", "in_time", "satisfied", "not_satisfied", "again")
"""What the report counts besides, each of it a list of its own."""
PAGE_ROWS: Final = 30
"""The words of a page's items are opened one by one."""
HINTS_MAX: Final = 20

_v, _p, _s, _h = voice.table.c, person.table.c, voice.steps.c, voice.said.c
_noted_of = person.table.alias("noted_of")
_DAYS: Final = _v.answered_on - _v.raised_on


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items are asked for; what is left empty does not matter."""

    show: str = ""
    topic: str = ""
    level: str = ""
    community: str = ""
    member_id: str = ""
    since: date | None = None
    until: date | None = None
    """Raised on these days, both included."""
    late_by: int | None = None
    """Only what has come above the community, or is late by so many days: what the levels above it may see."""
    raised_by: str = ""


def _conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found = [inside(_v.community, wanted.community)]
    if wanted.topic:
        found.append(_v.topic == wanted.topic)
    if wanted.level:
        found.append(_v.level == wanted.level)
    if wanted.member_id:
        found.append(_v.member_id.in_(person.records_of(wanted.member_id)))
    if wanted.since is not None:
        found.append(_v.raised_on >= wanted.since)
    if wanted.until is not None:
        found.append(_v.raised_on <= wanted.until)
    if wanted.raised_by:
        found.append(_v.raised_by == wanted.raised_by)
    if wanted.late_by is not None:
        found.append(_above(today, wanted.late_by))
    return found


def _above(today: date, late_by: int) -> ColumnElement[bool]:
    climbed = and_(_v.stage.in_(voice.OPEN), _v.due_on <= today - timedelta(days=late_by))
    return or_(_v.level != VoiceLevel.COMMUNITY.value, climbed)


_REPORTED: Final[Mapping[str, ColumnElement[bool]]] = {
    "up": _v.level != VoiceLevel.COMMUNITY.value,
    "answered": _v.answered_on.is_not(None),
    "in_time": _v.answered_late.is_(False),
    "satisfied": _v.word == TheirWord.SATISFIED.value,
    "not_satisfied": _v.word == TheirWord.NOT_SATISFIED.value,
    "again": _v.rounds > 0,
}


def _shown(show: str, today: date) -> ColumnElement[bool]:
    match show:
        case "office":
            return _v.stage.in_(voice.WITH_AN_OFFICE)
        case "tell":
            return _v.stage.in_(voice.TO_TELL)
        case "late":
            return and_(_v.stage.in_(voice.OPEN), _v.due_on < today)
        case "closed":
            return _v.stage == voice.CLOSED
        case "back":
            return _v.stage == voice.TAKEN_BACK
        case "all":
            return _v.stage != voice.TAKEN_BACK
        case "up" | "answered" | "in_time" | "satisfied" | "not_satisfied" | "again":
            return and_(_v.stage != voice.TAKEN_BACK, _REPORTED[show])
        case _:
            return _v.stage.in_(voice.OPEN)


def _query() -> Select[Any]:
    columns = [column for column in voice.table.columns if column.name != "community"]
    who = [_p[name] for name in ("name", "birth", "phone", "family", "lives_alone", "state")]
    return select(
        *columns, path_text(_v.community), *who, _p.member_id.label("person_id"), person.is_away().label("is_away")
    ).select_from(
        voice.table.outerjoin(_noted_of, _noted_of.c.member_id == _v.member_id).outerjoin(
            person.table, _p.member_id == func.coalesce(_noted_of.c.merged_into, _noted_of.c.member_id)
        )
    )


async def page(db: AsyncConnection, wanted: Wanted, today: date, *, size: int = PAGE_ROWS, token: str = "") -> Page:
    """A page of items, the most urgent first. Raises `BadToken`."""
    query = _query().where(*_conditions(wanted, today), _shown(wanted.show, today)).order_by(_v.due_on, _v.voice_id)
    if last := read_token(token, date, str):
        query = query.where(tuple_(_v.due_on, _v.voice_id) > last)
    rows = [dict(row._mapping) for row in await db.execute(query.limit(size + 1))]
    return paged(rows, size, "due_on", "voice_id")


async def counts(db: AsyncConnection, wanted: Wanted, today: date) -> Mapping[str, int]:
    """How many of those asked for stand in each part of the list, the one that is shown among them; `""`: all that are
    open.
    """
    shows = dict.fromkeys(("", *SHOWN, wanted.show))
    parts = [func.count().filter(_shown(show, today)).label(show or "open") for show in shows]
    row = (await db.execute(select(*parts).select_from(voice.table).where(*_conditions(wanted, today)))).one()
    found = dict(row._mapping)
    return {"": found.pop("open"), **found}


async def one(db: AsyncConnection, voice_id: str) -> dict[str, Any] | None:
    """An item with what is known of the person; None if the scope has none of that id."""
    row = (await db.execute(_query().where(_v.voice_id == voice_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def course_of(db: AsyncConnection, voice_id: str) -> list[Mapping[str, Any]]:
    """What happened to it, the latest first."""
    columns = [column for column in voice.steps.columns if column.name != "community"]
    query = select(*columns).where(_s.voice_id == voice_id).order_by(_s.seq.desc())
    return [dict(row._mapping) for row in await db.execute(query)]


async def of_member(db: AsyncConnection, member_id: str, limit: int = 10) -> list[Mapping[str, Any]]:
    """What the person raised, the latest first; what was taken back is left out."""
    mine = _v.member_id.in_(person.records_of(member_id))
    query = _query().where(mine, _v.stage != voice.TAKEN_BACK).order_by(_v.raised_on.desc(), _v.voice_id.desc())
    return [dict(row._mapping) for row in await db.execute(query.limit(limit))]


async def to_tell(db: AsyncConnection, member_id: str) -> list[Mapping[str, Any]]:
    """Answers that the person has not been told, or has not said anything to."""
    mine = _v.member_id.in_(person.records_of(member_id))
    query = _query().where(mine, _v.stage.in_(voice.TO_TELL)).order_by(_v.due_on, _v.voice_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def raised_at(db: AsyncConnection, visit_id: str) -> list[Mapping[str, Any]]:
    """What was raised of the talk at one visit."""
    query = _query().where(_v.source_id == visit_id, _v.stage != voice.TAKEN_BACK).order_by(_v.voice_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def hint_of(db: AsyncConnection, visit_id: str) -> Mapping[str, Any] | None:
    """That difficulties or suggestions were told of at this visit; None if not."""
    columns = [column for column in voice.said.columns if column.name != "community"]
    row = (await db.execute(select(*columns).where(_h.visit_id == visit_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def suggested(
    db: AsyncConnection, since: date, *, visitor: str = "", community: str = ""
) -> list[Mapping[str, Any]]:
    """Visits since that day at which something was said that nobody raised or laid aside, the latest first."""
    made_by = visit.table.c.made_by
    query = (
        select(_h.visit_id, _h.member_id, path_text(_h.community), _h.said_on, _h.difficulties, _h.suggestions, _p.name)
        .select_from(
            voice.said.join(person.table, _p.member_id == _h.member_id).join(
                visit.table, visit.table.c.visit_id == _h.visit_id
            )
        )
        .where(
            inside(_h.community, community),
            _h.raised.is_(False),
            _h.looked_at.is_(False),
            _h.said_on >= since,
            _p.state == person.ON_ROLL,
        )
        .order_by(_h.said_on.desc(), _h.visit_id)
        .limit(HINTS_MAX)
    )
    if visitor:
        query = query.where(made_by == visitor)
    return [dict(row._mapping) for row in await db.execute(query)]


async def by_topic(db: AsyncConnection, wanted: Wanted, today: date) -> list[Mapping[str, Any]]:
    """Of each topic: `raised`, of these `open`, `late`, `up` (above the community), `answered` and `in_time`, ended
    `satisfied` and `not_satisfied`, gone up `again`; `days` on average from the day it was said to the answer.
    """
    is_open = _v.stage.in_(voice.OPEN)
    query = (
        select(
            _v.topic,
            func.count().label("raised"),
            func.count().filter(is_open).label("open"),
            func.count().filter(is_open, _v.due_on < today).label("late"),
            *(func.count().filter(counted).label(name) for name, counted in _REPORTED.items()),
            cast(func.round(func.avg(case((_REPORTED["answered"], _DAYS)))), Integer).label("days"),
        )
        .where(*_conditions(wanted, today), _shown("all", today))
        .group_by(_v.topic)
        .order_by(func.count().desc(), _v.topic)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def figures(db: AsyncConnection, today: date, levels: Sequence[str], *, tell: bool) -> Mapping[str, int]:
    """`voices`: what these levels have to answer, and (`tell`) what is to be told; `late`: how many of them are."""
    mine = and_(_v.stage.in_(voice.WITH_AN_OFFICE), _v.level.in_(list(levels)))
    waits = or_(mine, _v.stage.in_(voice.TO_TELL)) if tell else mine
    late = func.count().filter(_v.due_on < today).label("late")
    row = (await db.execute(select(func.count().label("voices"), late).select_from(voice.table).where(waits))).one()
    return dict(row._mapping)
