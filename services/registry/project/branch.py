"""The branches: their names and kinds, what they belong to, their groups, and whom their members call."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Float,
    Index,
    MetaData,
    Table,
    Text,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact, is_hidden
from events.facts.branch import (
    Absorbed,
    BranchContact,
    BranchKind,
    CommitteeElected,
    ContactSet,
    Formed,
    GroupDissolved,
    GroupFormed,
    GroupRenamed,
    KindChanged,
    Merged,
    PartnerPaired,
    PartnerPairingEnded,
    PlacedUnder,
    Renamed,
    Split,
)
from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from events.facts.people import CardField
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member
from services.registry.project.completeness import lost

table = Table(
    "branch",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
    Column("contact_name", Text),
    Column("contact_phone", Text),
    Column("formed_on", Date),
    Column("kind", Text, nullable=False),
    Column("general_id", Text),
    Column("groups", JSONB, nullable=False),
    Column("closed_on", Date),
    Column("merged_into", Text),
    Column("seq", BigInteger, nullable=False),
    Index("branch_by_name", "name"),
)

_DIGITS: Final = "〇一二三四五六七八九"
_NUMERALS: Final = re.compile("[一二三四五六七八九十]+|[0-9]+")

view = View("branch", version=3, table=table, doc="Every branch, what it belongs to, and whom its members call.")


@view.on(Formed)
def _(_row: Row | None, fact: Formed, about: About) -> Row:
    own = {"name": fact.name, "formed_on": about.effective, "kind": fact.kind.value, "groups": {}, "seq": about.seq}
    return own | _contact(fact.contact)


@view.on(ContactSet)
def _(row: Row | None, fact: ContactSet, about: About) -> Row:
    return _known(row) | _contact(fact.contact) | {"seq": about.seq}


@view.on(Renamed)
def _(row: Row | None, fact: Renamed, about: About) -> Row:
    return _known(row) | {"name": fact.name, "seq": about.seq}


@view.on(KindChanged)
def _(row: Row | None, fact: KindChanged, about: About) -> Row:
    return _known(row) | {"kind": fact.kind.value, "seq": about.seq}


@view.on(PlacedUnder)
def _(row: Row | None, fact: PlacedUnder, about: About) -> Row:
    return _known(row) | {"general_id": fact.general_id, "seq": about.seq}


@view.on(Merged)
def _(row: Row | None, fact: Merged, about: About) -> Row:
    return _known(row) | {"closed_on": about.effective, "merged_into": fact.into, "groups": {}, "seq": about.seq}


def _moved(row: Row | None, _fact: Fact, about: About) -> Row:
    """Who belongs to it, or leads it, stands elsewhere; the branch only moves on to the fact's version."""
    return _known(row) | {"seq": about.seq}


view.on(Split)(_moved)
view.on(Absorbed)(_moved)
view.on(CommitteeElected)(_moved)
view.on(PartnerPaired)(_moved)
view.on(PartnerPairingEnded)(_moved)
view.on(FundsAllocated)(_moved)
view.on(FundsAllocationTakenBack)(_moved)
view.on(FundsSpent)(_moved)
view.on(FundsSpendingAsked)(_moved)
view.on(FundsSpendingDropped)(_moved)
view.on(FundsSpendingTakenBack)(_moved)


def _grouped(row: Row | None, fact: GroupFormed | GroupRenamed, about: About) -> Row:
    row = _known(row)
    return row | {"groups": {**row["groups"], fact.group_id: fact.name}, "seq": about.seq}


view.on(GroupFormed)(_grouped)
view.on(GroupRenamed)(_grouped)


@view.on(GroupDissolved)
def _(row: Row | None, fact: GroupDissolved, about: About) -> Row:
    row = _known(row)
    left = {group_id: name for group_id, name in row["groups"].items() if group_id != fact.group_id}
    return row | {"groups": left, "seq": about.seq}


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a branch that was never formed")
    return row


def _contact(contact: BranchContact) -> Row:
    if is_hidden(contact):
        return {"contact_name": None, "contact_phone": None}
    return {"contact_name": contact.name, "contact_phone": contact.phone}


async def communities(db: AsyncConnection) -> list[str]:
    """The communities of the scope that have a branch."""
    query = select(path_text(table.c.community)).distinct()
    return sorted([path for (path,) in await db.execute(query)])


async def branches(
    db: AsyncConnection, community: str = "", weights: Mapping[CardField, int] | None = None, *, every: bool = False
) -> list[Mapping[str, Any]]:
    """The branches of a community (of the whole scope) with how many members are on their roll, by name: those that
    members may belong to, or `every` one, general branches and closed ones among them.

    `lost`: how much of these weights their cards miss on average; None for a branch without members.
    """
    open_to_members = (table.c.closed_on.is_(None)) & (table.c.kind != BranchKind.GENERAL.value)
    members = member.table.c
    on_roll = (
        select(
            members.branch_id,
            func.count().label("members"),
            cast(func.avg(lost(members.missing, weights or {})), Float).label("lost"),
        )
        .where(members.state.in_(member.ON_ROLL), member.lives_in(community))
        .group_by(members.branch_id)
        .subquery()
    )
    query = (
        select(
            table.c.branch_id,
            table.c.name,
            table.c.contact_name,
            table.c.contact_phone,
            table.c.kind,
            table.c.general_id,
            table.c.groups,
            table.c.closed_on,
            table.c.merged_into,
            path_text(table.c.community),
            func.coalesce(on_roll.c.members, 0).label("members"),
            on_roll.c.lost,
        )
        .join_from(table, on_roll, on_roll.c.branch_id == table.c.branch_id, isouter=True)
        .where(inside(table.c.community, community), true() if every else open_to_members)
        .order_by(table.c.community, table.c.name, table.c.branch_id)
    )
    rows = [row._asdict() for row in await db.execute(query)]
    return sorted(rows, key=lambda row: (row["community"], in_order(row["name"])))


async def to_choose(db: AsyncConnection, community: str = "") -> list[dict[str, Any]]:
    """The branches that stand, general ones among them; those count the members of the branches they hold."""
    rows = [dict(row) for row in await branches(db, community, every=True) if row["closed_on"] is None]
    held: Counter[str] = Counter()
    for row in rows:
        held[row["general_id"] or ""] += row["members"]
    return [row | {"members": row["members"] + held[row["branch_id"]]} for row in rows]


def held_by(general_id: str) -> ColumnElement[Any]:
    """The ids of the branches that a general branch holds, as an array that is worked out once a query."""
    below = select(table.c.branch_id).where(table.c.general_id == general_id)
    return func.array(below.scalar_subquery(), type_=ARRAY(Text))


def in_order(name: str) -> str:
    """A name as it sorts: 第二 stands before 第三, 第十 behind 第九."""
    return _NUMERALS.sub(lambda found: f"{_counted(found[0]):03}", name)


def _counted(numeral: str) -> int:
    """What a numeral up to 九十九, or written in digits, counts."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return _DIGITS.find(numeral[-1])
    return 10 * _DIGITS.find(tens[-1:] or "一") + _DIGITS.find(ones[-1:] or "〇")


async def branch(db: AsyncConnection, branch_id: str) -> Mapping[str, Any] | None:
    """One branch."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community)).where(table.c.branch_id == branch_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def names(db: AsyncConnection, branch_ids: Sequence[str]) -> dict[str, str]:
    """What these branches are called."""
    if not branch_ids:
        return {}
    query = select(table.c.branch_id, table.c.name).where(table.c.branch_id.in_(list(branch_ids)))
    return dict((await db.execute(query)).all())


async def group_names(db: AsyncConnection, branch_ids: Sequence[str]) -> dict[str, str]:
    """What the groups of these branches are called; those that were dissolved are left out."""
    query = select(table.c.groups).where(table.c.branch_id.in_(list(branch_ids)))
    return {group_id: name for (groups,) in await db.execute(query) for group_id, name in groups.items()}
