"""Who is behind with dues: how many months that are over are neither paid nor waived, and how many in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Text, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, dues_review, member
from services.registry.project.dues import account, months_in, settled_months


@dataclass(frozen=True, slots=True)
class Owing:
    """Whom the arrears list is about: members of a community with at least so many whole months unpaid."""

    last: str
    """The last month that is over: the present one is due, but nobody is behind with it yet."""
    community: str = ""
    months_min: int = 1
    run_min: int = 0
    """So many of them in a row."""
    unreviewed_on: date | None = None
    """Only those into whom nobody has looked for whom that is still enough on this day."""


def _unpaid(last: str) -> Any:
    """How many months are over and not paid: those owed, less those of them that were paid."""
    owed_last = func.least(last, func.coalesce(account.c.owed_until, last))
    span = _number(owed_last) - _number(account.c.owed_from) + 1
    one = func.unnest(settled_months.element).table_valued("month").render_derived(name="settled")
    within = one.c.month.between(account.c.owed_from, owed_last)
    settled = (
        select(func.count(one.c.month.distinct())).select_from(one).where(within).correlate(account).scalar_subquery()
    )
    return func.greatest(span, 0) - settled


def _longest_run(last: str) -> Any:
    """How many of them lie in a row, at most. Numbers less their rank are the same within a run."""
    owed_last = func.least(last, func.coalesce(account.c.owed_until, last))
    each = (
        func.generate_series(_number(account.c.owed_from), _number(owed_last))
        .table_valued("number")
        .render_derived(name="owed")
    )
    settled = func.unnest(settled_months.element).table_valued("month").render_derived(name="settled")
    free = select(_number(settled.c.month)).correlate(account)
    ranked = (
        select((each.c.number - func.row_number().over(order_by=each.c.number)).label("run"))
        .where(each.c.number.not_in(free))
        .correlate(account)
        .subquery("ranked")
    )
    runs = select(func.count().label("months")).select_from(ranked).group_by(ranked.c.run).subquery("runs")
    return select(func.coalesce(func.max(runs.c.months), 0)).scalar_subquery()


def _behind(wanted: Owing, *columns: Any) -> Any:
    """Accounts that are behind; runs are looked for only where there are months enough."""
    unpaid = _unpaid(wanted.last)
    query = select(account.c.member_id, unpaid.label("unpaid"), *columns).where(unpaid >= wanted.months_min)
    if wanted.run_min:
        query = query.where(unpaid >= wanted.run_min, _longest_run(wanted.last) >= wanted.run_min)
    if wanted.unreviewed_on:
        query = query.where(~dues_review.is_closed(account.c.member_id, wanted.unreviewed_on))
    return query.subquery("behind")


def _number(month: Any) -> Any:
    """`2026-11` as a number of months, so that months can be subtracted."""
    words = cast(literal(month), Text) if isinstance(month, str) else month
    return func.substr(words, 1, 4).cast(BigInteger) * 12 + func.substr(words, 6, 2).cast(BigInteger)


async def owing(db: AsyncConnection, wanted: Owing, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """Living members on the roll who are behind, the longest first. Raises `BadToken`."""
    behind = _behind(wanted, account.c.owed_from, account.c.owed_until, settled_months)
    query = (
        select(
            behind,
            (-behind.c.unpaid).label("rank"),
            path_text(member.table.c.community),
            member.table.c.name,
            member.table.c.phone,
            member.table.c.family,
            member.table.c.birth,
            member.table.c.state,
            member.table.c.away_to,
            branch.table.c.name.label("branch"),
        )
        .select_from(
            behind.join(member.table, member.table.c.member_id == behind.c.member_id).outerjoin(
                branch.table, branch.table.c.branch_id == member.table.c.branch_id
            )
        )
        .where(member.table.c.state.in_(member.ON_ROLL), inside(member.table.c.community, wanted.community))
        .order_by(-behind.c.unpaid, behind.c.member_id)
        .limit(size + 1)
    )
    if after := read_token(token, int, str):
        query = query.where(tuple_(-behind.c.unpaid, behind.c.member_id) > after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "rank", "member_id")


async def owing_count(db: AsyncConnection, wanted: Owing) -> int:
    """How many are behind."""
    behind = _behind(wanted)
    query = (
        select(func.count())
        .select_from(behind.join(member.table, member.table.c.member_id == behind.c.member_id))
        .where(member.table.c.state.in_(member.ON_ROLL))
        .where(inside(member.table.c.community, wanted.community))
    )
    return int((await db.execute(query)).scalar_one())


def unpaid_of(row: Mapping[str, Any], last: str) -> list[str]:
    """Which months a row of `owing` has not paid, up to `last`."""
    settled = set(row["months"])
    owed_last = min(last, row["owed_until"] or last)
    return [month for month in months_in(row["owed_from"], owed_last) if month not in settled]


def longest_run(months: Sequence[str]) -> int:
    """How many of these months (in order) lie in a row, at most."""
    best = run = 0
    before = ""
    for month in months:
        run = run + 1 if before and months_in(before, month)[1:] == [month] else 1
        best, before = max(best, run), month
    return best
