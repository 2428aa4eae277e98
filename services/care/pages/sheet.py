"""The sheet to take along: a day's trips and calls on A4, with numbers to ring and room to write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from services.care.pages import words
from services.care.pages.trips import Agenda, Row
from services.shell.formats import age, day, due, weekday
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.printing import pdf, printed

PAPER: Final = Path(__file__).parents[1] / "paper" / "today.typ"

_ROOM_MM, _PLACE_MM, _AROUND_MM = 240, 8.2, 2.4
"""Height for places and rows on one side of A4; that of a place's line; what a row takes besides its own height."""
_ROW_MM_MIN, _ROW_MM_MAX = 9, 18
"""A row is as high as the day allows; below the least of it there is a second page."""


async def sheet(day_of: Agenda, today: date, names: Mapping[str, str], policy: words.RulesOf, whose: str) -> Response:
    """The PDF. Nothing sealed is on it: which illness, which hospital, what was said before."""
    return pdf(await printed(PAPER, given(day_of, today, names, policy, whose)), f"{_('走访单')} {today.isoformat()}")


def given(
    day_of: Agenda, today: date, names: Mapping[str, str], policy: words.RulesOf, whose: str
) -> Mapping[str, Any]:
    """What the template is filled with."""
    places = len(day_of.trips) + 2 * bool(day_of.calls)
    counted = ngettext("%(num)s 趟", "%(num)s 趟", len(day_of.trips))
    calls = ngettext("%(num)s 个电话", "%(num)s 个电话", len(day_of.calls))
    return {
        "title": _("走访单"),
        "sub": " · ".join(filter(None, (whose, weekday(today), counted, calls))),
        "row_mm": _row_mm(places, day_of.tasks + len(day_of.calls)),
        "trips": [
            {
                "place": trip.place,
                "note": " · ".join(
                    filter(
                        None,
                        (
                            ngettext("%(num)s 户", "%(num)s 户", trip.households),
                            names.get(trip.visitor, trip.visitor) if trip.visitor != whose else "",
                        ),
                    )
                ),
                "rows": [_row(row, policy) for row in trip.tasks],
            }
            for trip in day_of.trips
        ],
        "calls": [_row(row, policy) for row in day_of.calls],
        "calls_note": calls,
        "words": {
            "shred": _("用完交回或者碎掉。"),
            "room": _("室"),
            "name": _("姓名、电话"),
            "why": _("为什么去"),
            "said": _("困难 · 建议 · 打算"),
            "calls": _("要打的电话"),
            "nothing": _("这一周没有要办的走访和电话。"),
        },
    }


def _row_mm(places: int, rows: int) -> float:
    height = (_ROOM_MM - places * _PLACE_MM) / max(rows, 1) - _AROUND_MM
    return min(max(height, _ROW_MM_MIN), _ROW_MM_MAX)


def _row(row: Row, policy: words.RulesOf) -> Mapping[str, Any]:
    away = row["away_phone"] if row["is_away"] else None
    backup = (row["family"] or [None])[0]
    who = [age(row["birth"]) if row["birth"] else "", _("独居") if row["lives_alone"] else ""]
    if row["is_away"]:
        who.append(_("在%(where)s", where=row["away_to"]))
    phones = [away or row["phone"] or ""]
    if backup and backup.get("phone"):
        phones.append(f"{backup.get('relation') or backup['name']} {backup['phone']}")
    return {
        "room": (row["room"] or "") if row["way"] == "home" else "",
        "name": row["name"] or "—",
        "who": " · ".join(filter(None, who)),
        "phones": [one for one in phones if one],
        "due": f"{due(row['due_on'])}（{day(row['due_on'])}）",
        "why": f"{words.occasion_of(row, policy)} {row['clause']}",
        "tried": _("同一次去，不用另记") if "served" in row else words.tried(row) if row["tried_on"] else "",
        "ticks": _ticks(row),
    }


def _ticks(row: Row) -> list[str]:
    if "served" in row:
        return []
    return [_("打了"), _("没人接")] if row["way"] == "call" else [_("去过了"), _("没人在家")]
