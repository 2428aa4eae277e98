"""Rows of bills that a person confirmed, and the receipts that a bill is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, MetaData, Table, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.receipts import BillRowMatched, BillRowReleased
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside
from services.registry.project import member
from services.registry.project.dues import paid

table = Table(
    "dues_bill_row",
    MetaData(),
    Column("book_id", Text, primary_key=True),
    Column("row", Text, primary_key=True),
    community_column(),
    Column("receipt_no", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("confirmed_by", Text, nullable=False),
)
view = View("dues_bill_row", version=1, table=table, doc="Rows of bank and WeChat bills, each with its receipt.")


def _one(fact: BillRowMatched | BillRowReleased, about: About) -> list[tuple[str, str]]:
    return [(about.entity, fact.row)]


@view.on(BillRowMatched, keys=_one)
def _(_row: Row | None, fact: BillRowMatched, about: About) -> Row:
    return {"receipt_no": fact.receipt_no, "on": about.effective, "confirmed_by": about.actor}


@view.on(BillRowReleased, keys=_one)
def _(_row: Row | None, _fact: BillRowReleased, _about: About) -> None:
    return None


async def confirmed(db: AsyncConnection, community: str) -> Mapping[str, str]:
    """Every confirmed row of a community, with its receipt."""
    rows = await db.execute(select(table.c.row, table.c.receipt_no).where(inside(table.c.community, community)))
    return {one.row: one.receipt_no for one in rows}


async def receipts(
    db: AsyncConnection, community: str, first: date, last: date, most: int = 10_000
) -> Sequence[Mapping[str, Any]]:
    """The receipts written between two days, by number: `fen` is what is left on each, `taken_fen` what was taken."""
    query = (
        select(
            paid.c.receipt_no,
            paid.c.member_id,
            member.table.c.name,
            func.max(paid.c.payer).label("payer"),
            func.min(paid.c.paid_on).label("on"),
            func.max(paid.c.method).label("method"),
            func.coalesce(func.sum(paid.c.paid_fen).filter(paid.c.refunded_on.is_(None)), 0).label("fen"),
            func.coalesce(func.sum(paid.c.paid_fen), 0).label("taken_fen"),
        )
        .join(member.table, member.table.c.member_id == paid.c.member_id)
        .where(inside(paid.c.community, community), paid.c.paid_on.between(first, last))
        .group_by(paid.c.receipt_no, paid.c.member_id, member.table.c.name)
        .order_by(paid.c.receipt_no)
        .limit(most)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def wrote(db: AsyncConnection, community: str, receipt_no: str) -> bool:
    """Whether the community wrote this receipt."""
    query = select(paid.c.receipt_no).where(paid.c.receipt_no == receipt_no, inside(paid.c.community, community))
    return (await db.execute(query.limit(1))).first() is not None


async def named(db: AsyncConnection, community: str, most: int = 20_000) -> Sequence[Mapping[str, Any]]:
    """Everybody on the roll of a community: `member_id`, `name`, `family`."""
    query = select(member.table.c.member_id, member.table.c.name, member.table.c.family).where(
        inside(member.table.c.community, community), member.table.c.state.in_(member.ON_ROLL)
    )
    return [dict(row._mapping) for row in await db.execute(query.order_by(member.table.c.member_id).limit(most))]
