"""The branches: what they are called, and whom notify rings up when a branch is to be told."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table, Text

from events.facts.base import is_hidden
from events.facts.branch import BranchContact, ContactSet, Formed, Renamed
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "branch",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
    Column("contact_name", Text),
    Column("contact_phone", Text),
)

view = View("branch", version=2, table=table, doc="Every branch, and how it is reached.")


@view.on(Formed)
def _(_row: Row | None, fact: Formed, _about: About) -> Row:
    return {"name": fact.name, **_contact(fact.contact)}


@view.on(ContactSet)
def _(row: Row | None, fact: ContactSet, _about: About) -> Row:
    if row is None:
        raise LookupError("a branch that was never formed is reached another way")
    return row | _contact(fact.contact)


@view.on(Renamed)
def _(row: Row | None, fact: Renamed, _about: About) -> Row:
    if row is None:
        raise LookupError("a branch that was never formed is renamed")
    return row | {"name": fact.name}


def _contact(contact: BranchContact) -> Row:
    if is_hidden(contact):
        return {"contact_name": None, "contact_phone": None}
    return {"contact_name": contact.name, "contact_phone": contact.phone}
