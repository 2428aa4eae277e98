"""Contact cards: every one that was ever issued, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Select, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_away import ContactCardInspected, ContactCardIssued, ContactCardRevoked
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import path_text
from services.registry.project import branch, member
from services.registry.project.alias import records_of

ISSUED, REPLACED, REVOKED, HANDED_IN, LOST = "issued", "replaced", "revoked", "handed_in", "lost"

table = Table(
    "contact_card",
    MetaData(),
    Column("card_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("destination", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_on", Date),
    Column("why", Text),
    Column("inspected_by", Text),
    Column("written_there", Text),
    Column("seq", BigInteger, nullable=False),
    Index("contact_card_of_member", "member_id", "valid_from"),
)

view = View("contact_card", version=1, table=table, doc="Every contact card, from when to when it holds, and its end.")


def _issued_keys(fact: Any, _about: About) -> Sequence[tuple[str, ...]]:
    return [(fact.card_id,), (fact.replaces,)] if fact.replaces else [(fact.card_id,)]


@view.on(ContactCardIssued, keys=_issued_keys)
def _(row: Row | None, fact: ContactCardIssued, about: About, key: tuple[str]) -> Row:
    if key == (fact.replaces,):
        return _known(row) | {"state": REPLACED, "ended_on": about.effective, "seq": about.seq}
    return {
        "member_id": about.entity,
        "number": fact.number,
        "valid_from": about.effective,
        "valid_until": fact.valid_until,
        "destination": fact.destination,
        "clause": fact.clause,
        "state": ISSUED,
        "seq": about.seq,
    }


@view.on(ContactCardRevoked, keys=lambda fact, about: [(fact.card_id,)])
def _(row: Row | None, fact: ContactCardRevoked, about: About) -> Row:
    why = None if is_hidden(fact.why) else fact.why
    return _known(row) | {"state": REVOKED, "ended_on": about.effective, "why": why, "seq": about.seq}


@view.on(ContactCardInspected, keys=lambda fact, about: [(fact.card_id,)])
def _(row: Row | None, fact: ContactCardInspected, about: About) -> Row:
    return _known(row) | {
        "state": HANDED_IN if fact.handed_in else LOST,
        "ended_on": about.effective,
        "inspected_by": fact.inspected_by,
        "written_there": None if is_hidden(fact.written_there) else fact.written_there,
        "seq": about.seq,
    }


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a card that was never issued")
    return row


def _query() -> Select[Any]:
    own = [column for column in table.columns if column.name != "community"]
    people, branches = member.table.c, branch.table.c
    return select(
        *own,
        path_text(table.c.community),
        people.name,
        people.state.label("member_state"),
        branches.name.label("branch"),
        branches.contact_name,
        branches.contact_phone,
    ).select_from(
        table.outerjoin(member.table, people.member_id == table.c.member_id).outerjoin(
            branch.table, branches.branch_id == people.branch_id
        )
    )


async def card(db: AsyncConnection, card_id: str) -> Mapping[str, Any] | None:
    """One card, with whose it is and whom their branch has for calls."""
    row = (await db.execute(_query().where(table.c.card_id == card_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def of_member(db: AsyncConnection, member_id: str) -> list[Mapping[str, Any]]:
    """Every card of a person, of absorbed records too, the newest first."""
    query = _query().where(table.c.member_id.in_(records_of(member_id)))
    rows = await db.execute(query.order_by(table.c.valid_from.desc(), table.c.seq.desc()))
    return [dict(row._mapping) for row in rows]
