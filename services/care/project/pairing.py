"""Who stands by whom, since when, what was done, and when it was last asked how it goes. Words stay sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Date, Index, MetaData, Select, Table, Text, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitReason
from events.facts.care_pairing import (
    HelperKind,
    HelperPaired,
    HelpGiven,
    HelpTakenBack,
    PairedFor,
    PairingEnded,
    PairingFact,
    PairingReviewed,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.care.project import occasion, person

ROWS_MAX: Final = 500

table = Table(
    "pairing",
    MetaData(),
    Column("pairing_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("helper_kind", Text, nullable=False),
    Column("helper", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("looked_on", Date, nullable=False),
    Column("entries", JSONB, nullable=False),
    Column("ended_on", Date),
    Column("ended_why", Text),
    Index("pairing_of_member", "member_id"),
    Index("pairing_of_helper", "helper"),
)

view = View("pairing", version=1, table=table, doc="Helpers and the members they stand by; what was done, not said.")


def _its(fact: PairingFact, _about: About) -> list[tuple[str]]:
    return [(fact.pairing_id,)]


@view.on(HelperPaired, keys=_its)
def _(_row: Row | None, fact: HelperPaired, about: About) -> Row:
    return {
        "member_id": about.entity,
        "helper_kind": fact.helper_kind.value,
        "helper": fact.helper,
        "why": fact.why.value,
        "since": about.effective,
        "looked_on": about.effective,
        "entries": [],
        "ended_on": None,
        "ended_why": None,
    }


@view.on(HelpGiven, keys=_its)
def _(row: Row | None, fact: HelpGiven, about: About) -> Row | None:
    if row is None:
        return None
    entry = {"id": fact.entry_id, "on": about.effective.isoformat(), "kind": fact.kind.value, "by": about.actor}
    told = {} if fact.note is None else {"seq": about.seq}
    return row | {"entries": [*row["entries"], entry | told]}


@view.on(HelpTakenBack, keys=_its)
def _(row: Row | None, fact: HelpTakenBack, _about: About) -> Row | None:
    if row is None:
        return None
    return row | {"entries": [one for one in row["entries"] if one["id"] != fact.entry_id]}


@view.on(PairingReviewed, keys=_its)
def _(row: Row | None, _fact: PairingReviewed, about: About) -> Row | None:
    return None if row is None else row | {"looked_on": max(about.effective, row["looked_on"])}


@view.on(PairingEnded, keys=_its)
def _(row: Row | None, fact: PairingEnded, about: About) -> Row | None:
    return None if row is None else row | {"ended_on": about.effective, "ended_why": fact.why.value}


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────

_t, _p = table.c, person.table.c
_of, _helps = person.table.alias("stood_by"), person.table.alias("helps")


def _query() -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    return select(
        *columns,
        path_text(_t.community),
        _p.name,
        _p.birth,
        _p.lives_alone,
        _p.state,
        _p.away_to,
        _helps.c.name.label("helper_name"),
    ).select_from(
        table.outerjoin(_of, _of.c.member_id == _t.member_id)
        .outerjoin(person.table, _p.member_id == func.coalesce(_of.c.merged_into, _of.c.member_id))
        .outerjoin(_helps, and_(_helps.c.member_id == _t.helper, _t.helper_kind == HelperKind.MEMBER.value))
    )


async def one(db: AsyncConnection, pairing_id: str, account: str = "") -> dict[str, Any] | None:
    """One pairing; of an account, only its own."""
    query = _query().where(_t.pairing_id == pairing_id, *_own(account))
    row = (await db.execute(query)).one_or_none()
    return None if row is None else _read(row._mapping)


async def of_member(db: AsyncConnection, member_id: str) -> list[dict[str, Any]]:
    """Everybody who stands or stood by the person, the latest first."""
    query = _query().where(_t.member_id.in_(person.records_of(member_id)))
    order = (_t.ended_on.is_(None).desc(), _t.since.desc(), _t.pairing_id)
    return [_read(row._mapping) for row in await db.execute(query.order_by(*order).limit(ROWS_MAX))]


async def listed(db: AsyncConnection, community: str = "", account: str = "", *, ended: bool = False) -> list[Any]:
    """All that stand (or have ended), those that were looked at longest ago first; of an account, only its own."""
    stands = _t.ended_on.is_not(None) if ended else _t.ended_on.is_(None)
    query = _query().where(inside(_t.community, community), stands, *_own(account))
    order = (_t.ended_on.desc(), _t.looked_on, _t.pairing_id)
    return [_read(row._mapping) for row in await db.execute(query.order_by(*order).limit(ROWS_MAX))]


def _own(account: str) -> list[Any]:
    return [_t.helper_kind == HelperKind.ACCOUNT.value, _t.helper == account] if account else []


async def alone_yet(db: AsyncConnection, since: date, community: str = "", limit: int = 12) -> list[Mapping[str, Any]]:
    """Members who live elsewhere, or of whom difficulties were told since that day, and by whom nobody stands: with
    `why` as it would be written down.
    """
    paired = exists().where(_t.member_id == _p.member_id, _t.ended_on.is_(None))
    told = occasion.table.c
    in_need = exists().where(
        told.member_id == _p.member_id, told.kind == VisitReason.HARDSHIP.value, told.happened_on >= since
    )
    away = person.is_away()
    query = (
        select(_p.member_id, _p.name, _p.birth, _p.lives_alone, _p.away_to, away.label("is_away"))
        .where(_p.state == person.ON_ROLL, inside(_p.community, community), or_(away, in_need), ~paired)
        .order_by(away, _p.away_since, _p.member_id)
        .limit(limit)
    )
    return [
        {**row._mapping, "why": PairedFor.AWAY.value if row.is_away else PairedFor.IN_NEED.value}
        for row in await db.execute(query)
    ]


def _read(row: Mapping[Any, Any]) -> dict[str, Any]:
    found = dict(row)
    entries = [{**one, "on": date.fromisoformat(one["on"])} for one in found["entries"] or []]
    found["entries"] = sorted(entries, key=lambda one: one["on"], reverse=True)
    return found
