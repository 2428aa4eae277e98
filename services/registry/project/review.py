"""Reports that were handed in, appraisals by year, and how far a branch has come with either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, and_, extract, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_review import AppraisalWithdrawn, Appraised, ReportSubmitted, ReportWithdrawn
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.registry.project import branch, member
from services.registry.project.alias import records_of

table = Table(
    "report",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("report_id", Text, primary_key=True),
    community_column(),
    Column("day", Date, nullable=False),
    Column("title", Text),
    Column("kept_at", Text),
    Column("words", Text),
    Column("noted_by", Text, nullable=False),
    Column("withdrawn_on", Date),
    Column("why_withdrawn", Text),
    Column("seq", BigInteger, nullable=False),
)

appraised = Table(
    "appraisal",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    community_column(),
    Column("branch_id", Text),
    Column("day", Date, nullable=False),
    Column("grade", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("remarks", Text),
    Column("noted_by", Text, nullable=False),
)

view = View("report", version=1, table=table, doc="Every report that was handed in, those withdrawn too.")
appraisals = View("appraisal", version=1, table=appraised, doc="What each member's branch came to, year by year.")


@view.on(ReportSubmitted, keys=lambda fact, about: [(about.entity, fact.report_id)])
def _(_row: Row | None, fact: ReportSubmitted, about: About) -> Row:
    read = {name: None if is_hidden(value := getattr(fact, name)) else value for name in ("title", "words")}
    return {
        **read,
        "day": about.effective,
        "kept_at": fact.kept_at,
        "noted_by": about.actor,
        "withdrawn_on": None,
        "why_withdrawn": None,
        "seq": about.seq,
    }


@view.on(ReportWithdrawn, keys=lambda fact, about: [(about.entity, fact.report_id)])
def _(row: Row | None, _fact: ReportWithdrawn, about: About) -> Row:
    if row is None:
        raise LookupError("a report withdrawn that was never handed in")
    return row | {"withdrawn_on": about.effective, "why_withdrawn": about.reason or None, "seq": about.seq}


def _of_year(fact: Appraised | AppraisalWithdrawn, about: About) -> list[tuple[str, int]]:
    return [(about.entity, fact.year)]


@appraisals.on(Appraised, keys=_of_year)
def _(_row: Row | None, fact: Appraised, about: About) -> Row:
    remarks = None if is_hidden(fact.remarks) else fact.remarks
    said = {"branch_id": fact.branch_id, "grade": fact.grade, "clause": fact.clause, "remarks": remarks}
    return said | {"day": about.effective, "noted_by": about.actor}


@appraisals.on(AppraisalWithdrawn, keys=_of_year)
def _(_row: Row | None, _fact: AppraisalWithdrawn, _about: About) -> None:
    return None


_M = member.table.c


async def reports_of(db: AsyncConnection, member_id: str, *, year: int | None = None) -> Sequence[dict[str, Any]]:
    """A person's reports, the latest first, those withdrawn too."""
    columns = [column for column in table.columns if column.name not in ("community", "words")]
    typed = func.length(table.c.words).label("letters")
    query = select(*columns, typed).where(table.c.member_id.in_(records_of(member_id)))
    if year is not None:
        query = query.where(table.c.day.between(date(year, 1, 1), date(year, 12, 31)))
    return [dict(row._mapping) for row in await db.execute(query.order_by(table.c.day.desc(), table.c.seq.desc()))]


async def report(db: AsyncConnection, member_id: str, report_id: str) -> Mapping[str, Any] | None:
    """One report, its words included."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns).where(table.c.member_id == member_id, table.c.report_id == report_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def appraisals_of(db: AsyncConnection, member_id: str) -> Sequence[dict[str, Any]]:
    """A person's appraisals, the latest year first."""
    columns = [column for column in appraised.columns if column.name != "community"]
    query = (
        select(*columns, branch.table.c.name.label("branch"))
        .select_from(appraised.outerjoin(branch.table, branch.table.c.branch_id == appraised.c.branch_id))
        .where(appraised.c.member_id.in_(records_of(member_id)))
        .order_by(appraised.c.year.desc())
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def of_branch(db: AsyncConnection, branch_id: str, year: int, size: int = 1000) -> Sequence[dict[str, Any]]:
    """Who belongs to a branch and is on the roll, by name, with the year's appraisal and how many reports there are."""
    mine = and_(appraised.c.member_id == _M.member_id, appraised.c.year == year)
    handed_in = (
        select(func.count())
        .where(table.c.member_id == _M.member_id, table.c.withdrawn_on.is_(None), extract("year", table.c.day) == year)
        .correlate(member.table)
        .scalar_subquery()
    )
    query = (
        select(
            _M.member_id, _M.name, _M.state, _M.away_to, _M.joined_on, appraised.c.day, appraised.c.grade,
            appraised.c.remarks, handed_in.label("reports"),
        )
        .select_from(member.table.outerjoin(appraised, mine))
        .where(_M.branch_id == branch_id, _M.state.in_(member.ON_ROLL))
        .order_by(_M.pinyin, _M.member_id)
        .limit(size)
    )  # fmt: skip
    return [dict(row._mapping) for row in await db.execute(query)]


async def progress(db: AsyncConnection, year: int) -> dict[str, dict[str, int]]:
    """By branch: how many are on the roll, and how many of them are appraised for the year."""
    mine = and_(appraised.c.member_id == _M.member_id, appraised.c.year == year)
    query = (
        select(_M.branch_id, func.count().label("members"), func.count(appraised.c.grade).label("appraised"))
        .select_from(member.table.outerjoin(appraised, mine))
        .where(_M.branch_id.is_not(None), _M.state.in_(member.ON_ROLL))
        .group_by(_M.branch_id)
    )
    return {row.branch_id: {"members": row.members, "appraised": row.appraised} for row in await db.execute(query)}
