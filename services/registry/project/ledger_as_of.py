"""The mobility ledger as of a day, for the report upward: who was away then, and how they were kept in touch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.project.sql import inside
from services.registry.project import branch, contact_card, ledger, member

_stays = ledger.table.c


async def away_on(db: AsyncConnection, day: date, community: str = "", *, size: int) -> list[dict[str, Any]]:
    """Everybody who was away on a day, those longest away first. Effective days count: what was written down later
    about that day is in it, and a correction shows what was right.
    """
    people, branches = member.table.c, branch.table.c
    columns = [column for column in ledger.table.columns if column.name not in ("community", "seq")]
    query = (
        select(*columns, people.name, people.birth, branches.name.label("branch"), _card_on(day).label("card_then"))
        .select_from(
            ledger.table.join(member.table, people.member_id == _stays.member_id).outerjoin(
                branch.table, branches.branch_id == people.branch_id
            )
        )
        .where(inside(_stays.community, community), people.state != member.MERGED)
        .where(or_(_stays.since <= day, func.jsonb_array_length(_stays.earlier) > 0))
        .order_by(_stays.since, _stays.member_id)
    )
    found = (then(dict(row._mapping), day) for row in await db.execute(query))
    rows = [row for row in found if row is not None]
    rows.sort(key=lambda row: (row["since"], row["member_id"]))
    return rows[:size]


def _card_on(day: date) -> Any:
    """The number of the card that somebody had on a day."""
    cards = contact_card.table.c
    held = and_(
        cards.member_id == _stays.member_id,
        cards.valid_from <= day,
        or_(cards.ended_on.is_(None), cards.ended_on > day),
    )
    return select(cards.number).where(held).order_by(cards.valid_from.desc()).limit(1).scalar_subquery()


def then(row: dict[str, Any], day: date) -> dict[str, Any] | None:
    """The stay of a ledger row that was going on on a day, as it was kept then; None if the member was here."""
    if row["since"] <= day and (row["ended_on"] is None or row["ended_on"] > day):
        return row | _letter_on(row, day)
    for stay in reversed(row["earlier"]):
        ended_on = stay["ended_on"]
        if date.fromisoformat(stay["since"]) <= day and (ended_on is None or date.fromisoformat(ended_on) > day):
            nothing = dict.fromkeys(("letter_no", "letter_to", "received_on", "expected_return", "reason"))
            before: dict[str, Any] = row | nothing | stay
            return before | {"since": date.fromisoformat(stay["since"])}
    return None


def _letter_on(row: Mapping[str, Any], day: date) -> dict[str, Any]:
    """What the letter had made of the stay by that day."""
    if row["transfer_since"] is not None and row["transfer_since"] > day:
        letter = dict.fromkeys(("letter_no", "letter_to", "received_on"))
        return letter | {"kind": row["kind_before"], "clause": row["clause_before"]}
    return {"received_on": None} if row["received_on"] and row["received_on"] > day else {}
