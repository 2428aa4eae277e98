"""Referrals to a training for work: told, attended, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Date, Index, MetaData, Select, Table, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care_pairing import (
    TrainingAttended,
    TrainingEnded,
    TrainingFact,
    TrainingReferred,
    TrainingWithdrawn,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.care.project import person

ROWS_MAX: Final = 300
REFERRED, ATTENDED, ENDED, WITHDRAWN = "referred", "attended", "ended", "withdrawn"

table = Table(
    "training",
    MetaData(),
    Column("referral_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("course", Text, nullable=False),
    Column("organiser", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("referred_on", Date, nullable=False),
    Column("begins_on", Date),
    Column("attended_on", Date),
    Column("outcome", Text),
    Column("ended_on", Date),
    Index("training_of_member", "member_id"),
)

view = View("training", version=1, table=table, doc="Referrals to trainings for work, and what came of them.")


def _its(fact: TrainingFact, _about: About) -> list[tuple[str]]:
    return [(fact.referral_id,)]


@view.on(TrainingReferred, keys=_its)
def _(_row: Row | None, fact: TrainingReferred, about: About) -> Row:
    return {
        "member_id": about.entity,
        "course": fact.course,
        "organiser": fact.organiser,
        "stage": REFERRED,
        "referred_on": about.effective,
        "begins_on": fact.begins_on,
        "attended_on": None,
        "outcome": None,
        "ended_on": None,
    }


@view.on(TrainingAttended, keys=_its)
def _(row: Row | None, _fact: TrainingAttended, about: About) -> Row | None:
    return None if row is None else row | {"stage": ATTENDED, "attended_on": about.effective}


@view.on(TrainingEnded, keys=_its)
def _(row: Row | None, fact: TrainingEnded, about: About) -> Row | None:
    return None if row is None else row | {"stage": ENDED, "outcome": fact.outcome.value, "ended_on": about.effective}


@view.on(TrainingWithdrawn, keys=_its)
def _(row: Row | None, _fact: TrainingWithdrawn, about: About) -> Row | None:
    return None if row is None else row | {"stage": WITHDRAWN, "ended_on": about.effective}


_t, _p = table.c, person.table.c
_of = person.table.alias("referred")


def _query() -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    return select(*columns, path_text(_t.community), _p.name, _p.birth, _p.lives_alone, _p.state).select_from(
        table.outerjoin(_of, _of.c.member_id == _t.member_id).outerjoin(
            person.table, _p.member_id == func.coalesce(_of.c.merged_into, _of.c.member_id)
        )
    )


async def one(db: AsyncConnection, referral_id: str) -> dict[str, Any] | None:
    """One referral; None if the scope has none of that id."""
    row = (await db.execute(_query().where(_t.referral_id == referral_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def of_member(db: AsyncConnection, member_id: str) -> list[dict[str, Any]]:
    """The person's referrals, the latest first, slips left out."""
    query = _query().where(_t.member_id.in_(person.records_of(member_id)), _t.stage != WITHDRAWN)
    return [dict(row._mapping) for row in await db.execute(query.order_by(_t.referred_on.desc()).limit(ROWS_MAX))]


async def listed(db: AsyncConnection, community: str = "") -> list[dict[str, Any]]:
    """All referrals but the slips, those that wait first, the oldest of them at the top."""
    query = _query().where(inside(_t.community, community), _t.stage != WITHDRAWN)
    order = ((_t.stage == ENDED), _t.referred_on, _t.referral_id)
    return [dict(row._mapping) for row in await db.execute(query.order_by(*order).limit(ROWS_MAX))]
