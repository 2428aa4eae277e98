"""What the register says of the people on a unit's list, in the scope of whoever decides about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.sql import inside, path_text
from services.registry.project import branch, handed_over, member

_m = member.table.c
ALIKE_MAX: Final = 6
"""So many of one name are offered for a line; whoever is not among them is found by the register's search."""


def _known() -> Select[Any]:
    return select(
        _m.member_id,
        _m.name,
        _m.birth,
        _m.id_masked,
        _m.state,
        _m.merged_into,
        path_text(_m.community),
        branch.table.c.name.label("branch"),
        handed_over.table.c.employer_name,
        handed_over.table.c.batch_id,
    ).select_from(
        member.table.outerjoin(branch.table, branch.table.c.branch_id == _m.branch_id).outerjoin(
            handed_over.table, handed_over.table.c.person_id == _m.member_id
        )
    )


async def records(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """These records as far as the scope shows them, each with the unit it was taken over from."""
    if not member_ids:
        return {}
    rows = await db.execute(_known().where(_m.member_id.in_(list(member_ids))))
    return {row.member_id: dict(row._mapping) for row in rows}


async def called_alike(db: AsyncConnection, names: Sequence[str], community: str) -> dict[str, list[Mapping[str, Any]]]:
    """Who of a community is on the roll under one of these names, by name; a few of each."""
    if not names:
        return {}
    place = func.row_number().over(partition_by=_m.name, order_by=_m.member_id)
    numbered = (
        _known()
        .add_columns(place.label("place"))
        .where(_m.name.in_(list(names)), _m.state.in_(member.ON_ROLL), inside(_m.community, community))
        .subquery()
    )
    rows = await db.execute(select(numbered).where(numbered.c.place <= ALIKE_MAX).order_by(numbered.c.place))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(dict(row._mapping))
    return found
