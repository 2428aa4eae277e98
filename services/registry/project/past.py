"""The registry's tables as they would stand on a day, from what was known at a moment (ADR 50).

A page asks what it always asks. `Past.ask` finds the tables in the question, folds each one's view over the facts that
were so by then, with the folds of the living view, and lays the rows before the question (`standing_in`). Only facts
of the people and things the page is about are folded: `Subject` says whom that may concern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CTE, Column, MetaData, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import visitors

from events.facts.base import Fact
from events.facts.branch import Formed, PlacedUnder
from events.facts.building import buildings_of
from events.facts.member import Assigned, Attended, Enrolled, MemberFact
from events.facts.member_centre import CentreJoined
from events.facts.member_meeting import AttendanceTakenBack
from events.facts.merging import Merged, Unmerged
from events.facts.receipts import receipt_book
from events.log.envelope import Recorded
from events.log.port import Message
from events.log.project import Row, View
from events.log.project.past import folded, standing_in
from events.log.project.sql import inside
from services.registry.project import (
    activity,
    belonging,
    branch,
    census,
    centre,
    contact_log,
    elsewhere,
    grid,
    handover,
    history,
    meeting,
    member,
    partner,
    post,
)
from services.registry.project.as_of import card_as_of
from services.registry.project.card_columns import SEEN_DAYS
from services.registry.project.then import SHIFTING, Then, so_on

PEOPLE_MAX: Final = 1000
"""Whom one question about the past may concern: a community's members, not a district's."""
OF_NOW: Final = frozenset(("desk", "unit"))
"""What an account has laid out for itself, and what the offices above are called, is as it is now."""
_OTHERS: Final[Mapping[str, Column[Any]]] = {
    "branch": branch.table.c.branch_id,
    "meeting": meeting.table.c.meeting_id,
    "centre": centre.table.c.centre_id,
    "post": post.table.c.post_id,
    "grid": grid.table.c.grid_id,
    "partner": partner.table.c.partner_id,
    "activity": activity.table.c.activity_id,
    "handover": handover.table.c.batch_id,
    "census": census.table.c.campaign_id,
}
"""Where the ids of a stream's entities are found: no row of these tables ever goes."""
_BOOKS: Final[Mapping[str, Callable[[str], str]]] = {"receipts": receipt_book, "building": buildings_of}
"""Streams with one entity a community."""

_snapshot: Final = Table("snapshot", MetaData(), Column("entity", Text), Column("state", JSONB))

Opened = Callable[[Sequence[Message]], Awaitable[list[Recorded]]]
Remembered = Callable[[Sequence[Recorded]], Mapping[str, Any]]
"""A member's facts, and the state that is folded from them, as plain values."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a page is about: one member, the members of one branch, or those of a part of the organisation."""

    place: str = ""
    member_id: str = ""
    branch_id: str = ""


class TooManyPeople(Exception):
    """The past of more than `PEOPLE_MAX` members was asked for at once."""


class Past:
    """The tables of one request. What was folded once is kept for its next question."""

    def __init__(
        self, then: Then, subject: Subject, views: Mapping[str, View], opened: Opened, remembered: Remembered
    ) -> None:
        """`views` by the name of their table; `remembered` says what decisions make of a member's facts."""
        self.then, self._subject, self._views, self._opened = then, subject, views, opened
        self._remembered = remembered
        self._place: str | None = None
        self._ids: dict[str, Sequence[str]] = {}
        self._known: dict[type[Fact], list[Recorded]] = {}
        self._made: dict[str, CTE] = {}

    async def ask(self, db: AsyncConnection, question: Any) -> Any:
        """The same question, put to the tables as they were then. Errors: TooManyPeople; LookupError for a table that
        has no past.
        """
        await self._entities(db, "member")  # first: there may be too many of them
        found = {one.name for one in visitors.iterate(question) if isinstance(one, Table)}
        for name in sorted(found - OF_NOW):
            if name not in self._made:
                self._made[name] = await self._standing_in(db, name)
        return question.add_cte(*(self._made[name] for name in sorted(found - OF_NOW)))

    async def facts_of(self, db: AsyncConnection, member_ids: Sequence[str]) -> Mapping[str, list[Recorded]]:
        """What had become so of these members, every kind of fact: what a decision remembers is folded from it."""
        every = [kind for kind in _kinds_of(MemberFact) if kind.NAME]
        written = await self._opened(await history.written(db, member_ids, every, self.then.known_at, by=self.then.day))
        found: dict[str, list[Recorded]] = defaultdict(list)
        for one in so_on(written, self.then.day):
            found[one.about.entity].append(one)
        return found

    async def _standing_in(self, db: AsyncConnection, name: str) -> CTE:
        if name == "fact":
            return history.as_of(self.then.day, self.then.known_at)
        if name == elsewhere.told.name:
            return elsewhere.as_of(self.then.day, self.then.known_at)
        if name == elsewhere.cared.name:
            rows = await elsewhere.cared_then(db, await self._entities(db, "member"), self.then.day, self.then.known_at)
            return standing_in(elsewhere.cared, rows)
        if name == _snapshot.name:
            facts = await self.facts_of(db, await self._entities(db, "member"))
            return standing_in(
                _snapshot, [{"entity": one, "state": self._remembered(known)} for one, known in facts.items()]
            )
        if name == contact_log.table.name:
            rows = await self._contacts(db)
            return standing_in(contact_log.table, rows)
        if name not in self._views:
            raise LookupError(f"{name} has no past")
        view = self._views[name]
        return standing_in(view.table, await self._rows(db, view))

    async def _rows(self, db: AsyncConnection, view: View) -> list[Row]:
        if view is member.view:
            return await self._cards(db)
        known = await self._facts(db, view.handlers)
        if view is branch.view:
            return folded(view, await self._with_peopled(db, known))
        return folded(view, so_on(known, self.then.day))

    async def _contacts(self, db: AsyncConnection) -> list[Row]:
        own = [kind for kind in contact_log.view.handlers if kind.OWNER == "registry"]
        known = so_on(await self._facts(db, own), self.then.day)
        people = await self._entities(db, "member")
        told = await contact_log.told_elsewhere(db, people, self.then.day, self.then.known_at)
        return [*folded(contact_log.view, known), *told]

    async def _cards(self, db: AsyncConnection) -> list[Row]:
        """The cards. What shows on a card only as its version is not read, and of meetings no more than the last days:
        that is most of what is ever written about somebody.
        """
        known = await self._facts(db, set(member.view.handlers) - member.STAMPS - {Attended})
        people, day, moment = await self._entities(db, "member"), self.then.day, self.then.known_at
        slips = sorted({one.about.entity for one in known if isinstance(one.fact, AttendanceTakenBack)})
        others = [one for one in people if one not in slips]
        messages = await history.written(db, slips, [Attended], moment, by=day)
        messages += await history.last_written(db, others, [Attended], moment, by=day, last=SEEN_DAYS)
        known = sorted([*known, *await self._opened(messages)], key=lambda one: one.about.seq)
        cards: dict[str, list[Recorded]] = defaultdict(list)
        for one in known:
            cards[one.about.entity].append(one)
        rows = ((member_id, card_as_of(facts, day)) for member_id, facts in cards.items())
        return [row | {"member_id": member_id} for member_id, row in rows if row is not None]

    async def _with_peopled(self, db: AsyncConnection, known: Sequence[Recorded]) -> list[Recorded]:
        """What had become so of the branches. One that people belonged to was there, whatever day it was put down with:
        a roster knows since when somebody is on the roll, and often not since when there is a branch.
        """
        people = so_on(await self._facts(db, belonging.view.handlers), self.then.day)
        peopled = {one.fact.branch_id for one in people if isinstance(one.fact, Enrolled | Assigned)}
        so = {one.about.id for one in so_on(known, self.then.day)}
        return [
            one for one in known if one.about.id in so or (isinstance(one.fact, Formed) and one.about.entity in peopled)
        ]

    async def _facts(self, db: AsyncConnection, kinds: Iterable[type[Fact]]) -> list[Recorded]:
        """What was known of these kinds, in the order it was written."""
        streams: dict[str, set[type[Fact]]] = defaultdict(set)
        for kind in kinds:
            streams[kind.STREAM].add(kind)
        wanted: set[type[Fact]] = set()
        for stream, asked in streams.items():
            needed = asked | SHIFTING if asked & SHIFTING else asked
            await self._read(db, needed - self._known.keys(), await self._entities(db, stream))
            wanted |= needed
        return sorted((one for kind in wanted for one in self._known[kind]), key=lambda one: one.about.seq)

    async def _read(self, db: AsyncConnection, kinds: set[type[Fact]], entities: Sequence[str]) -> None:
        self._known |= {kind: [] for kind in kinds}
        if kinds and entities:
            messages = await history.written(db, entities, kinds, self.then.known_at, by=self.then.day)
            for one in await self._opened(messages):
                self._known[type(one.fact)].append(one)

    # ── whom it may concern ──────────────────────────────────────────────────────────────────────────────────────

    async def _entities(self, db: AsyncConnection, stream: str) -> Sequence[str]:
        if stream not in self._ids:
            self._ids[stream] = await self._find(db, stream)
        return self._ids[stream]

    async def _find(self, db: AsyncConnection, stream: str) -> Sequence[str]:
        if stream == "member":
            return await self._people(db)
        place = await self._where(db)
        if stream in _BOOKS:
            return [_BOOKS[stream](each) for each in await branch.communities(db) if _lies_in(each, place)]
        if stream not in _OTHERS:
            raise LookupError(f"nothing says which entities stream {stream} has")
        column = _OTHERS[stream]
        return [each for (each,) in await db.execute(select(column).where(inside(column.table.c.community, place)))]

    async def _where(self, db: AsyncConnection) -> str:
        """The community the page is about."""
        if self._place is None:
            self._place = self._subject.place
            if self._subject.branch_id:
                row = await branch.branch(db, self._subject.branch_id)
                self._place = row["community"] if row else self._place
            elif self._subject.member_id:
                found = await db.execute(
                    select(member.table.c.place).where(member.table.c.member_id == self._subject.member_id)
                )
                self._place = found.scalar_one_or_none() or self._place
        return self._place

    async def _people(self, db: AsyncConnection) -> Sequence[str]:
        subject = self._subject
        if subject.member_id:
            return await self._records(db, subject.member_id)
        if subject.branch_id:
            return await belonging.ever_in(db, [subject.branch_id, *await self._ever_held(db, subject.branch_id)])
        lives_here = select(member.table.c.member_id).where(member.lives_in(subject.place)).limit(PEOPLE_MAX + 1)
        found = [each for (each,) in await db.execute(lives_here)]
        if len(found) > PEOPLE_MAX:
            raise TooManyPeople
        return found

    async def _ever_held(self, db: AsyncConnection, general_id: str) -> Sequence[str]:
        """The branches that were ever placed under this one."""
        said = await history.written(db, await self._entities(db, "branch"), (PlacedUnder,), self.then.known_at)
        placed = [one for one in await self._opened(said) if isinstance(one.fact, PlacedUnder)]
        return [one.about.entity for one in placed if getattr(one.fact, "general_id", None) == general_id]

    async def _records(self, db: AsyncConnection, member_id: str) -> Sequence[str]:
        """All records that are, or were, taken for this person; and in whose houses the person's centres meet, who
        stand on the person's page by name.
        """
        found, new, centres = {member_id}, {member_id}, set()
        while new:
            said = await history.written(db, sorted(new), (Merged, Unmerged, CentreJoined), self.then.known_at)
            facts = [one.fact for one in await self._opened(said)]
            centres |= {fact.centre_id for fact in facts if isinstance(fact, CentreJoined)}
            new = {fact.other_id for fact in facts if isinstance(fact, Merged | Unmerged)} - found
            found |= new
        if centres:
            hosts = select(centre.table.c.host_id).where(centre.table.c.centre_id.in_(centres))
            found |= {host for (host,) in await db.execute(hosts)}
        return sorted(found)


def _lies_in(community: str, place: str) -> bool:
    return not place or community == place or community.startswith(f"{place}.")


def _kinds_of(base: type[Fact]) -> Iterable[type[Fact]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds_of(kind)
