"""How near the end of a committee's term is, in words; nothing follows from it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.decide.policy import TermReminderRule
from services.registry.pages.common import rules
from services.registry.project import committee
from services.shell.i18n import gettext as _
from services.shell.i18n import speech

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TermChip:
    """How near the end of a term is, in words. `tone` as a chip has it."""

    text: str
    tone: str
    clause: str


def term_chip(until: date, rule: TermReminderRule, today: date) -> TermChip | None:
    """What is to be said of a term today; None while its end is far."""
    months = rule.reached(until, today)
    if months is None:
        return None
    if until < today:
        return TermChip(_("任期已满，该换届了"), "late", rule.clause)
    tone = "late" if months == rule.months_before[-1] else "soon"
    return TermChip(_("%(months)s 个月内换届", months=months), tone, rule.clause)


async def terms_ending(
    request: Request, db: AsyncConnection, place: str, community: str = ""
) -> list[tuple[Row, TermChip]]:
    """The branches whose committee's term ends soon, or has ended, with what is to be said of it
    by the rules of the place that asks.
    """
    rule, today = rules(request, place).branches.term_reminder, speech().today
    rows = await committee.ending(db, rule.looks_ahead_to(today), community)
    return [(row, chip) for row in rows if (chip := term_chip(row["until"], rule, today)) is not None]
