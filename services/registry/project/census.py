"""Campaigns, and how far each came with each member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    any_,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.census import Assigned, Begun, CensusAnswered, CensusMissed, CensusSettled, Closed, WhyMissed
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member, register
from services.registry.project.census_part import held_by

OPEN, CLOSED = "open", "closed"
ANSWERED, NOT_MET, REFUSED, LEFT = "answered", WhyMissed.NOT_MET.value, WhyMissed.REFUSED.value, "left"
OUTCOMES: Final = (LEFT, NOT_MET, ANSWERED, REFUSED)
"""How far a campaign came with somebody; `left`: nobody has tried yet."""
TO_ASK: Final = (LEFT, NOT_MET)
"""Whom somebody still goes to."""

table = Table(
    "census",
    MetaData(),
    Column("campaign_id", Text, primary_key=True),
    community_column(),
    Column("title", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("questions", ARRAY(Text), nullable=False),
    Column("free", ARRAY(Text), nullable=False),
    Column("branch_ids", ARRAY(Text), nullable=False),
    Column("choices", JSONB, nullable=False),
    Column("question_set", JSONB),
    Column("assigned", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_on", Date),
    Column("begun_by", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("census_by_time", "since", "campaign_id"),
)

said = Table(
    "census_answer",
    MetaData(),
    Column("campaign_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("outcome", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("answers", JSONB),
    Column("settled", JSONB, nullable=False),
    Index("census_answer_of_member", "member_id"),
)

view = View("census", version=2, table=table, doc="Every campaign, what it asks whom, and who asks in which part.")
answers = View("census_answer", version=1, table=said, doc="What each member answered, and what became of it.")


@view.on(Begun)
def _(_row: Row | None, fact: Begun, about: About) -> Row:
    return {
        "title": fact.title,
        "since": about.effective,
        "until": fact.until,
        "questions": [question.value for question in fact.questions],
        "free": list(fact.free),
        "branch_ids": list(fact.branch_ids),
        "choices": {one.question: [option.text for option in one.options] for one in fact.choices},
        "question_set": fact.question_set.model_dump() if fact.question_set else None,
        "assigned": {},
        "state": OPEN,
        "closed_on": None,
        "begun_by": about.actor,
        "seq": about.seq,
    }


@view.on(Assigned)
def _(row: Row | None, fact: Assigned, about: About) -> Row:
    row = _begun(row)
    return row | {"assigned": {**row["assigned"], fact.part: list(fact.accounts)}, "seq": about.seq}


@view.on(Closed)
def _(row: Row | None, _fact: Closed, about: About) -> Row:
    return _begun(row) | {"state": CLOSED, "closed_on": about.effective, "seq": about.seq}


def _begun(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened in a campaign that never began")
    return row


_OF_MEMBER: Final = {"keys": lambda fact, about: [(fact.campaign_id, about.entity)]}


@answers.on(CensusAnswered, **_OF_MEMBER)
def _(row: Row | None, fact: CensusAnswered, about: About) -> Row:
    row = row or _nobody_asked()
    return row | {
        "outcome": ANSWERED,
        "asked_on": about.effective,
        "asked_by": about.actor,
        "way": fact.way.value,
        "answers": None if is_hidden(fact.answers) else fact.answers.model_dump(mode="json"),
    }


@answers.on(CensusMissed, **_OF_MEMBER)
def _(row: Row | None, fact: CensusMissed, about: About) -> Row:
    tried = {"asked_on": about.effective, "asked_by": about.actor, "way": fact.way.value}
    return (row or _nobody_asked()) | tried | {"outcome": fact.why.value, "attempts": fact.attempt}


@answers.on(CensusSettled, **_OF_MEMBER)
def _(row: Row | None, fact: CensusSettled, about: About) -> Row:
    if row is None:
        raise LookupError("findings were settled of somebody who never answered")
    how = {"taken": fact.taken, "by": about.actor, "on": about.effective.isoformat()}
    return row | {"settled": {**row["settled"], **{finding.value: how for finding in fact.findings}}}


def _nobody_asked() -> Row:
    return {"attempts": 0, "answers": None, "settled": {}}


# ── campaigns ────────────────────────────────────────────────────────────────────────────────────────────────────


def _campaigns(visitor: str) -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community))
    return query.where(table.c.assigned.cast(Text).contains(f'"{visitor}"', autoescape=True)) if visitor else query


async def campaigns(
    db: AsyncConnection, *, community: str = "", visitor: str = "", size: int = PAGE_DEFAULT, token: str = ""
) -> Page:
    """Campaigns, newest first; of a visitor those that name their account. Raises `BadToken`."""
    key = tuple_(table.c.since, table.c.campaign_id)
    query = _campaigns(visitor).where(inside(table.c.community, community))
    if after := read_token(token, str, str):
        query = query.where(key < tuple_(cast(literal(after[0]), Date), literal(after[1])))
    query = query.order_by(table.c.since.desc(), table.c.campaign_id.desc()).limit(size + 1)
    rows = [_named(dict(row._mapping), visitor) for row in await db.execute(query)]
    return paged(rows, size, "since", "campaign_id")


async def campaign(db: AsyncConnection, campaign_id: str, visitor: str = "") -> dict[str, Any] | None:
    """One campaign; `mine` are the parts of the visitor. None: not in scope, or none of the visitor's."""
    query = _campaigns(visitor).where(table.c.campaign_id == campaign_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else _named(dict(row._mapping), visitor)


def _named(row: dict[str, Any], visitor: str) -> dict[str, Any]:
    """The row with the parts handed to the visitor."""
    return row | {"mine": sorted(part for part, names in row["assigned"].items() if visitor in names)}


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────────────────────

_outcome = func.coalesce(said.c.outcome, LEFT)
_COUNTS: Final = (
    func.count().label("people"),
    *(func.count().filter(_outcome == outcome).label(outcome) for outcome in OUTCOMES),
)


def _asked(campaign_row: Mapping[str, Any], parts: Sequence[str] | None) -> Sequence[ColumnElement[bool]]:
    """Whom a campaign asks: on the roll, in its community and branches (in these parts only)."""
    members = member.table.c
    found = [inside(members.community, campaign_row["community"]), members.state.in_(member.ON_ROLL)]
    if campaign_row["branch_ids"]:
        found.append(members.branch_id == any_(literal(list(campaign_row["branch_ids"]), ARRAY(Text))))
    if parts is not None:
        found.append(held_by(parts))
    return found


def _joined(campaign_id: str) -> Any:
    members = member.table.c
    mine = and_(said.c.member_id == members.member_id, said.c.campaign_id == campaign_id)
    return member.table.outerjoin(said, mine).outerjoin(branch.table, branch.table.c.branch_id == members.branch_id)


async def progress(db: AsyncConnection, row: Mapping[str, Any], parts: Sequence[str] | None = None) -> list[Row]:
    """For each branch how many are asked, and how many of them in each outcome; branches by name."""
    members = member.table.c
    query = (
        select(
            func.coalesce(members.branch_id, "").label("branch_id"),
            branch.table.c.name.label("branch"),
            *_COUNTS,
        )
        .select_from(_joined(row["campaign_id"]))
        .where(*_asked(row, parts))
        .group_by(members.branch_id, branch.table.c.name)
    )
    rows = [found._asdict() for found in await db.execute(query)]
    return sorted(rows, key=lambda one: (one["branch"] is None, branch.in_order(one["branch"] or "")))


async def totals(
    db: AsyncConnection, wanted: Mapping[str, tuple[Mapping[str, Any], Sequence[str] | None]]
) -> dict[str, Mapping[str, int]]:
    """The same over several campaigns, or over parts of one (campaign and parts by whatever key), in one question."""
    if not wanted:
        return {}
    counting = union_all(
        *(
            select(literal(key, Text).label("key"), *_COUNTS)
            .select_from(_joined(row["campaign_id"]))
            .where(*_asked(row, parts))
            for key, (row, parts) in wanted.items()
        )
    )
    rows = (dict(found._mapping) for found in await db.execute(counting))
    return {row.pop("key"): row for row in rows}


def _people(row: Mapping[str, Any], parts: Sequence[str] | None) -> Select[Any]:
    members = member.table.c
    shown = ("member_id", "name", "pinyin", "birth", "sex", "state", "phone", "address", "building", "room", "family")
    return (
        select(
            *(members[name] for name in (*shown, "away_to", "away_since", "lives_alone", "branch_id", "seq")),
            path_text(members.community),
            branch.table.c.name.label("branch"),
            _outcome.label("outcome"),
            func.coalesce(said.c.attempts, 0).label("attempts"),
            *(said.c[name] for name in ("asked_on", "asked_by", "way", "answers", "settled")),
        )
        .select_from(_joined(row["campaign_id"]))
        .where(*_asked(row, parts))
    )


async def people(
    db: AsyncConnection,
    row: Mapping[str, Any],
    *,
    parts: Sequence[str] | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    q: str = "",
    size: int = PAGE_DEFAULT,
    token: str = "",
) -> Page:
    """Whom a campaign asks, house by house; with `q` those it finds, as in the register. Raises `BadToken`."""
    members = member.table.c
    where = (func.coalesce(members.building, members.address, ""), func.coalesce(members.room, ""), members.member_id)
    query = _people(row, parts).add_columns(where[0].label("house"), where[1].label("door"))
    query = query.where(_outcome.in_(outcomes)).order_by(*where).limit(size + 1)
    if q.strip():
        query = query.where(register.matches(q))
    if after := read_token(token, str, str, str):
        query = query.where(tuple_(*where) > after)
    rows = [dict(found._mapping) for found in await db.execute(query)]
    return paged(rows, size, "house", "door", "member_id")


async def person(
    db: AsyncConnection, row: Mapping[str, Any], member_id: str, parts: Sequence[str] | None = None
) -> dict[str, Any] | None:
    """One of them, or None if the campaign (or the visitor's part of it) does not ask this member."""
    query = _people(row, parts).where(member.table.c.member_id == member_id)
    found = (await db.execute(query)).one_or_none()
    return None if found is None else dict(found._mapping)


async def answered(db: AsyncConnection, campaign_id: str, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Who answered, by name, with the card's version: also who left the branch or died since. Raises `BadToken`."""
    members = member.table.c
    key = tuple_(members.pinyin, members.member_id)
    query = (
        select(
            *(members[name] for name in ("member_id", "name", "pinyin", "state", "seq")),
            path_text(members.community),
            branch.table.c.name.label("branch"),
            *(said.c[name] for name in ("asked_on", "asked_by", "way", "answers", "settled")),
        )
        .select_from(_joined(campaign_id))
        .where(said.c.answers.is_not(None))
        .order_by(members.pinyin, members.member_id)
        .limit(size + 1)
    )
    if after := read_token(token, str, str):
        query = query.where(key > after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "pinyin", "member_id")
