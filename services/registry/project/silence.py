"""Who was last reached when: the contact log asked person by person, and who has not been reached for long (R8).

What counts is a set of kinds that the pack gives. Of a person with several records all of them count (ADR 30).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, ledger, meeting, member
from services.registry.project.alias import records_of
from services.registry.project.contact_log import ASIDE_KIND, REACHED, SLIP, TRIED, WRONG_NUMBER, table

SMALL_PEOPLE: Final = 20_000
_c, _m, _b, _l = table.c, member.table.c, branch.table.c, ledger.table.c
_record = member.table.alias("record")
_later = table.alias("later")
_aside = table.alias("aside")


@dataclass(frozen=True, slots=True)
class Silent:
    """Whom the list is about: nobody of the community (the branch) who was reached after `until`."""

    until: date
    kinds: Collection[str]
    """What counts as reached."""
    community: str = ""
    branch_id: str = ""
    away: bool | None = None
    not_aside_on: date | None = None
    """Leaves out those whose silence rests on that day, because somebody looked into it."""
    wrong_number: bool = False
    """Only those whose number is known to be wrong."""


def _counts(kinds: Collection[str]) -> ColumnElement[bool]:
    return and_(_c.outcome == REACHED, _c.kind == any_(literal(sorted(kinds), ARRAY(Text))))


def _last(kinds: Collection[str], community: str) -> Any:
    """The last day each person was reached, all records counted in."""
    who = func.coalesce(_record.c.merged_into, _c.member_id)
    return (
        select(who.label("member_id"), func.max(_c.day).label("reached_on"))
        .select_from(table.outerjoin(_record, _record.c.member_id == _c.member_id))
        .where(_counts(kinds), inside(_c.community, community))
        .group_by(who)
        .subquery("last")
    )


_stays = _l.state == ledger.OPEN
_number = func.coalesce(case((_stays, _l.phone)), _m.phone)
"""Where somebody is rung up now."""


def _wrong_number() -> ColumnElement[bool]:
    """The number was found wrong, and nobody has changed it or got through since."""
    through = exists().where(
        _later.c.member_id == _c.member_id, _later.c.outcome == REACHED, _later.c.kind == "call", _later.c.day > _c.day
    )
    same = or_(_c.number == _number, and_(_c.number.is_(None), _c.day >= func.coalesce(_m.contact_since, date.min)))
    return exists().where(_c.member_id == _m.member_id, _c.outcome == TRIED, _c.detail == WRONG_NUMBER, same, ~through)


def _query(wanted: Silent, today: date | None = None) -> Select[Any]:
    """`today`: adds whether the silence rests on that day, because somebody looked into it."""
    last = _last(wanted.kinds, wanted.community)
    # Whoever left told of it: a silence begins on that day at the earliest, as the ledger's clock does.
    known = func.greatest(last.c.reached_on, case((_stays, _l.since)))
    since = func.coalesce(known, _m.enrolled_on)
    query = (
        select(
            _m.member_id, _m.name, _m.birth, _m.phone, _m.family, _m.state, _m.away_to, path_text(_m.community),
            _m.branch_id, _b.name.label("branch"), last.c.reached_on, since.label("since"),
            case((_stays, _l.phone)).label("away_phone"), case((_stays, _l.lost_since)).label("lost_since"),
            _aside.c.until.label("aside_until"), _aside.c.note.label("aside_why"),
            _wrong_number().label("wrong_number"),
        )
        .select_from(
            member.table.outerjoin(last, last.c.member_id == _m.member_id)
            .outerjoin(ledger.table, _l.member_id == _m.member_id)
            .outerjoin(branch.table, _b.branch_id == _m.branch_id)
            .outerjoin(_aside, and_(_aside.c.member_id == _m.member_id, _aside.c.ref == ASIDE_KIND))
        )
        .where(_m.state.in_(member.ON_ROLL), member.lives_in(wanted.community))
    )  # fmt: skip
    query = query.where(_wrong_number() if wanted.wrong_number else since <= wanted.until)
    if wanted.branch_id:
        query = query.where(_m.branch_id == wanted.branch_id)
    if wanted.away is not None:
        query = query.where(_stays if wanted.away else or_(_l.state.is_(None), ~_stays))
    if day := today or wanted.not_aside_on:
        # A silence that was looked into rests; whoever was reached meanwhile begins a new one.
        rests = func.coalesce(and_(_aside.c.until >= day, _aside.c.day >= since), False)
        query = query.add_columns(rests.label("rests")) if today else query.where(~rests)
    return query.order_by(since, _m.member_id)


async def silent(db: AsyncConnection, wanted: Silent, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Who has not been reached, the longest first, with what was tried since. Raises `BadToken`."""
    query = _query(wanted)
    if after := read_token(token, date, str):
        rows = query.order_by(None).subquery("silent")
        query = (
            select(rows).where(tuple_(rows.c.since, rows.c.member_id) > after).order_by(rows.c.since, rows.c.member_id)
        )
    page = paged([dict(row._mapping) for row in await db.execute(query.limit(size + 1))], size, "since", "member_id")
    await _add_tries(db, page.items)
    return page


async def silent_count(db: AsyncConnection, wanted: Silent) -> int:
    """How many they are."""
    return int(
        (await db.execute(select(func.count()).select_from(_query(wanted).order_by(None).subquery()))).scalar_one()
    )


async def counts(
    db: AsyncConnection, wanted: Silent, untils: Mapping[int, date], looked_into: date
) -> tuple[dict[int, int], int]:
    """How many were not reached since each of these days, and of how many somebody has to look into the silence (not
    reached since `looked_into`, and it does not rest); in one question.
    """
    everybody = Silent(max((*untils.values(), looked_into)), wanted.kinds, wanted.community, wanted.branch_id)
    rows = _query(everybody, wanted.until).order_by(None).subquery("silent")
    columns = [func.count().filter(rows.c.since <= until).label(f"d{days}") for days, until in untils.items()]
    review = func.count().filter(rows.c.since <= looked_into, ~rows.c.rests).label("review")
    found = (await db.execute(select(*columns, review).select_from(rows))).one()._mapping
    return {days: found[f"d{days}"] for days in untils}, found["review"]


async def is_small(db: AsyncConnection, community: str = "", most: int = SMALL_PEOPLE) -> bool:
    """Whether so few people are on the roll that all of them may be gone through for one page."""
    some = select(_m.member_id).where(_m.state.in_(member.ON_ROLL), member.lives_in(community)).limit(most + 1)
    return int((await db.execute(select(func.count()).select_from(some.subquery()))).scalar_one()) <= most


async def _add_tries(db: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """What was tried in vain since each was last reached: how often, and the last time."""
    tried: dict[str, list[date]] = {row["member_id"]: [] for row in rows}
    query = select(_c.member_id, _c.day).where(_c.member_id.in_(list(tried)), _c.outcome == TRIED).order_by(_c.day)
    for one in await db.execute(query) if tried else ():
        tried[one.member_id].append(one.day)
    for row in rows:
        days = [day for day in tried[row["member_id"]] if day >= row["since"]]
        row["tries"], row["tried_on"] = len(days), days[-1] if days else None


async def reached_on(db: AsyncConnection, member_id: str, kinds: Collection[str]) -> date | None:
    """The last day the person was reached, by whatever counts."""
    query = select(func.max(_c.day)).where(_c.member_id.in_(records_of(member_id)), _counts(kinds))
    found: date | None = (await db.execute(query)).scalar_one()
    return found


async def log_of(db: AsyncConnection, member_id: str, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Every contact with a person, the newest first, with the meetings' titles. Raises `BadToken`."""
    own = [column for column in table.columns if column.name != "community"]
    query = (
        select(*own, meeting.table.c.title)
        .select_from(table.outerjoin(meeting.table, meeting.table.c.meeting_id == _c.meeting_id))
        .where(_c.member_id.in_(records_of(member_id)))
        .order_by(_c.day.desc(), _c.ref.desc())
    )
    if after := read_token(token, date, str):
        query = query.where(tuple_(_c.day, _c.ref) < after)
    return paged([dict(row._mapping) for row in await db.execute(query.limit(size + 1))], size, "day", "ref")


async def log_of_branch(db: AsyncConnection, branch_id: str, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Every contact with those who belong to a branch now, the newest first; slips are left out. Raises `BadToken`."""
    own = [column for column in table.columns if column.name != "community"]
    query = (
        select(*own, _m.name, meeting.table.c.title)
        .select_from(
            table.join(member.table, _m.member_id == _c.member_id).outerjoin(
                meeting.table, meeting.table.c.meeting_id == _c.meeting_id
            )
        )
        .where(_m.branch_id == branch_id, _m.state.in_(member.ON_ROLL), _c.outcome != SLIP)
        .order_by(_c.day.desc(), _c.ref.desc(), _c.member_id.desc())
    )
    if after := read_token(token, date, str, str):
        query = query.where(tuple_(_c.day, _c.ref, _c.member_id) < after)
    rows = [dict(row._mapping) for row in await db.execute(query.limit(size + 1))]
    return paged(rows, size, "day", "ref", "member_id")
