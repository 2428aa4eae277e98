"""A branch's money as it was known at a moment: the folds of the living tables over the facts of then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.envelope import Recorded
from events.log.project import View
from services.registry.project import activity, funds, meeting

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Then:
    """What the branch was given and paid, as it was known: the latest first, what did not count too."""

    allocations: Rows
    payments: Rows

    def sums(self, until: date | None) -> dict[int, tuple[int, int, int]]:
        """Year -> (given, paid, asked for) in fen, of what counted, as it stood on a day."""
        found: dict[int, tuple[int, int, int]] = {}

        def add(year: int, given: int, paid: int, asked: int) -> None:
            there = found.get(year, (0, 0, 0))
            found[year] = (there[0] + given, there[1] + paid, there[2] + asked)

        for one in self.allocations:
            if one["taken_back_on"] is None and (until is None or one["on"] <= until):
                add(one["year"], one["amount_fen"], 0, 0)
        for one in self.payments:
            if until is None or one["on"] <= until:
                fen = one["amount_fen"]
                spent, asked = one["state"] == funds.SPENT, one["state"] == funds.ASKED
                add(one["on"].year, 0, fen * spent, fen * asked)
        return found

    def allocations_of(self, year: int, until: date | None) -> Rows:
        """Those of a year up to a day."""
        return [one for one in self.allocations if one["year"] == year and (until is None or one["on"] <= until)]

    def payments_of(self, year: int, until: date | None) -> Rows:
        """Those of a year up to a day."""
        return [one for one in self.payments if one["on"].year == year and (until is None or one["on"] <= until)]


async def known(db: AsyncConnection, facts: Iterable[Recorded]) -> Then:
    """What these facts of a branch (oldest first) say; activities and meetings are called as they are now."""
    facts = list(facts)
    given = [{"allocation_id": key[1], **row} for key, row in _folded(funds.given, facts).items()]
    paid = [{"spending_id": key[1], "branch_id": key[0], **row} for key, row in _folded(funds.paid, facts).items()]
    titles = await _titles(db, paid)
    named = [
        row | {"activity": titles.get(row["activity_id"]), "meeting": titles.get(row["meeting_id"])} for row in paid
    ]
    given.sort(key=lambda row: (row["on"], row["allocation_id"]), reverse=True)
    named.sort(key=lambda row: (row["on"], row["spending_id"]), reverse=True)
    return Then(given, named)


def _folded(view: View, facts: Sequence[Recorded]) -> dict[Any, dict[str, Any]]:
    rows: dict[Any, dict[str, Any]] = {}
    for one in facts:
        handler = view.handlers.get(type(one.fact))
        if handler is None:
            continue
        for key in handler.keys(one.fact, one.about) if handler.keys else [(one.about.entity,)]:
            row = handler.fold(rows.get(key), one.fact, one.about, *((key,) if handler.wants_key else ()))
            rows[key] = dict(row or {})
    return rows


async def _titles(db: AsyncConnection, payments: Rows) -> dict[str | None, str]:
    ids = {row[name] for row in payments for name in ("activity_id", "meeting_id") if row[name]}
    if not ids:
        return {}
    columns = activity.table.c
    rows = await db.execute(select(columns.activity_id, columns.title).where(columns.activity_id.in_(ids)))
    return {row.activity_id: row.title for row in rows} | await meeting.titles(db, list(ids))
