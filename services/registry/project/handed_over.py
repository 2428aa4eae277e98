"""Which members were taken over from which unit, kept twice like the batches: for their community, and for the unit.

The unit's copy is the door through which its liaison sees members, and the only one: `people` begins at it, and
row-level security shows a unit no rows of it but its own (ADR 33).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import LateralFromClause

from events.facts.base import Fact
from events.facts.member_handover import TakenOver, TakeOverWithdrawn
from events.facts.merging import Merged, MergeSide, Unmerged
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import begins
from services.registry.project import branch, member


def _table(name: str) -> Table:
    return Table(
        name,
        MetaData(),
        Column("member_id", Text, primary_key=True),
        community_column(),
        Column("place", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("employer", Text, nullable=False),
        Column("employer_name", Text, nullable=False),
        Column("batch_id", Text, nullable=False),
        Column("row", Integer, nullable=False),
        Column("since", Date, nullable=False),
        Column("funds_fen", BigInteger, nullable=False),
        Index(f"{name}_by_person", "person_id"),
    )


table = _table("taken_over")
unit_table = _table("handed_over")

view = View("taken_over", version=1, table=table, doc="Which unit each member was taken over from, for the community.")
unit_view = View("handed_over", version=1, table=unit_table, doc="Whom each unit handed over, for its liaison.")


def _taken(fact: TakenOver, about: About) -> Row:
    return {
        "place": about.community,
        "person_id": about.entity,
        "employer": fact.employer,
        "employer_name": fact.employer_name,
        "batch_id": fact.batch_id,
        "row": fact.row,
        "since": about.effective,
        "funds_fen": fact.funds_fen,
    }


@view.on(TakenOver)
def _(_row: Row | None, fact: TakenOver, about: About) -> Row:
    return _taken(fact, about)


@unit_view.on(TakenOver)
def _(_row: Row | None, fact: TakenOver, about: About) -> Row:
    return _taken(fact, about) | {"community": fact.employer}


def _on_both(fact: type[Fact], **keys: Any) -> Callable[[Any], Any]:
    def register(fold: Any) -> Any:
        for each in (view, unit_view):
            each.on(fact, **keys)(fold)
        return fold

    return register


@_on_both(TakeOverWithdrawn)
def _(row: Row | None, fact: TakeOverWithdrawn, _about: About) -> Row | None:
    same = row is not None and (row["batch_id"], row["row"]) == (fact.batch_id, fact.row)
    return None if same else row


# Two records of one person: the unit goes on seeing the person, by the record that stands for them (ADR 30). What is
# said on the kept side names both, and the community the kept one belongs to.


def _of_absorbed(fact: Merged | Unmerged, _about: About) -> Sequence[tuple[str]]:
    return [(fact.other_id,)] if fact.side is MergeSide.KEPT else []


@_on_both(Merged, keys=_of_absorbed)
def _(row: Row | None, _fact: Merged, about: About) -> Row | None:
    return row and row | {"person_id": about.entity, "place": about.community}


@_on_both(Unmerged, keys=lambda fact, about: [(about.entity,)] if fact.side is MergeSide.ABSORBED else [])
def _(row: Row | None, _fact: Unmerged, about: About) -> Row | None:
    return row and row | {"person_id": about.entity, "place": about.community}


# ── what the pages ask ───────────────────────────────────────────────────────────────────────────────────────────


def newest_of(member_id: ColumnElement[str]) -> LateralFromClause:
    """The unit a member was taken over from, on this record or on one that was merged into it; to be joined."""
    own = table.c
    return (
        select(
            own.employer_name,
            own.batch_id.label("handover_batch_id"),
            own.since.label("handed_over_since"),
            own.funds_fen.label("handover_funds_fen"),
        )
        .where(own.person_id == member_id)
        .order_by(own.since.desc(), own.member_id)
        .limit(1)
        .lateral("unit_of_member")
    )


async def places(db: AsyncConnection) -> list[str]:
    """The communities where the unit's people are; asked in the unit's own scope."""
    return sorted(row[0] for row in await db.execute(select(unit_table.c.place).distinct()))


_people = member.table.c
_SHOWN: Final = (
    _people.name,
    _people.pinyin,
    _people.state,
    _people.away_since,
    _people.last_seen,
    branch.table.c.name.label("branch"),
)
"""What a unit learns of its people, and all that it learns: no number, no phone, no address, nothing of their health,
not even where somebody is who is away."""


async def people(
    db: AsyncConnection, *, q: str = "", state: str = "", size: int = PAGE_DEFAULT, token: str = ""
) -> Page:
    """The unit's handed-over people by pinyin: who they are, where they stand, when they were last seen.

    Asked in the scope of the unit and of the communities its people are in (`places`); begins at the unit's own rows,
    and takes nothing of a member but `_SHOWN`. Raises `BadToken`.
    """
    query = (
        select(unit_table.c.member_id, unit_table.c.place.label("community"), unit_table.c.since, *_SHOWN)
        .select_from(_joined())
        .order_by(_people.pinyin, unit_table.c.member_id)
        .limit(size + 1)
    )
    if q.strip():
        word = "".join(q.split()).lower()
        found = begins(_people.name, word) | begins(_people.pinyin, word) | begins(_people.initials, word)
        query = query.where(found)
    if state:
        query = query.where(_people.state == state)
    if after := read_token(token, str, str):
        query = query.where(tuple_(_people.pinyin, unit_table.c.member_id) > after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "pinyin", "member_id")


async def counts(db: AsyncConnection) -> Mapping[str, int]:
    """How many of the unit's people stand where; asked as `people` is."""
    query = select(_people.state, func.count()).select_from(_joined()).group_by(_people.state)
    found = dict.fromkeys(member.STATES, 0)
    found.update(dict((await db.execute(query)).all()))
    return found


def _joined() -> Any:
    return unit_table.join(member.table, _people.member_id == unit_table.c.person_id).outerjoin(
        branch.table, branch.table.c.branch_id == _people.branch_id
    )
