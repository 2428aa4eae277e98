"""Partner units, what they offer, and which branches they are paired with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Index,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.branch import PartnerPaired, PartnerPairingEnded
from events.facts.partner import (
    OfferEnded,
    OfferMade,
    PartnerContactSet,
    PartnerDescribed,
    PartnerLeft,
    PartnerRegistered,
    PartnerResumed,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch

table = Table(
    "partner",
    MetaData(),
    Column("partner_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("office_address", Text),
    Column("office_phone", Text),
    Column("contact_name", Text),
    Column("contact_phone", Text),
    Column("since", Date, nullable=False),
    Column("left_on", Date),
    Column("why_left", Text),
    Column("seq", BigInteger, nullable=False),
    Index("partner_by_name", "name", "partner_id"),
)

offered = Table(
    "partner_offer",
    MetaData(),
    Column("partner_id", Text, primary_key=True),
    Column("offer_id", Text, primary_key=True),
    community_column(),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("ended_on", Date),
    Column("why_ended", Text),
    Column("seq", BigInteger, nullable=False),
)

paired = Table(
    "partner_pairing",
    MetaData(),
    Column("branch_id", Text, primary_key=True),
    Column("partner_id", Text, primary_key=True),
    community_column(),
    Column("since", Date, nullable=False),
    Column("ended_on", Date),
    Column("why_ended", Text),
    Index("partner_pairing_by_partner", "partner_id", "branch_id"),
)

view = View("partner", version=1, table=table, doc="Every partner unit: what it is, and whom one calls there.")
offers = View("partner_offer", version=1, table=offered, doc="What each partner unit offers, from when until when.")
pairings = View("partner_pairing", version=1, table=paired, doc="Which branch is, or was, paired with which unit.")


@view.on(PartnerRegistered)
def _(_row: Row | None, fact: PartnerRegistered, about: About) -> Row:
    return _described(fact) | {"since": about.effective, "seq": about.seq}


@view.on(PartnerDescribed)
def _(row: Row | None, fact: PartnerDescribed, about: About) -> Row:
    return _registered(row) | _described(fact) | {"seq": about.seq}


@view.on(PartnerContactSet)
def _(row: Row | None, fact: PartnerContactSet, about: About) -> Row:
    contact = None if is_hidden(fact.contact) else fact.contact
    told = {"contact_name": contact.name if contact else None, "contact_phone": contact.phone if contact else None}
    return _registered(row) | told | {"seq": about.seq}


@view.on(OfferMade)
@view.on(OfferEnded)
def _(row: Row | None, _fact: OfferMade | OfferEnded, about: About) -> Row:
    """Shown beside it; the unit's row only moves on to the fact's version."""
    return _registered(row) | {"seq": about.seq}


@view.on(PartnerLeft)
def _(row: Row | None, _fact: PartnerLeft, about: About) -> Row:
    return _registered(row) | {"left_on": about.effective, "why_left": about.reason or None, "seq": about.seq}


@view.on(PartnerResumed)
def _(row: Row | None, _fact: PartnerResumed, about: About) -> Row:
    return _registered(row) | {"left_on": None, "why_left": None, "seq": about.seq}


def _described(fact: PartnerRegistered | PartnerDescribed) -> Row:
    return {
        "name": fact.name,
        "kind": fact.kind.value,
        "office_address": fact.office_address,
        "office_phone": fact.office_phone,
    }


def _registered(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a partner unit that was never registered")
    return row


@offers.on(OfferMade, keys=lambda fact, about: [(about.entity, fact.offer_id)])
def _(_row: Row | None, fact: OfferMade, about: About) -> Row:
    return {"kind": fact.kind.value, "what": fact.what, "since": fact.since, "until": fact.until, "seq": about.seq}


@offers.on(OfferEnded, keys=lambda fact, about: [(about.entity, fact.offer_id)])
def _(row: Row | None, _fact: OfferEnded, about: About) -> Row:
    ended = {"ended_on": about.effective, "why_ended": about.reason or None, "seq": about.seq}
    return _registered(row) | ended


@pairings.on(PartnerPaired, keys=lambda fact, about: [(about.entity, fact.partner_id)])
def _(_row: Row | None, _fact: PartnerPaired, about: About) -> Row:
    return {"since": about.effective}


@pairings.on(PartnerPairingEnded, keys=lambda fact, about: [(about.entity, fact.partner_id)])
def _(row: Row | None, _fact: PartnerPairingEnded, about: About) -> Row:
    return _registered(row) | {"ended_on": about.effective, "why_ended": about.reason or None}


def _query() -> Select[Any]:
    return select(*(one for one in table.columns if one.name != "community"), path_text(table.c.community))


def _holds(on: date) -> ColumnElement[bool]:
    """An offer that can be taken up on a day or later."""
    return and_(offered.c.ended_on.is_(None), or_(offered.c.until.is_(None), offered.c.until >= on))


@dataclass(frozen=True, slots=True)
class Sought:
    """Which units are asked for: by a word of their name, address or of what they offer, by what they are, by what
    they offer `on` a day or later. `left`: those that left.
    """

    on: date
    q: str = ""
    kind: str = ""
    offer: str = ""
    community: str = ""
    left: bool = False


async def partners(db: AsyncConnection, sought: Sought, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Units by name. Raises `BadToken`."""
    query = _query().where(inside(table.c.community, sought.community))
    query = query.where(table.c.left_on.is_not(None) if sought.left else table.c.left_on.is_(None))
    own = and_(offered.c.partner_id == table.c.partner_id, _holds(sought.on))
    if sought.kind:
        query = query.where(table.c.kind == sought.kind)
    if sought.offer:
        query = query.where(exists().where(own, offered.c.kind == sought.offer))
    for word in sought.q.split()[:6]:
        fits = [column.contains(word, autoescape=True) for column in (table.c.name, table.c.office_address)]
        query = query.where(or_(*fits, exists().where(own, offered.c.what.contains(word, autoescape=True))))
    if after := read_token(token, str, str):
        query = query.where(tuple_(table.c.name, table.c.partner_id) > after)
    query = query.order_by(table.c.name, table.c.partner_id).limit(size + 1)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "name", "partner_id")


async def count(db: AsyncConnection, community: str = "") -> int:
    """How many units work together with the communities of a scope."""
    query = select(func.count()).select_from(table)
    query = query.where(table.c.left_on.is_(None), inside(table.c.community, community))
    return int((await db.execute(query)).scalar_one())


async def offering(db: AsyncConnection, on: date, community: str = "") -> dict[str, int]:
    """How many units offer something of each kind, on a day or later."""
    query = (
        select(offered.c.kind, func.count(offered.c.partner_id.distinct()))
        .join_from(offered, table, table.c.partner_id == offered.c.partner_id)
        .where(_holds(on), table.c.left_on.is_(None), inside(table.c.community, community))
        .group_by(offered.c.kind)
    )
    return dict((await db.execute(query)).all())


async def partner(db: AsyncConnection, partner_id: str) -> dict[str, Any] | None:
    """One unit, one that left too."""
    row = (await db.execute(_query().where(table.c.partner_id == partner_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def names(db: AsyncConnection, partner_ids: Sequence[str]) -> dict[str, str]:
    """What these units are called now, in the order asked for, as far as the scope shows them."""
    if not partner_ids:
        return {}
    query = select(table.c.partner_id, table.c.name).where(table.c.partner_id.in_(list(partner_ids)))
    found = dict((await db.execute(query)).all())
    return {one: found[one] for one in partner_ids if one in found}


async def offers_of(
    db: AsyncConnection, partner_ids: Sequence[str], on: date | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What these units offer, those offers first that began first; with `on`, only what holds that day or later."""
    found: dict[str, list[dict[str, Any]]] = {one: [] for one in partner_ids}
    query = select(*(one for one in offered.columns if one.name != "community"))
    query = query.where(offered.c.partner_id.in_(list(partner_ids)))
    if on is not None:
        query = query.where(_holds(on))
    for row in await db.execute(query.order_by(offered.c.since, offered.c.offer_id)):
        found[row.partner_id].append(dict(row._mapping))
    return found


def _pairings() -> Select[Any]:
    columns = [one for one in paired.columns if one.name != "community"]
    there = branch.table.c
    return select(
        *columns, path_text(paired.c.community), there.name.label("branch"), there.closed_on.label("branch_closed_on"),
        table.c.name.label("partner"), table.c.kind,
    ).select_from(
        paired.outerjoin(branch.table, there.branch_id == paired.c.branch_id)
        .outerjoin(table, table.c.partner_id == paired.c.partner_id)
    )  # fmt: skip


async def pairings_of(
    db: AsyncConnection, *, partner_ids: Sequence[str] = (), branch_id: str = "", ended: bool = False
) -> list[dict[str, Any]]:
    """The pairings of units, or of a branch, with both names; those that ended only if asked for."""
    query = _pairings()
    if partner_ids:
        query = query.where(paired.c.partner_id.in_(list(partner_ids)))
    if branch_id:
        query = query.where(paired.c.branch_id == branch_id)
    if not ended:
        query = query.where(paired.c.ended_on.is_(None))
    query = query.order_by(paired.c.ended_on.is_not(None), branch.table.c.name, table.c.name, paired.c.branch_id)
    return [dict(row._mapping) for row in await db.execute(query)]
