"""The mobility ledger: who lives elsewhere, since when and how they are kept in touch; and who came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, MetaData, Select, Table, Text, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import AwayKind, Died, EnrolmentWithdrawn, MovedAway, Returned
from events.facts.member_away import (
    AwayDayCorrected,
    AwayDetailsChanged,
    ContactCardIssued,
    ContactReestablished,
    LostContactFlagged,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
    ReportedFromAfar,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, elsewhere, member
from services.registry.project.whole_person import add_absorbed

OPEN, CLOSED = "open", "closed"

table = Table(
    "mobility_ledger",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("expected_return", Date),
    Column("there_since", Date, nullable=False),
    Column("destination", Text, nullable=False),
    Column("address", Text),
    Column("phone", Text),
    Column("fixed_place", Boolean, nullable=False),
    Column("reason", Text),
    Column("card_until", Date),
    Column("card_no", Text),
    Column("letter_no", Text),
    Column("letter_to", Text),
    Column("letter_sent_on", Date),
    Column("letter_until", Date),
    Column("received_on", Date),
    Column("received_told_by", Text),
    Column("transfer_since", Date),
    Column("kind_before", Text),
    Column("clause_before", Text),
    Column("reported_on", Date),
    Column("report_said", Text),
    Column("lost_since", Date),
    Column("lost_why", Text),
    Column("carried_over", Boolean, nullable=False),
    Column("ended_on", Date),
    Column("ended_by", Text),
    Column("report", Text),
    Column("earlier", JSONB, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("ledger_by_state", "state", "since", "member_id"),
)

view = View(
    "mobility_ledger",
    version=3,
    table=table,
    doc="Who lives elsewhere, how they are kept in touch, and by which clause; the latest stay of each member.",
)


@view.on(MovedAway)
def _(row: Row | None, fact: MovedAway, about: About) -> Row:
    return {
        "state": OPEN,
        "kind": fact.kind.value,
        "clause": fact.clause,
        "since": about.effective,
        "card_until": fact.card_until,
        "carried_over": fact.carried_over,
        "earlier": _earlier(row),
        "reason": None if is_hidden(fact.reason) else fact.reason,
        **_place_of(fact, about),
    }


@view.on(AwayDetailsChanged)
def _(row: Row | None, fact: AwayDetailsChanged, about: About) -> Row | None:
    """The same stay, at another place; why they left is what it was, why this changed stands in the history."""
    return row if row is None or row["state"] == CLOSED else row | _place_of(fact, about)


def _place_of(fact: MovedAway | AwayDetailsChanged, about: About) -> Row:
    return {
        "there_since": about.effective,
        "expected_return": fact.expected_return,
        "destination": fact.destination,
        "address": None if is_hidden(fact.address) else fact.address,
        "phone": None if is_hidden(fact.phone) else fact.phone,
        "fixed_place": fact.fixed_place,
        "seq": about.seq,
    }


@view.on(ContactCardIssued)
def _(row: Row | None, fact: ContactCardIssued, about: About) -> Row | None:
    """What was planned gives way to the card that was really given."""
    if row is None or row["state"] == CLOSED:
        return row
    return row | {"card_until": fact.valid_until, "card_no": fact.number, "seq": about.seq}


@view.on(RelationTransferSent)
def _(row: Row | None, fact: RelationTransferSent, about: About) -> Row:
    return _still(row, about) | {
        "kind": AwayKind.TEMPORARY_TRANSFER.value,
        "clause": fact.kind_clause,
        "letter_no": fact.letter_no,
        "letter_to": fact.to_organisation,
        "letter_sent_on": about.effective,
        "letter_until": fact.valid_until,
        "received_on": None,
        "received_told_by": None,
        "transfer_since": (row or {}).get("transfer_since") or about.effective,
        "kind_before": fact.kind_before.value,
        "clause_before": fact.clause_before,
    }


@view.on(RelationTransferReceived)
def _(row: Row | None, fact: RelationTransferReceived, about: About) -> Row:
    told_by = None if is_hidden(fact.told_by) else fact.told_by
    return _still(row, about) | {"received_on": about.effective, "received_told_by": told_by}


@view.on(RelationTransferWithdrawn)
def _(row: Row | None, fact: RelationTransferWithdrawn, about: About) -> Row:
    letter = dict.fromkeys(("letter_no", "letter_to", "letter_sent_on", "letter_until", "transfer_since"))
    return _still(row, about) | letter | {"kind": fact.kind.value, "clause": fact.clause}


@view.on(AwayDayCorrected)
def _(row: Row | None, fact: AwayDayCorrected, about: About) -> Row:
    anew = {"kind": fact.kind.value, "clause": fact.clause, "card_until": fact.card_until}
    return _still(row, about) | anew | {"since": about.effective}


@view.on(ReportedFromAfar)
def _(row: Row | None, fact: ReportedFromAfar, about: About) -> Row:
    row = _still(row, about)
    if about.effective < (row.get("reported_on") or about.effective):
        return row
    return row | {"reported_on": about.effective, "report_said": None if is_hidden(fact.said) else fact.said}


@view.on(LostContactFlagged)
def _(row: Row | None, fact: LostContactFlagged, about: About) -> Row:
    return _still(row, about) | {"lost_since": about.effective, "lost_why": None if is_hidden(fact.why) else fact.why}


@view.on(ContactReestablished)
def _(row: Row | None, _fact: ContactReestablished, about: About) -> Row:
    return _still(row, about) | {"lost_since": None, "lost_why": None}


@view.on(Returned)
def _(row: Row | None, fact: Returned, about: About) -> Row | None:
    report = None if is_hidden(fact.report) else fact.report
    return _closed(row, about, "returned", report)


@view.on(Died)
def _(row: Row | None, _fact: Died, about: About) -> Row | None:
    return row if row is None or row["state"] == CLOSED else _closed(row, about, "died")


@view.on(EnrolmentWithdrawn)
def _(_row: Row | None, _fact: EnrolmentWithdrawn, _about: About) -> None:
    return None


def _still(row: Row | None, about: About) -> Row:
    if row is None:
        raise LookupError("something happened to an absence that never began")
    return row | {"seq": about.seq}


def _closed(row: Row | None, about: About, how: str, report: str | None = None) -> Row | None:
    if row is None:
        return None
    return row | {
        "state": CLOSED, "ended_on": about.effective, "ended_by": how, "report": report, "seq": about.seq
    }  # fmt: skip


def _earlier(row: Row | None) -> list[dict[str, Any]]:
    """The stays before this one, oldest first, with what a person asks about them."""
    if row is None:
        return []
    return [
        *row["earlier"],
        {
            "kind": row["kind"],
            "clause": row["clause"],
            "since": row["since"].isoformat(),
            "ended_on": row["ended_on"].isoformat() if row["ended_on"] else None,
            "destination": row["destination"],
        },
    ]


def _query() -> Select[Any]:
    members, met = member.table.c, elsewhere.cared.c
    columns = [column for column in table.columns if column.name != "community"]
    return select(
        *columns,
        path_text(table.c.community),
        members.name,
        members.birth,
        members.state.label("member_state"),
        members.last_seen,
        members.seq.label("version"),
        branch.table.c.name.label("branch"),
        func.greatest(members.last_seen, met.met_on).label("last_contact"),
    ).select_from(
        table.join(member.table, members.member_id == table.c.member_id)
        .outerjoin(branch.table, branch.table.c.branch_id == members.branch_id)
        .outerjoin(elsewhere.cared, met.member_id == table.c.member_id)
    )


async def stays(
    db: AsyncConnection,
    state: str = OPEN,
    *,
    community: str = "",
    kind: str = "",
    left_before: date | None = None,
    card_until: date | None = None,
    size: int = PAGE_DEFAULT,
    token: str = "",
) -> Page:
    """Stays that are `open`, `closed` or `all`, those away longest first. Raises `BadToken`.

    `left_before` asks for those who left on or before a day; `card_until` for cards that end on or before one.
    """
    query = _query().where(inside(table.c.community, community), member.table.c.state != member.MERGED)
    query = query.order_by(table.c.since, table.c.member_id)
    if state != "all":
        query = query.where(table.c.state == state)
    if kind:
        query = query.where(table.c.kind == kind)
    if left_before is not None:
        query = query.where(table.c.since <= left_before)
    if card_until is not None:
        query = query.where(table.c.card_until <= card_until)
    if after := read_token(token, date, str):
        query = query.where(tuple_(table.c.since, table.c.member_id) > after)
    page = paged([dict(row._mapping) for row in await db.execute(query.limit(size + 1))], size, "since", "member_id")
    await add_absorbed(db, page.items)
    return page


async def stay(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """The member's latest stay elsewhere."""
    row = (await db.execute(_query().where(table.c.member_id == member_id))).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    await add_absorbed(db, [found])
    return found


async def figures(
    db: AsyncConnection, today: date, soon: date, silent_since: date, community: str = ""
) -> Mapping[str, int]:
    """Of those away: how many in all and by kind, whose card ends by `soon`, who was not met since `silent_since`."""
    met = elsewhere.cared.c
    last = func.coalesce(func.greatest(member.table.c.last_seen, met.met_on), table.c.since)
    query = (
        select(
            func.count().label("away"),
            func.count().filter(table.c.kind == "card").label("card"),
            func.count().filter(table.c.kind == "temporary_transfer").label("transfer"),
            func.count().filter(table.c.kind == "intermittent").label("intermittent"),
            func.count().filter((table.c.card_until <= soon) & (table.c.card_until >= today)).label("card_soon"),
            func.count().filter(table.c.card_until < today).label("card_late"),
            func.count().filter(last < silent_since).label("silent"),
        )
        .select_from(
            table.join(member.table, member.table.c.member_id == table.c.member_id).outerjoin(
                elsewhere.cared, met.member_id == table.c.member_id
            )
        )
        .where(table.c.state == OPEN, member.table.c.state != member.MERGED, inside(table.c.community, community))
    )
    return dict((await db.execute(query)).one()._mapping)
