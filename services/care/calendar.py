"""The days of the traditional calendar that care plans by. Source: GB/T 33661-2017, as `borax` computes it.

Decisions get them as data, like the rules: which festivals somebody is visited for is the policy's to say, on which
day they fall is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

from borax.calendars.lunardate import LunarDate  # type: ignore[import-untyped]  # borax ships no types

from events.facts.care import VisitReason

MONTH_AND_DAY: Final = {
    VisitReason.SPRING_FESTIVAL: (1, 1),
    VisitReason.DRAGON_BOAT: (5, 5),
    VisitReason.MID_AUTUMN: (8, 15),
    VisitReason.DOUBLE_NINTH: (9, 9),
}
"""Month and day of the traditional year; a leap month has no festivals."""
FIRST, LAST = 2000, 2099
"""The years of which the days are known; what lies outside has no festivals."""


@cache
def festival_days() -> Mapping[VisitReason, tuple[date, ...]]:
    """The days of each festival, the earliest first."""
    years = range(FIRST, LAST + 1)
    return {
        reason: tuple(LunarDate(year, month, day).to_solar_date() for year in years)
        for reason, (month, day) in MONTH_AND_DAY.items()
    }
