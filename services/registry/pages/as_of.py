"""Every page of a member and of a branch on a day in life (`as_of`), as it was known at a moment (`known_at`).

A route that has a past says so with `dependencies=[Waited, Travels]`. Asked for another time it runs as always, in a
request where

* the tables are those of then (`reading` gives them; `project/past.py` folds them),
* today is the day that is asked for, so that ages, terms and clocks are those of that day,
* what decisions remember of members is folded from the same facts,
* the caller reads as an auditor does: what acts is not shown.

The bar, the notice and the links that carry the times along are the frame's (`services/shell/pages/travel.py`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.envelope import Recorded
from services.registry.decide.member import MEMBER, Member
from services.registry.handle.registry import Registry
from services.registry.pages.common import registry
from services.registry.pages.way_back import way_of
from services.registry.project.past import PEOPLE_MAX, Past, Subject, TooManyPeople
from services.registry.project.then import Then
from services.shell.database import Database
from services.shell.formats import day as day_words
from services.shell.i18n import gettext as _
from services.shell.i18n import speaking, speech
from services.shell.pages.travel import Travel
from services.shell.problems import FieldError, Invalid

_NOT_KEPT = frozenset(("as_of", "known_at", "after", "page_token", "from"))
Asked = Annotated[str, Query(max_length=40)]


async def travels(
    request: Request,
    as_of: Annotated[
        str, Query(max_length=10, description="The day in life, YYYY-MM-DD; today, if none is given")
    ] = "",
    known_at: Annotated[
        str, Query(max_length=40, description="The moment (or the end of the day) up to which things were written down")
    ] = "",
) -> AsyncIterator[None]:
    """The request in the time that it asks for. Errors: Invalid for what is no day, or has not come yet."""
    day, moment = day_of(as_of), moment_of(known_at)
    today, now = speech().today, _now(request)
    if day is not None and day > today:
        raise _to_come("as_of")
    if moment is not None and moment > now and moment.astimezone(speech().zone).date() > today:
        raise _to_come("known_at")
    keep = {name: value for name, value in request.query_params.items() if name not in _NOT_KEPT and value}
    if way := way_of(request).back:
        keep["from"] = way
    travel = Travel(request.url.path, keep, latest=today.isoformat(), goes=request.app.state.travelled)
    request.state.travel = travel
    # The bar may be sent with today in both fields: that is now.
    if (day is None or day == today) and (moment is None or moment >= now):
        yield
        return
    then = Then(day or today, min(moment or now, now))
    _go(request, then)
    request.state.travel = replace(travel, as_of=as_of, known_at=known_at, told=_told(day, moment, today, now))
    with speaking(replace(speech(), today=then.day)):
        yield


Travels = Depends(travels)
"""In a route's `dependencies`: this page has a past."""


def day_of(text: str) -> date | None:
    """A day as it is written in an address. Errors: Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid([FieldError("as_of", _("不是有效的日期"), _("请写成 年-月-日，例如 2026-11-21。"))]) from error


def moment_of(text: str) -> datetime | None:
    """A moment as it is written in an address; a day means its end, a time without zone means the office's clock."""
    if not text:
        return None
    text = text.strip()
    try:
        if len(text) == len("2026-11-21"):
            end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), speech().zone)
            return end - timedelta(microseconds=1)
        if len(text) > len("2026-11-21T00:00") and text[-6] == " ":  # a plus sign that was not escaped
            text = f"{text[:-6]}+{text[-5:]}"
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        todo = _("请写成 2026-11-21T09:30+08:00 这样，或只写日期。")
        raise Invalid([FieldError("known_at", _("不是有效的时间"), todo)]) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=speech().zone)


def _to_come(field: str) -> Invalid:
    return Invalid([FieldError(field, _("这一天还没有到"), _("请写今天或以前的日子。"))])


def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.shell.clock()
    return moment


def _told(day: date | None, moment: datetime | None, today: date, now: datetime) -> str:
    """What the notice says."""
    known = ""
    if moment is not None and moment < now:
        local = moment.astimezone(speech().zone)
        at = "" if local.time() == time.max else f" {local:%H:%M}"
        known = _("只按%(moment)s以前记下的", moment=day_words(local.date(), year=True) + at)
    if day is None or day == today:
        return _("这是今天的情况，%(known)s；只能看，不能改。", known=known)
    known = known or _("按现在所知")
    return _("这是%(day)s那天的情况，%(known)s；只能看，不能改。", day=day_words(day, year=True), known=known)


# ── the request of then ──────────────────────────────────────────────────────────────────────────────────────────


def _go(request: Request, then: Then) -> None:
    """From here on, this request reads the past."""
    living = registry(request)
    past = Past(then, _subject(request), request.app.state.views, living.opened, _as_kept)
    database = PastDatabase(request.app.state.database, past)
    request.state.database = database
    own = {name: getattr(living, name) for name in Registry.__dataclass_fields__}
    request.state.registry = PastRegistry(**own, past=past, reading=database)


def _subject(request: Request) -> Subject:
    """Whom the address is about; a part of the organisation is narrowed by the caller's scope besides."""
    paths, query = request.path_params, request.query_params
    branch_id = paths.get("branch_id") or query.get("branch_id") or ""
    return Subject(query.get("community", ""), paths.get("member_id", ""), branch_id)


class PastDatabase:
    """Reads like `Database`; its connections answer from the tables of then."""

    def __init__(self, living: Database, past: Past) -> None:
        self._living, self._past = living, past

    @asynccontextmanager
    async def reading(self, scope: str) -> AsyncIterator[AsyncConnection]:
        """See `Database.reading`."""
        async with self._living.reading(scope) as db:
            yield cast(AsyncConnection, _Connection(db, self._past))


class _Connection:
    """What pages use of a connection."""

    def __init__(self, db: AsyncConnection, past: Past) -> None:
        self._db, self._past = db, past

    async def execute(self, question: Any, parameters: Any = None) -> Any:
        """Ask. Errors: Invalid, if that concerns too many people."""
        try:
            question = await self._past.ask(self._db, question)
        except TooManyPeople as error:
            told = _("过去的情况一次最多算 %(most)s 个人", most=PEOPLE_MAX)
            raise Invalid([FieldError("as_of", told, _("请先选一个社区，或打开一个支部。"))]) from error
        return await self._db.execute(question, parameters)

    @property
    def living(self) -> AsyncConnection:
        """The same connection, to the tables of now."""
        return self._db


@dataclass(frozen=True)
class PastRegistry(Registry):
    """What decisions remembered of members then; nothing is commanded in the past."""

    past: Past
    reading: PastDatabase

    async def state(self, member_id: str) -> Member:
        """See `Registry.state`."""
        return (await self.states([member_id])).get(member_id, MEMBER.initial)

    async def states(self, member_ids: Iterable[str]) -> Mapping[str, Member]:
        """See `Registry.states`. Asked about members whom the page has shown already: their scope was looked at."""
        async with self.reading.reading("") as db:
            facts = await self.past.facts_of(cast(_Connection, db).living, list(member_ids))
        return {member_id: _remembered(known) for member_id, known in facts.items()}


_MEMORY: Final = TypeAdapter(Member)


def _remembered(known: Iterable[Recorded]) -> Member:
    one = MEMBER.initial
    for each in known:
        one = MEMBER.evolve(one, each.fact, each.about.effective)
    return one


def _as_kept(known: Iterable[Recorded]) -> Any:
    """The same, as a snapshot is kept: what the registry has no key for is nothing."""
    return json.loads(_MEMORY.dump_json(_remembered(known), fallback=lambda _hidden: None))


def travelled(routes: Iterable[Any], mounted_at: str) -> Any:
    """Whether the page at a path has a past: its route says so, or takes a day of its own (sums of money)."""
    found = [
        each.path_regex
        for each in routes
        if isinstance(each, APIRoute)
        and "GET" in (each.methods or ())
        and (Travels in each.dependencies or any(field.name == "as_of" for field in each.dependant.query_params))
    ]

    def goes(path: str) -> bool:
        inner = path.removeprefix(mounted_at)
        return inner != path and any(each.match(inner) for each in found)

    return goes
