"""What the pages of campaigns ask: whom one would list, the campaigns with their progress, the people, the tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.campaign import Whom
from events.facts.care_campaign import Outcome
from events.log.project.sql import inside, path_text
from services.care.project import campaign, illness, person

OPEN_MAX: Final = 100
TASKS_MAX: Final = 300
WAITING, UNSEEN, TRANSPORT, FAULTS, AWAY = "waiting", "unseen", "transport", "faults", "away"
"""Parts of a campaign's list besides the outcomes: not settled, nothing noted, to be fetched, faults, away or ill."""
SETTLED: Final = (Outcome.DONE.value, Outcome.DECLINED.value, Outcome.CAME.value, Outcome.BROUGHT.value)

_c, _who, _f, _p = campaign.table.c, campaign.people.c, campaign.tasks.c, person.table.c
_listed_as = person.table.alias("listed_as")
_ILL: Final = and_(illness.table.c.ill_since.is_not(None), illness.table.c.recovered_on.is_(None))


async def listable(db: AsyncConnection, whom: Whom, community: str) -> list[Mapping[str, Any]]:
    """Everybody on the roll of these branches (living alone, if that is asked for), with `birth`, `is_away`, `is_ill`.
    Of which age they are is for the decision to say.
    """
    query = (
        select(
            _p.member_id, _p.name, _p.birth, _p.building, _p.room, _p.lives_alone, person.is_away().label("is_away"),
            func.coalesce(_ILL, False).label("is_ill"),
        )
        .select_from(person.table.outerjoin(illness.table, illness.table.c.member_id == _p.member_id))
        .where(inside(_p.community, community), _p.state == person.ON_ROLL)
        .order_by(_p.building, _p.room, _p.pinyin, _p.member_id)
    )  # fmt: skip
    if whom.branch_ids:
        query = query.where(_p.branch_id.in_(list(whom.branch_ids)))
    if whom.lives_alone:
        query = query.where(_p.lives_alone.is_(True))
    return [dict(row._mapping) for row in await db.execute(query)]


def _campaigns() -> Select[Any]:
    seen = (
        select(
            _who.campaign_id,
            func.count().label("people"),
            func.count().filter(_who.outcome.in_(SETTLED)).label("settled"),
            func.count().filter(_who.outcome.is_(None)).label("unseen"),
        )
        .group_by(_who.campaign_id)
        .subquery()
    )
    waiting = (
        select(_f.campaign_id, func.count().label("tasks"))
        .where(_f.done_on.is_(None))
        .group_by(_f.campaign_id)
        .subquery()
    )
    columns = [column for column in campaign.table.columns if column.name != "community"]
    figures = [
        func.coalesce(table.c[name], 0).label(name)
        for table, name in ((seen, "people"), (seen, "settled"), (seen, "unseen"), (waiting, "tasks"))
    ]
    return select(*columns, path_text(_c.community), *figures).select_from(
        campaign.table.outerjoin(seen, seen.c.campaign_id == _c.campaign_id).outerjoin(
            waiting, waiting.c.campaign_id == _c.campaign_id
        )
    )


async def campaigns(db: AsyncConnection, *, closed: bool, community: str = "") -> list[dict[str, Any]]:
    """Those that run, by their last day; or those that were closed, the latest first."""
    query = _campaigns().where(inside(_c.community, community))
    if closed:
        query = query.where(_c.closed_on.is_not(None)).order_by(_c.closed_on.desc(), _c.campaign_id)
    else:
        query = query.where(_c.closed_on.is_(None)).order_by(_c.until, _c.campaign_id)
    return [dict(row._mapping) for row in await db.execute(query.limit(OPEN_MAX))]


async def one(db: AsyncConnection, campaign_id: str) -> dict[str, Any] | None:
    """A campaign with its progress; None if the scope has none of that id."""
    row = (await db.execute(_campaigns().where(_c.campaign_id == campaign_id))).one_or_none()
    return None if row is None else dict(row._mapping)


def _people() -> Select[Any]:
    columns = [column for column in campaign.people.columns if column.name != "community"]
    of_person = [
        _p[name]
        for name in (
            "name", "pinyin", "birth", "phone", "building", "room", "address", "lives_alone", "state", "away_to",
            "branch_id",
        )
    ]  # fmt: skip
    return select(
        *columns,
        *of_person,
        person.is_away().label("is_away"),
        func.coalesce(_ILL, False).label("is_ill"),
    ).select_from(
        campaign.people.join(_listed_as, _listed_as.c.member_id == _who.member_id)
        .join(person.table, _p.member_id == func.coalesce(_listed_as.c.merged_into, _listed_as.c.member_id))
        .outerjoin(illness.table, illness.table.c.member_id == _p.member_id)
    )


async def people_of(db: AsyncConnection, campaign_id: str) -> list[dict[str, Any]]:
    """Everybody who is listed, by building and room."""
    query = _people().where(_who.campaign_id == campaign_id)
    query = query.order_by(_p.building, _p.room, _p.pinyin, _who.member_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def person_of(db: AsyncConnection, campaign_id: str, member_id: str) -> dict[str, Any] | None:
    """One of them; None if they are not listed."""
    query = _people().where(_who.campaign_id == campaign_id, _who.member_id == member_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def of_member(db: AsyncConnection, member_id: str, limit: int = 10) -> list[Mapping[str, Any]]:
    """The campaigns somebody is or was listed in, the latest first, and what came of each."""
    query = (
        select(
            _c.campaign_id, _c.kind, _c.title, _c.since, _c.closed_on, _who.member_id, _who.outcome, _who.noted_on,
            _who.faults,
        )
        .select_from(campaign.people.join(campaign.table, _c.campaign_id == _who.campaign_id))
        .where(_who.member_id.in_(person.records_of(member_id)))
        .order_by(_c.since.desc(), _c.campaign_id)
        .limit(limit)
    )  # fmt: skip
    return [dict(row._mapping) for row in await db.execute(query)]


async def tasks_of(
    db: AsyncConnection, *, campaign_id: str = "", member_id: str = "", waiting: bool = False, community: str = ""
) -> list[dict[str, Any]]:
    """What has to be put right, the most urgent first; what is done stands behind."""
    columns = [column for column in campaign.tasks.columns if column.name != "community"]
    query = (
        select(*columns, path_text(_f.community), _p.name, _p.building, _p.room, _c.title, _c.kind)
        .select_from(
            campaign.tasks.join(_listed_as, _listed_as.c.member_id == _f.member_id)
            .join(person.table, _p.member_id == func.coalesce(_listed_as.c.merged_into, _listed_as.c.member_id))
            .join(campaign.table, _c.campaign_id == _f.campaign_id)
        )
        .where(inside(_f.community, community))
        .order_by(_f.done_on.is_not(None), _f.due_on, _f.follow_up_id)
        .limit(TASKS_MAX)
    )
    if campaign_id:
        query = query.where(_f.campaign_id == campaign_id)
    if member_id:
        query = query.where(_f.member_id == member_id)
    if waiting:
        query = query.where(_f.done_on.is_(None))
    return [dict(row._mapping) for row in await db.execute(query)]


async def task(db: AsyncConnection, follow_up_id: str) -> Mapping[str, Any] | None:
    """One of them; None if the scope has none of that id."""
    columns = [column for column in campaign.tasks.columns if column.name != "community"]
    query = select(*columns, path_text(_f.community)).where(_f.follow_up_id == follow_up_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def waiting_tasks(db: AsyncConnection, today: date) -> Mapping[str, int]:
    """`follow_ups` that wait, and how many of them are `late`."""
    late = func.count().filter(_f.due_on < today).label("late")
    query = select(func.count().label("follow_ups"), late).select_from(campaign.tasks).where(_f.done_on.is_(None))
    return dict((await db.execute(query)).one()._mapping)


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of these people stand in each part of the list; each figure leads to those it counts."""
    found = {
        "": len(rows),
        WAITING: 0,
        UNSEEN: 0,
        TRANSPORT: 0,
        FAULTS: 0,
        AWAY: 0,
        **{one.value: 0 for one in Outcome},
    }
    for row in rows:
        for part in parts_of(row):
            found[part] += 1
    return found


def parts_of(row: Mapping[str, Any]) -> set[str]:
    """The parts of the list that a person belongs to."""
    parts = {row["outcome"] or UNSEEN}
    if row["outcome"] not in SETTLED:
        parts.add(WAITING)
    if row["transport"]:
        parts.add(TRANSPORT)
    if row["faults"]:
        parts.add(FAULTS)
    if row["is_away"] or row["is_ill"]:
        parts.add(AWAY)
    return parts
