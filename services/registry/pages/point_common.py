"""What the pages and the API of points share: a year's ledger of one person or of a branch, reckoned when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.decide.points_ledger import Did, Ledger, ledger
from services.registry.decide.points_policy import PointsFor, PointsPolicy
from services.registry.handle.points import Pointing
from services.registry.pages.common import registry
from services.registry.project import points
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.problems import FieldError, Invalid


def pointing(request: Request) -> Pointing:
    """The handler of commands about points."""
    return Pointing(registry(request))


def year_of(text: str) -> int:
    """The year of an address; empty: this one. Errors: Invalid."""
    if not text:
        return speech().today.year
    if not text.isdigit() or not 1921 <= int(text) <= 2200:
        raise Invalid([FieldError("year", _("不是年份"), _("请写四位数，例如 2027。"))])
    return int(text)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A ledger, and what each thing is called, by (what, ref)."""

    ledger: Ledger
    titles: Mapping[tuple[str, str], str]


async def reckoned(
    request: Request, db: AsyncConnection, community: str, people: Sequence[str], year: int
) -> dict[str, Reckoned]:
    """Each one's points of a year so far, by the rules of the community on each day."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), speech().today)
    done = await points.done_by(db, people, first, last)
    policies: dict[date, PointsPolicy] = {}

    def rules(day: date) -> PointsPolicy:
        if day not in policies:
            policies[day] = registry(request).policy_at(community, day).points
        return policies[day]

    return {
        one: Reckoned(
            ledger((_did(row) for row in done.get(one, ())), rules),
            {(row["what"], row["ref"]): row["title"] or "" for row in done.get(one, ())},
        )
        for one in people
    }


def _did(row: Mapping[str, Any]) -> Did:
    return Did(PointsFor(row["what"]), row["day"], row["ref"], row["amount"], row["kind"], row["month"])


def lines_of(found: Reckoned) -> list[dict[str, Any]]:
    """The lines, the latest first, as the API gives them and the page shows them."""
    return [
        {
            "what": line.did.what, "on": line.did.on, "ref": line.did.ref, "month": line.did.month,
            "title": found.titles.get((line.did.what, line.did.ref), ""), "amount": line.did.amount,
            "kind": line.did.kind, "points": line.points, "full": line.full, "clause": line.clause, "cap": line.cap,
        }
        for line in reversed(found.ledger.lines)
    ]  # fmt: skip
