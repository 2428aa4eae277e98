"""Who lived with somebody, as far as the register says: members of one home, and whom the family contacts name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.care.project import person

_p = person.table.c
_asked_for = person.table.alias("asked_for")
_one = _asked_for.c


async def housemates(db: AsyncConnection, member_id: str) -> list[Mapping[str, Any]]:
    """The members on the roll who live in the same home: `member_id`, and `relation`, what the one asked about is to
    them by either's family contacts ("" if none says).

    A home is the same room of the same building in one community; where no building can be told, the same words.
    """
    same_room = and_(_p.building == _one.building, _p.room == _one.room)
    same_words = and_(_p.building.is_(None), _one.building.is_(None), _p.address == _one.address)
    query = (
        select(_p.member_id, _p.name, _p.family, _one.name.label("of_name"), _one.family.label("of_family"))
        .join_from(_asked_for, person.table, and_(_p.community == _one.community, _p.member_id != _one.member_id))
        .where(_one.member_id == member_id, or_(same_room, same_words), _p.state == person.ON_ROLL)
        .order_by(_p.member_id)
    )
    return [{"member_id": row.member_id, "relation": _relation(row)} for row in await db.execute(query)]


def _relation(row: Any) -> str:
    """What the one asked about is to the housemate, in the housemate's words; in their own if only these are known."""
    return _named(row.family, row.of_name) or _named(row.of_family, row.name)


def _named(family: Iterable[Mapping[str, Any]] | None, name: str | None) -> str:
    return next((one["relation"] or "" for one in family or () if name and one["name"] == name), "")
