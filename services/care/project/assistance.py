"""What each member was helped with: asked, approved, paid, acknowledged. Why, stays sealed; the row knows which fact
tells it (`reason_seq`). Amounts are of those who hold care's key: of somebody who was erased there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, ColumnElement, Date, Index, MetaData, Select, Table, Text, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.care_assistance import (
    AssistanceAcknowledged,
    AssistanceApproved,
    AssistanceCorrected,
    AssistanceDeclined,
    AssistanceEndorsed,
    AssistanceFact,
    AssistancePaid,
    AssistanceProposed,
    AssistanceRequested,
    AssistanceUndone,
    AssistanceWithdrawn,
    Step,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.care.project import person

ROWS_MAX: Final = 500

table = Table(
    "assistance",
    MetaData(),
    Column("assistance_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("because", Text),
    Column("proposed_on", Date),
    Column("requested_on", Date),
    Column("requested_by", Text),
    Column("authors", ARRAY(Text)),
    Column("asked_fen", BigInteger),
    Column("evidence", ARRAY(Text)),
    Column("reason_seq", BigInteger),
    Column("endorsed_on", Date),
    Column("endorsed_by", Text),
    Column("endorsed_fen", BigInteger),
    Column("approved_on", Date),
    Column("approved_by", Text),
    Column("approved_fen", BigInteger),
    Column("payments", JSONB),
    Column("acknowledged_on", Date),
    Column("acknowledged_by", Text),
    Column("closed_on", Date),
    Column("closed_how", Text),
    Column("closed_seq", BigInteger),
    Index("assistance_of_member", "member_id"),
    Index("assistance_by_day", "requested_on"),
)

view = View("assistance", version=1, table=table, doc="Assistance: proposed, asked for, approved, paid; why is sealed.")

DECLINED, WITHDRAWN = "declined", "withdrawn"
_COLUMNS: Final = tuple(
    str(column.name) for column in table.columns if column.name not in ("assistance_id", "community")
)
_UNENDORSED: Final = {"endorsed_on": None, "endorsed_by": None, "endorsed_fen": None}
_UNAPPROVED: Final = {"approved_on": None, "approved_by": None, "approved_fen": None}


def _its(fact: AssistanceFact, _about: About) -> list[tuple[str]]:
    return [(fact.assistance_id,)]


def _fen(amount: int) -> int:
    return 0 if is_hidden(amount) else amount


@view.on(AssistanceProposed, keys=_its)
def _(row: Row | None, fact: AssistanceProposed, about: About) -> Row:
    new = {"member_id": about.entity, "kind": fact.kind.value, "clause": fact.clause}
    return row or dict.fromkeys(_COLUMNS) | new | {"because": fact.because, "proposed_on": about.effective}


@view.on(AssistanceRequested, keys=_its)
def _(row: Row | None, fact: AssistanceRequested, about: About) -> Row:
    return (row or dict.fromkeys(_COLUMNS) | {"member_id": about.entity}) | {
        "kind": fact.kind.value,
        "clause": fact.clause,
        "requested_on": about.effective,
        "requested_by": fact.requested_by,
        "authors": [fact.requested_by],
        "asked_fen": _fen(fact.amount_fen),
        "evidence": [one.value for one in fact.evidence],
        "reason_seq": about.seq,
    }


@view.on(AssistanceCorrected, keys=_its)
def _(row: Row | None, fact: AssistanceCorrected, about: About) -> Row | None:
    if row is None:
        return None
    told = {} if fact.reason is None else {"reason_seq": about.seq}
    asked = {
        "asked_fen": _fen(fact.amount_fen),
        "evidence": [one.value for one in fact.evidence],
        "authors": list(dict.fromkeys([*(row["authors"] or ()), fact.corrected_by])),
    }
    return row | asked | told | _UNENDORSED


@view.on(AssistanceEndorsed, keys=_its)
def _(row: Row | None, fact: AssistanceEndorsed, about: About) -> Row | None:
    agreed = {"endorsed_on": about.effective, "endorsed_by": fact.endorsed_by, "endorsed_fen": _fen(fact.amount_fen)}
    return None if row is None else row | agreed


@view.on(AssistanceApproved, keys=_its)
def _(row: Row | None, fact: AssistanceApproved, about: About) -> Row | None:
    agreed = {"approved_on": about.effective, "approved_by": fact.approved_by, "approved_fen": _fen(fact.amount_fen)}
    return None if row is None else row | agreed


@view.on(AssistanceDeclined, keys=_its)
def _(row: Row | None, _fact: AssistanceDeclined, about: About) -> Row | None:
    return None if row is None else row | _closed(DECLINED, about)


@view.on(AssistanceWithdrawn, keys=_its)
def _(row: Row | None, _fact: AssistanceWithdrawn, about: About) -> Row | None:
    return None if row is None else row | _closed(WITHDRAWN, about)


def _closed(how: str, about: About) -> Row:
    return {"closed_on": about.effective, "closed_how": how, "closed_seq": about.seq}


@view.on(AssistancePaid, keys=_its)
def _(row: Row | None, fact: AssistancePaid, about: About) -> Row | None:
    if row is None:
        return None
    paid = {
        "number": fact.number,
        "on": about.effective.isoformat(),
        "amount_fen": _fen(fact.amount_fen),
        "how": fact.how.value,
        "by": about.actor,
    }
    return row | {"payments": [*(row["payments"] or []), paid]}


@view.on(AssistanceAcknowledged, keys=_its)
def _(row: Row | None, fact: AssistanceAcknowledged, about: About) -> Row | None:
    signed = {"acknowledged_on": about.effective, "acknowledged_by": fact.by.value}
    return None if row is None else row | signed


@view.on(AssistanceUndone, keys=_its)
def _(row: Row | None, fact: AssistanceUndone, _about: About) -> Row | None:
    if row is None:
        return None
    match fact.step:
        case Step.ENDORSEMENT:
            return row | _UNENDORSED
        case Step.APPROVAL:
            return row | _UNAPPROVED | _UNENDORSED
        case Step.PAYMENT:
            return row | {"payments": [one for one in row["payments"] or [] if one["number"] != fact.number]}
        case Step.ACKNOWLEDGEMENT:
            return row | {"acknowledged_on": None, "acknowledged_by": None}
        case Step.REFUSAL | Step.WITHDRAWAL:
            return row | {"closed_on": None, "closed_how": None, "closed_seq": None}


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────

_a, _p = table.c, person.table.c
_of = person.table.alias("asked_for")
"""The record it was put down for; `_p` is the one that stands for the person."""


def _query() -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    return select(
        *columns, path_text(_a.community), _p.name, _p.birth, _p.lives_alone, _p.state, _p.address, _p.phone
    ).select_from(
        table.outerjoin(_of, _of.c.member_id == _a.member_id).outerjoin(
            person.table, _p.member_id == func.coalesce(_of.c.merged_into, _of.c.member_id)
        )
    )


async def one(db: AsyncConnection, assistance_id: str) -> dict[str, Any] | None:
    """One assistance with what is known of the person; None if the scope has none of that id."""
    row = (await db.execute(_query().where(_a.assistance_id == assistance_id))).one_or_none()
    return None if row is None else _read(row._mapping)


async def of_member(db: AsyncConnection, member_id: str) -> list[dict[str, Any]]:
    """All assistance of a person, on whichever of their records, the latest first."""
    query = _query().where(_a.member_id.in_(person.records_of(member_id)))
    order = func.coalesce(_a.requested_on, _a.proposed_on).desc()
    return [_read(row._mapping) for row in await db.execute(query.order_by(order, _a.assistance_id).limit(ROWS_MAX))]


async def listed(db: AsyncConnection, community: str = "", year: int | None = None) -> list[dict[str, Any]]:
    """What is not closed, and what was asked for in that year; the oldest first, at most `ROWS_MAX`."""
    waiting = _a.closed_on.is_(None) & _a.acknowledged_on.is_(None)
    wanted: ColumnElement[bool] = waiting
    if year is not None:
        wanted = waiting | _a.requested_on.between(date(year, 1, 1), date(year, 12, 31))
    query = _query().where(inside(_a.community, community), wanted)
    order = func.coalesce(_a.requested_on, _a.proposed_on)
    return [_read(row._mapping) for row in await db.execute(query.order_by(order, _a.assistance_id).limit(ROWS_MAX))]


async def waiting_count(db: AsyncConnection) -> int:
    """How many a person must decide: proposed or asked for, and neither approved nor closed."""
    query = select(func.count()).select_from(table).where(_a.closed_on.is_(None), _a.approved_on.is_(None))
    return int((await db.execute(query)).scalar_one())


def _read(row: Mapping[Any, Any]) -> dict[str, Any]:
    found = dict(row)
    found["payments"] = [{**one, "on": date.fromisoformat(one["on"])} for one in found["payments"] or []]
    found["paid_fen"] = sum(one["amount_fen"] for one in found["payments"])
    found["outstanding_fen"] = (found["approved_fen"] or 0) - found["paid_fen"]
    found["paid_on"] = max((one["on"] for one in found["payments"]), default=None)
    return found
