"""The members as notify reaches them, learnt from what the registry published: name, phone, address, branch, alive.

Only the registry's `member` stream is folded here, so the rows are the same in whatever order other facts arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Date, Index, MetaData, Table, Text, cast, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import (
    Assigned,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    Returned,
)
from events.facts.member_away import AwayDayCorrected, AwayDetailsChanged
from events.facts.merging import Merged, MergeSide, Unmerged
from events.facts.people import Address, ContactCard
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import path_text

ON_ROLL, DEAD, WITHDRAWN, MERGED = "on_roll", "dead", "withdrawn", "merged"
"""Where a member stands; `merged`: another record of the same person is told instead."""

table = Table(
    "recipient",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("state", Text, nullable=False),
    Column("name", Text),
    Column("phone", Text),
    Column("address", Text),
    Column("home", Text),
    Column("family", JSONB),
    Column("contact_since", Date),
    Column("branch_id", Text),
    Column("away_since", Date),
    # The day as it was first told, whatever it was corrected to: by it the fact of leaving knows its own stay.
    Column("left_on", Date),
    Column("away_to", Text),
    Column("away_phone", Text),
    Column("away_address", Text),
    Column("died_on", Date),
    Column("merged_into", Text),
    Column("state_before", Text),
    Index("recipient_by_merged", "merged_into"),
    Index("recipient_by_branch", "branch_id"),
    Index("recipient_by_home", "home"),
)

view = View("recipient", version=3, table=table, doc="Where each member is reached, and whether they still live.")


@view.on(Enrolled)
def _(_row: Row | None, fact: Enrolled, _about: About) -> Row:
    return {
        "state": ON_ROLL,
        "name": None if is_hidden(fact.person) else fact.person.name,
        "branch_id": fact.branch_id,
        **({} if is_hidden(fact.contact) else _reached(fact.contact)),
    }


@view.on(EnrolmentWithdrawn)
def _(row: Row | None, _fact: EnrolmentWithdrawn, _about: About) -> Row:
    """Nothing is kept of a person who was never ours; the name stays for what was to be told meanwhile."""
    return {"state": WITHDRAWN, "name": (row or {}).get("name")}


@view.on(DetailsCorrected)
def _(row: Row | None, fact: DetailsCorrected, _about: About) -> Row:
    row = _known(row)
    if fact.field is CorrectableField.NAME and fact.identity and not is_hidden(fact.identity):
        return row | {"name": fact.identity}
    if is_hidden(fact.contact):
        return row
    reached = _reached(fact.contact_after(_card(row)))
    return row | reached | ({"home": row["home"]} if reached["address"] == row["address"] else {})


@view.on(ContactChanged)
def _(row: Row | None, fact: ContactChanged, about: About) -> Row:
    """What is reported late about an earlier time does not push aside what is known of a later one."""
    row = _known(row)
    if is_hidden(fact.contact) or (row["contact_since"] or date.min) > about.effective:
        return row
    return row | _reached(fact.contact) | {"contact_since": about.effective}


@view.on(MovedAway)
def _(row: Row | None, fact: MovedAway, about: About) -> Row:
    return _known(row) | {
        "away_since": about.effective,
        "left_on": about.effective,
        "away_to": fact.destination,
        "away_phone": None if is_hidden(fact.phone) else fact.phone,
        "away_address": None if is_hidden(fact.address) else fact.address,
    }


@view.on(AwayDayCorrected)
def _(row: Row | None, _fact: AwayDayCorrected, about: About) -> Row:
    return _known(row) | {"away_since": about.effective}


@view.on(AwayDetailsChanged)
def _(row: Row | None, fact: AwayDetailsChanged, _about: About) -> Row:
    row = _known(row)
    if row["away_since"] is None:
        return row
    return row | {
        "away_to": fact.destination,
        "away_phone": None if is_hidden(fact.phone) else fact.phone,
        "away_address": None if is_hidden(fact.address) else fact.address,
    }


@view.on(Returned)
def _(row: Row | None, _fact: Returned, _about: About) -> Row:
    return _known(row) | dict.fromkeys(("away_since", "left_on", "away_to", "away_phone", "away_address"))


@view.on(Assigned)
def _(row: Row | None, fact: Assigned, _about: About) -> Row:
    return _known(row) | {"branch_id": fact.branch_id}


@view.on(Died)
def _(row: Row | None, _fact: Died, about: About) -> Row:
    return _known(row) | {"state": DEAD, "died_on": about.effective}


@view.on(Merged)
def _(row: Row | None, fact: Merged, _about: About) -> Row:
    """Nothing is moved: whom a notice reaches is asked when it is told (ADR 30)."""
    row = _known(row)
    if fact.side is MergeSide.KEPT:
        return row
    return row | {"state": MERGED, "state_before": row["state"], "merged_into": fact.other_id}


@view.on(Unmerged)
def _(row: Row | None, fact: Unmerged, _about: About) -> Row:
    row = _known(row)
    if fact.side is MergeSide.KEPT:
        return row
    return row | {"state": row["state_before"], "state_before": None, "merged_into": None}


_COLUMNS: Final = tuple(str(column.name) for column in table.columns)


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a member who was never enrolled")
    return dict.fromkeys(_COLUMNS) | row


def _reached(contact: ContactCard) -> Row:
    return {
        "phone": contact.phone,
        "address": contact.address.text if contact.address else None,
        "home": contact.address.home if contact.address else None,
        "family": [relative.model_dump(mode="json") for relative in contact.family],
    }


def _card(row: Row) -> ContactCard:
    """The contact card that a row was made from, as far as notify keeps it."""
    return ContactCard.model_validate(
        {
            "phone": row["phone"],
            "address": Address(text=row["address"]) if row["address"] else None,
            "family": row["family"] or (),
        }
    )


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────


def reached_by(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The phone and the address where a member is reached now. Away from home, a letter to the home reaches nobody;
    the mobile is carried along unless another number was given.
    """
    if row["away_since"] is None:
        return row["phone"], row["address"]
    return row["away_phone"] or row["phone"], row["away_address"]


def records_of(member_id: str) -> Any:
    """For `column.in_(…)`: the record of this id and all that are merged into it."""
    return select(cast(literal(member_id), Text)).union_all(
        select(table.c.member_id).where(table.c.merged_into == member_id)
    )


async def member(db: AsyncConnection, member_id: str) -> dict[str, Any] | None:
    """One member, or None if the scope has nobody of that id."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community)).where(table.c.member_id == member_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)
