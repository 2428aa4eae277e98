"""Units' batches and their lines, kept twice: for the community that takes people over, and for the unit's liaison.

The two say the same, but stand at different places of the organisation: row-level security shows the first to the
community (`demo.jinqiao`), the second to the unit (`employers.demo.jichuangchang`) and neither to the other (ADR 33).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact, is_hidden
from events.facts.handover import (
    Cancelled,
    Closed,
    DecisionWithdrawn,
    Opened,
    PersonAccepted,
    PersonRefused,
    PersonUnlisted,
    Reopened,
)
from events.facts.nominee import Nominated, Remarked
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside
from services.registry.project.card_columns import ID_TAIL, mask_id

OPEN, CLOSED, CANCELLED = "open", "closed", "cancelled"
ROW_OPEN, ACCEPTED, REFUSED, WITHDRAWN = "open", "accepted", "refused", "withdrawn"


def _batches(name: str) -> Table:
    return Table(
        name,
        MetaData(),
        Column("batch_id", Text, primary_key=True),
        community_column(),
        Column("place", Text, nullable=False),
        Column("employer", Text, nullable=False),
        Column("employer_name", Text, nullable=False),
        Column("agreed_on", Date, nullable=False),
        Column("opened_by", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("closed_on", Date),
        Column("closed_by", Text),
        Column("funds_fen", BigInteger),
        Column("seq", BigInteger, nullable=False),
        Index(f"{name}_by_day", "agreed_on", "batch_id"),
    )


def _lines(name: str) -> Table:
    return Table(
        name,
        MetaData(),
        Column("batch_id", Text, primary_key=True),
        Column("row", Integer, primary_key=True),
        community_column(),
        Column("nominee_id", Text, nullable=False),
        Column("name", Text),
        Column("id_masked", Text),
        Column("funds_fen", BigInteger, nullable=False),
        Column("state", Text, nullable=False),
        Column("member_id", Text),
        Column("why", Text),
        Column("note", Text),
        Column("decided_on", Date),
        Column("withdrawn_on", Date),
        Column("why_withdrawn", Text),
    )


table = _batches("handover")
lines = _lines("handover_line")
unit_table = _batches("unit_handover")
unit_lines = _lines("unit_handover_line")

view = View("handover", version=1, table=table, doc="Every batch that a unit handed over to a community.")
listed = View("handover_line", version=1, table=lines, doc="Every line of a batch, and what was decided about it.")
unit_view = View("unit_handover", version=1, table=unit_table, doc="The batches of each unit, for its liaison.")
unit_listed = View("unit_handover_line", version=1, table=unit_lines, doc="Their lines, for the unit's liaison.")

_BATCHES: Final = (view, unit_view)
_LINES: Final = (listed, unit_listed)


def _on_both(views: Sequence[View], fact: type[Fact], **keys: Any) -> Callable[[Any], Any]:
    def register(fold: Any) -> Any:
        for each in views:
            each.on(fact, **keys)(fold)
        return fold

    return register


# ── batches ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _opened(fact: Opened, about: About) -> Row:
    return {
        "place": about.community,
        "employer": fact.employer,
        "employer_name": fact.employer_name,
        "agreed_on": about.effective,
        "opened_by": about.actor,
        "state": OPEN,
        "closed_on": None,
        "closed_by": None,
        "funds_fen": None,
        "seq": about.seq,
    }


@view.on(Opened)
def _(_row: Row | None, fact: Opened, about: About) -> Row:
    return _opened(fact, about)


@unit_view.on(Opened)
def _(_row: Row | None, fact: Opened, about: About) -> Row:
    return _opened(fact, about) | {"community": fact.employer}


@_on_both(_BATCHES, Closed)
def _(row: Row | None, fact: Closed, about: About) -> Row:
    closed = {"closed_on": about.effective, "closed_by": about.actor, "funds_fen": fact.funds_fen}
    return _begun(row) | closed | {"state": CLOSED, "seq": about.seq}


@_on_both(_BATCHES, Reopened)
def _(row: Row | None, _fact: Reopened, about: About) -> Row:
    again = {"closed_on": None, "closed_by": None, "funds_fen": None}
    return _begun(row) | again | {"state": OPEN, "seq": about.seq}


@_on_both(_BATCHES, Cancelled)
def _(row: Row | None, _fact: Cancelled, about: About) -> Row:
    return _begun(row) | {"state": CANCELLED, "seq": about.seq}


def _begun(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened in a batch that was never opened")
    return row


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────

_OF_NOMINEE: Final = {"keys": lambda fact, _about: [(fact.batch_id, fact.row)]}
_OF_BATCH: Final = {"keys": lambda fact, about: [(about.entity, fact.row)]}


def _nominated(fact: Nominated, about: About) -> Row:
    person = None if is_hidden(fact.person) else fact.person
    return {
        **dict.fromkeys(("member_id", "why", "note", "decided_on", "withdrawn_on", "why_withdrawn")),
        "nominee_id": about.entity,
        "name": person.name if person else None,
        "id_masked": masked(person.id_number) if person else None,
        "funds_fen": fact.funds_fen,
        "state": ROW_OPEN,
    }


def masked(number: str) -> str | None:
    """The number as a unit wrote it down, right or wrong, without its middle."""
    plain = "".join(number.split())
    return mask_id(plain) if len(plain) > 2 * ID_TAIL else plain


@listed.on(Nominated, **_OF_NOMINEE)
def _(_row: Row | None, fact: Nominated, about: About) -> Row:
    return _nominated(fact, about)


@unit_listed.on(Nominated, **_OF_NOMINEE)
def _(_row: Row | None, fact: Nominated, about: About) -> Row:
    return _nominated(fact, about) | {"community": fact.employer}


@_on_both(_LINES, Remarked, **_OF_NOMINEE)
def _(row: Row | None, fact: Remarked, _about: About) -> Row:
    return _written(row) | {"note": None if is_hidden(fact.note) else fact.note or None}


@_on_both(_LINES, PersonUnlisted, **_OF_BATCH)
def _(_row: Row | None, _fact: PersonUnlisted, _about: About) -> None:
    """The line is gone."""


@_on_both(_LINES, PersonAccepted, **_OF_BATCH)
def _(row: Row | None, fact: PersonAccepted, about: About) -> Row:
    decided = {"state": ACCEPTED, "member_id": fact.member_id, "why": None, "decided_on": about.effective}
    return _written(row) | decided


@_on_both(_LINES, PersonRefused, **_OF_BATCH)
def _(row: Row | None, fact: PersonRefused, about: About) -> Row:
    decided = {"state": REFUSED, "member_id": None, "why": fact.why.value, "decided_on": about.effective}
    return _written(row) | decided


@_on_both(_LINES, DecisionWithdrawn, **_OF_BATCH)
def _(row: Row | None, fact: DecisionWithdrawn, about: About) -> Row:
    """Before the batch is closed (`final` says so) the line is open again; afterwards the receipt keeps it."""
    row = _written(row)
    if fact.final:
        return row | {"state": WITHDRAWN, "withdrawn_on": about.effective, "why_withdrawn": about.reason or None}
    return row | {"state": ROW_OPEN, "member_id": None, "why": None, "decided_on": None}


def _written(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something was decided about a line that nobody wrote down")
    return row


# ── what the pages ask ───────────────────────────────────────────────────────────────────────────────────────────


def _counted(batches: Table, of: Table) -> Select[Any]:
    """Batches with how many of their lines stand where, and what the accepted ones come to."""
    mine = of.c.batch_id == batches.c.batch_id

    def count(*states: str) -> Any:
        return select(func.count()).where(mine, of.c.state.in_(states)).scalar_subquery()

    accepted_fen = select(func.coalesce(func.sum(of.c.funds_fen), 0)).where(mine, of.c.state.in_((ACCEPTED, WITHDRAWN)))
    own = [column for column in batches.columns if column.name not in ("community", "place")]
    return select(
        *own,
        batches.c.place.label("community"),
        count(ROW_OPEN).label("waiting"),
        count(ACCEPTED).label("accepted"),
        count(REFUSED).label("refused"),
        count(WITHDRAWN).label("withdrawn"),
        cast(accepted_fen.scalar_subquery(), BigInteger).label("accepted_fen"),
    )


def _sides(of_unit: bool) -> tuple[Table, Table]:
    return (unit_table, unit_lines) if of_unit else (table, lines)


async def batches(
    db: AsyncConnection,
    *,
    of_unit: bool = False,
    community: str = "",
    size: int = PAGE_DEFAULT,
    token: str = "",
) -> Page:
    """Batches, the newest first; of a unit those that were not cancelled. Raises `BadToken`."""
    heads, of = _sides(of_unit)
    query = _counted(heads, of)
    if of_unit:
        query = query.where(heads.c.state != CANCELLED)
    elif community:
        query = query.where(inside(heads.c.community, community))
    if after := read_token(token, str, str):
        key = tuple_(heads.c.agreed_on, heads.c.batch_id)
        query = query.where(key < tuple_(cast(literal(after[0]), Date), literal(after[1])))
    query = query.order_by(heads.c.agreed_on.desc(), heads.c.batch_id.desc()).limit(size + 1)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "agreed_on", "batch_id")


async def batch(db: AsyncConnection, batch_id: str, *, of_unit: bool = False) -> dict[str, Any] | None:
    """One batch, or None if the scope has no such batch."""
    heads, of = _sides(of_unit)
    query = _counted(heads, of).where(heads.c.batch_id == batch_id)
    if of_unit:
        query = query.where(heads.c.state != CANCELLED)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def lines_of(db: AsyncConnection, batch_id: str, *, of_unit: bool = False) -> list[dict[str, Any]]:
    """The lines of a batch in the order of the unit's list."""
    _heads, of = _sides(of_unit)
    query = select(*(column for column in of.columns if column.name != "community")).where(of.c.batch_id == batch_id)
    return [dict(row._mapping) for row in await db.execute(query.order_by(of.c.row))]


async def employers(db: AsyncConnection, community: str = "") -> list[Mapping[str, Any]]:
    """The units that handed people over to the communities of the scope: (employer, employer_name), by name.

    Whoever asks a unit to something finds its liaisons by this path: it is the scope of their accounts.
    """
    query = (
        select(table.c.employer, func.max(table.c.employer_name).label("employer_name"))
        .where(table.c.state != CANCELLED, inside(table.c.community, community))
        .group_by(table.c.employer)
        .order_by("employer_name")
    )
    return [dict(row._mapping) for row in await db.execute(query)]
