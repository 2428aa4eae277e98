"""Months as people count them."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import StringConstraints

Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""`YYYY-MM`; sorts as it should."""


def month_of(day: date) -> str:
    """The month a day lies in."""
    return _month(day.year * 12 + day.month - 1)


def _month(number: int) -> str:
    """`YYYY-MM` of a month counted from the year 0; a page asks for a hundred of them, and strftime is slow."""
    year, index = divmod(number, 12)
    return f"{year:04}-{index + 1:02}"


def first_day(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def months_after(day: date, months: int) -> date:
    """The same day of the month, so many months later (or earlier); the month's last day where it has no such day."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, index + 1, min(day.day, calendar.monthrange(year, index + 1)[1]))


def months_between(first: str, last: str) -> Iterator[str]:
    """Every month from `first` to `last`, both included; none if `last` is earlier."""
    for number in range(_number(first), _number(last) + 1):
        yield _month(number)


def _number(month: str) -> int:
    day = first_day(month)
    return day.year * 12 + day.month - 1
