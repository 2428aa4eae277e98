"""Household centres, who belongs to which, and which host somebody does not wish to go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Select, Table, Text, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.centre import CentreClosed, CentreDesignated
from events.facts.member_centre import CentreJoined, CentreLeft, HostDeclined, HostDeclineWithdrawn
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member
from services.registry.project.meeting import came

table = Table(
    "centre",
    MetaData(),
    Column("centre_id", Text, primary_key=True),
    community_column(),
    Column("host_id", Text, nullable=False),
    Column("agreed_on", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("closed_on", Date),
    Column("why_closed", Text),
    Column("seq", BigInteger, nullable=False),
)

belonging = Table(
    "centre_member",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("centre_id", Text),
    Column("came_from", Text),
    Column("proposal_id", Text),
    Column("since", Date, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("centre_member_by_centre", "centre_id", "member_id"),
    Index("centre_member_by_proposal", "proposal_id"),
)

declined = Table(
    "host_declined",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("host_id", Text, primary_key=True),
    community_column(),
    Column("since", Date, nullable=False),
    Column("why", Text),
)

view = View("centre", version=1, table=table, doc="Every household centre: whose house, since when, until when.")
membership = View("centre_member", version=1, table=belonging, doc="Which household centre each member belongs to.")
wishes = View("host_declined", version=1, table=declined, doc="Whose house a member does not wish to go to.")


@view.on(CentreDesignated)
def _(_row: Row | None, fact: CentreDesignated, about: About) -> Row:
    return {"host_id": fact.host_id, "agreed_on": fact.agreed_on, "since": about.effective, "seq": about.seq}


@view.on(CentreClosed)
def _(row: Row | None, _fact: CentreClosed, about: About) -> Row:
    if row is None:
        raise LookupError("a centre closed that was never designated")
    return row | {"closed_on": about.effective, "why_closed": about.reason or None, "seq": about.seq}


@membership.on(CentreJoined)
def _(_row: Row | None, fact: CentreJoined, about: About) -> Row:
    found = {"centre_id": fact.centre_id, "came_from": fact.came_from, "proposal_id": fact.proposal_id}
    return found | {"since": about.effective, "seq": about.seq}


@membership.on(CentreLeft)
def _(_row: Row | None, fact: CentreLeft, about: About) -> Row:
    found = {"centre_id": None, "came_from": fact.centre_id, "proposal_id": fact.proposal_id}
    return found | {"since": about.effective, "seq": about.seq}


@wishes.on(HostDeclined, keys=lambda fact, about: [(about.entity, fact.host_id)])
def _(_row: Row | None, fact: HostDeclined, about: About) -> Row:
    return {"since": about.effective, "why": None if is_hidden(fact.why) else fact.why}


@wishes.on(HostDeclineWithdrawn, keys=lambda fact, about: [(about.entity, fact.host_id)])
def _(_row: Row | None, _fact: HostDeclineWithdrawn, _about: About) -> None:
    """The reason goes with the wish."""


_MEMBERS = member.table.c
_PERSON = (
    _MEMBERS.member_id, _MEMBERS.name, _MEMBERS.birth, _MEMBERS.state, _MEMBERS.phone, _MEMBERS.address,
    _MEMBERS.building, _MEMBERS.grid, _MEMBERS.away_to, path_text(_MEMBERS.community),
)  # fmt: skip


def _standing() -> Select[Any]:
    here = and_(belonging.c.centre_id == table.c.centre_id, _people.c.state == member.ENROLLED)
    count = (
        select(func.count())
        .select_from(belonging.join(_people, _people.c.member_id == belonging.c.member_id))
        .where(here)
        .correlate(table)
        .scalar_subquery()
    )
    own = [column for column in table.columns if column.name != "community"]
    host = [_MEMBERS.name.label("host"), _MEMBERS.state.label("host_state"), _MEMBERS.address, _MEMBERS.building]
    return select(*own, path_text(table.c.community), *host, count.label("people")).select_from(
        table.outerjoin(member.table, _MEMBERS.member_id == table.c.host_id)
    )


_people = member.table.alias("belongs")


async def centres(db: AsyncConnection, community: str = "") -> list[Mapping[str, Any]]:
    """The centres that stand, with their hosts and how many people who are here belong to each, the host included."""
    query = _standing().where(table.c.closed_on.is_(None), inside(table.c.community, community))
    query = query.order_by(table.c.community, _MEMBERS.pinyin, table.c.centre_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def centre(db: AsyncConnection, centre_id: str) -> Mapping[str, Any] | None:
    """One centre, standing or closed."""
    row = (await db.execute(_standing().where(table.c.centre_id == centre_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def people(db: AsyncConnection, centre_id: str) -> list[Mapping[str, Any]]:
    """Who belongs to a centre, those away too, by pinyin."""
    query = (
        select(*_PERSON, belonging.c.since)
        .join_from(member.table, belonging, belonging.c.member_id == _MEMBERS.member_id)
        .where(belonging.c.centre_id == centre_id, _MEMBERS.state.in_(member.ON_ROLL))
        .order_by(_MEMBERS.pinyin, _MEMBERS.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def everybody(db: AsyncConnection, community: str) -> list[Mapping[str, Any]]:
    """Everybody of a community who is on the roll and here, with the standing centre they belong to (or None)."""
    query = (
        select(*_PERSON, table.c.centre_id, table.c.host_id)
        .select_from(
            member.table.outerjoin(belonging, belonging.c.member_id == _MEMBERS.member_id).outerjoin(
                table, and_(table.c.centre_id == belonging.c.centre_id, table.c.closed_on.is_(None))
            )
        )
        .where(_MEMBERS.state == member.ENROLLED, inside(_MEMBERS.community, community))
        .order_by(_MEMBERS.pinyin, _MEMBERS.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def of_member(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """The standing centre a member belongs to."""
    found = select(belonging.c.centre_id).where(belonging.c.member_id == member_id).scalar_subquery()
    row = (await db.execute(_standing().where(table.c.centre_id == found, table.c.closed_on.is_(None)))).one_or_none()
    return None if row is None else dict(row._mapping)


async def wishes_in(
    db: AsyncConnection, *, community: str = "", member_id: str = "", host_id: str = ""
) -> list[Mapping[str, Any]]:
    """Wishes against a host: (member, host, the host's name, since, why), of a member, a host or a community."""
    query = (
        select(declined.c.member_id, declined.c.host_id, declined.c.since, declined.c.why, _MEMBERS.name.label("host"))
        .join_from(declined, member.table, _MEMBERS.member_id == declined.c.host_id, isouter=True)
        .where(inside(declined.c.community, community))
        .order_by(declined.c.since, declined.c.member_id, declined.c.host_id)
    )
    if member_id:
        query = query.where(declined.c.member_id == member_id)
    if host_id:
        query = query.where(declined.c.host_id == host_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def met(db: AsyncConnection, community: str, since: date) -> list[tuple[str, str, int]]:
    """Who was at the same meetings: two members, and how many they were both at since a day."""
    other = came.alias("other")
    query = (
        select(came.c.member_id, other.c.member_id, func.count())
        .join_from(came, other, and_(other.c.meeting_id == came.c.meeting_id, came.c.member_id < other.c.member_id))
        .where(came.c.attended_on >= since, inside(came.c.community, community))
        .group_by(came.c.member_id, other.c.member_id)
        .order_by(came.c.member_id, other.c.member_id)
    )
    return [(row[0], row[1], row[2]) for row in await db.execute(query)]


async def brought_by(db: AsyncConnection, proposal_id: str) -> Sequence[Mapping[str, Any]]:
    """Who is where they are through an accepted proposal, and where they came from."""
    query = (
        select(belonging.c.member_id, belonging.c.centre_id, belonging.c.came_from, path_text(belonging.c.community))
        .where(belonging.c.proposal_id == proposal_id)
        .order_by(belonging.c.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]
