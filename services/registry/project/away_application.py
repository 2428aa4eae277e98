"""Applications to leave: what was asked for, what was decided, and whether the member has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Select, Table, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import MovedAway
from events.facts.member_application import (
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member
from services.registry.project.alias import records_of

APPLIED, APPROVED, REFUSED, WITHDRAWN, LEFT = "applied", "approved", "refused", "withdrawn", "left"
OPEN = (APPLIED, APPROVED)

table = Table(
    "away_application",
    MetaData(),
    Column("application_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("applied_on", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("expected_return", Date),
    Column("destination", Text, nullable=False),
    Column("address", Text),
    Column("phone", Text),
    Column("fixed_place", Boolean, nullable=False),
    Column("intermittent", Boolean, nullable=False),
    Column("reason", Text),
    Column("kind", Text),
    Column("clause", Text),
    Column("policy_kind", Text),
    Column("why", Text),
    Column("decided_on", Date),
    Column("decided_by", Text),
    Column("seq", BigInteger, nullable=False),
    Index("away_application_of_member", "member_id", "applied_on"),
    Index("away_application_by_state", "state", "since"),
)

view = View("away_application", version=1, table=table, doc="Who asked to leave, what was decided, who has left.")


def _keys(fact: Any, _about: About) -> Sequence[tuple[str]]:
    return [(fact.application_id,)]


@view.on(AwayApplied, keys=_keys)
def _(_row: Row | None, fact: AwayApplied, about: About) -> Row:
    plain = fact.model_dump(include={"since", "expected_return", "destination", "fixed_place", "intermittent"})
    words = {name: _read(getattr(fact, name)) for name in ("address", "phone", "reason")}
    told = {"member_id": about.entity, "state": APPLIED, "applied_on": about.effective, "seq": about.seq}
    return plain | words | told


@view.on(AwayApplicationApproved, keys=_keys)
def _(row: Row | None, fact: AwayApplicationApproved, about: About) -> Row:
    said = {
        "state": APPROVED,
        "kind": fact.kind.value,
        "clause": fact.clause,
        "policy_kind": fact.policy_kind.value if fact.policy_kind else None,
        "why": _read(fact.why_other),
    }
    return _decided(row, about) | said


@view.on(AwayApplicationRefused, keys=_keys)
def _(row: Row | None, fact: AwayApplicationRefused, about: About) -> Row:
    return _decided(row, about) | {"state": REFUSED, "why": _read(fact.why)}


@view.on(AwayApplicationWithdrawn, keys=_keys)
def _(row: Row | None, fact: AwayApplicationWithdrawn, about: About) -> Row:
    return _decided(row, about) | {"state": WITHDRAWN, "why": _read(fact.why)}


@view.on(MovedAway, keys=lambda fact, about: [(fact.application_id,)] if fact.application_id else [])
def _(row: Row | None, fact: MovedAway, about: About) -> Row:
    if row is None:
        raise LookupError("somebody left on an application that was never made")
    return row | {"state": LEFT, "kind": fact.kind.value, "clause": fact.clause, "seq": about.seq}


def _decided(row: Row | None, about: About) -> Row:
    if row is None:
        raise LookupError("something was decided of an application that was never made")
    return row | {"decided_on": about.effective, "decided_by": about.actor, "seq": about.seq}


def _read(value: Any) -> Any:
    return None if is_hidden(value) else value


def _query() -> Select[Any]:
    own = [column for column in table.columns if column.name != "community"]
    people, branches = member.table.c, branch.table.c
    return select(*own, path_text(table.c.community), people.name, branches.name.label("branch")).select_from(
        table.join(member.table, people.member_id == table.c.member_id).outerjoin(
            branch.table, branches.branch_id == people.branch_id
        )
    )


async def of_member(db: AsyncConnection, member_id: str) -> list[Mapping[str, Any]]:
    """Every application of a person, of absorbed records too, the newest first."""
    query = _query().where(table.c.member_id.in_(records_of(member_id)))
    rows = await db.execute(query.order_by(table.c.applied_on.desc(), table.c.seq.desc()))
    return [dict(row._mapping) for row in rows]


async def waiting(db: AsyncConnection, community: str = "", *, size: int = 50) -> tuple[list[Mapping[str, Any]], int]:
    """Applications to decide, and approved ones whose member has not left; the first to leave first. And how many."""
    here = (inside(table.c.community, community), table.c.state.in_(OPEN), member.table.c.state == member.ENROLLED)
    query = _query().add_columns(func.count().over().label("count")).where(*here)
    query = query.order_by(table.c.since, table.c.application_id).limit(size)
    rows = [dict(row._mapping) for row in await db.execute(query)]
    return list(rows), rows[0]["count"] if rows else 0
