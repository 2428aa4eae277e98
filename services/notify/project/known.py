"""Whom policies tell: a member as they are reached now, their branch and who usually visits them, in one question."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.project import branch, mourning, recipient, visitor

_r, _b, _v = recipient.table.c, branch.table.c, visitor.table.c
_asked_for = recipient.table.alias("asked_for")
_home, _m = recipient.table.alias("home").c, mourning.table.c
_died_at_home: Final = (
    select(func.max(_home.died_on))
    .where(_home.home == _r.home, _home.community == _r.community, _home.state == recipient.DEAD)
    .correlate(recipient.table)
    .scalar_subquery()
)
_QUESTION: Final = (
    select(
        *(column for column in recipient.table.columns if column.name != "community"),
        *(column.label(f"branch_{column.name}") for column in _b if column.name not in {"community", "branch_id"}),
        _b.branch_id.is_not(None).label("has_branch"),
        _v.visitor,
        func.greatest(_died_at_home, _m.since).label("mourning_since"),
    )
    .select_from(
        _asked_for.join(
            recipient.table, _r.member_id == func.coalesce(_asked_for.c.merged_into, _asked_for.c.member_id)
        )
        .outerjoin(branch.table, _b.branch_id == _r.branch_id)
        .outerjoin(visitor.table, _v.member_id == _r.member_id)
        .outerjoin(mourning.table, _m.member_id == _r.member_id)
    )
    .where(_asked_for.c.member_id == bindparam("member_id"))
)


async def housemates(db: AsyncConnection, member_id: str) -> list[str]:
    """The members on the roll of the same community and home (`Address.home`)."""
    one = _asked_for.c
    query = (
        select(_r.member_id)
        .join_from(_asked_for, recipient.table, (_r.home == one.home) & (_r.community == one.community))
        .where(one.member_id == member_id, _r.member_id != member_id, _r.state == recipient.ON_ROLL)
    )
    return [found for (found,) in await db.execute(query.order_by(_r.member_id))]


async def known(db: AsyncConnection, member_id: str) -> dict[str, Any] | None:
    """A row of `recipient` with `has_branch`, `branch_name` … and `visitor`, or None if there is nobody of that id.

    Of a record that is merged into another one, that other one's: nobody is told by two records.
    """
    row = (await db.execute(_QUESTION, {"member_id": member_id})).one_or_none()
    return None if row is None else dict(row._mapping)
