"""How a page writes the values of rules, with their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Any

from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext

Say = Callable[[Any], str]


def days(number: int) -> str:
    """`30 天`."""
    return ngettext("%(num)s 天", "%(num)s 天", number)


def days_list(numbers: Sequence[int]) -> str:
    """`30、60、90 天`."""
    return _("%(list)s 天", list=_("、").join(map(str, numbers)))


def months(number: int) -> str:
    """`6 个月`."""
    return ngettext("%(num)s 个月", "%(num)s 个月", number)


def months_list(numbers: Sequence[int]) -> str:
    """`6、3 个月`."""
    return _("%(list)s 个月", list=_("、").join(map(str, numbers)))


def years(number: int) -> str:
    """`3 年`."""
    return ngettext("%(num)s 年", "%(num)s 年", number)


def metres(number: int) -> str:
    """`300 米`."""
    return ngettext("%(num)s 米", "%(num)s 米", number)


def degrees(number: float) -> str:
    """`121.5°`."""
    return f"{number:g}°"


def people(number: int) -> str:
    """`50 人`."""
    return ngettext("%(num)s 人", "%(num)s 人", number)


def times(number: int) -> str:
    """`3 次`."""
    return ngettext("%(num)s 次", "%(num)s 次", number)


def ages(number: int) -> str:
    """`80 岁`."""
    return _("%(years)s 岁", years=number)


def points(number: int) -> str:
    """`20 分`."""
    return ngettext("%(num)s 分", "%(num)s 分", number)


def permille(number: int) -> str:
    """`0.5 %`, of five thousandths."""
    return f"{number / 10:g} %"


def as_written(value: Any) -> str:
    """A text as it stands in the pack."""
    return str(value)


def yes_or_no(value: bool) -> str:
    """`是`, `否`."""
    return _("是") if value else _("否")


def texts(values: Sequence[str]) -> str:
    """Texts one after another; a dash for none."""
    return _("、").join(values) or "—"


def spans(values: Sequence[tuple[time, time]]) -> str:
    """`12:00–14:00、20:00–08:00`."""
    return _("、").join(f"{start:%H:%M}–{end:%H:%M}" for start, end in values)


def one_of(words: Mapping[Any, str]) -> Say:
    """A code by its word."""
    return lambda code: _(words[code]) if code in words else str(code)


def some_of(words: Mapping[Any, str]) -> Say:
    """Codes by their words, in their order."""
    return lambda codes: " → ".join(one_of(words)(code) for code in codes)
