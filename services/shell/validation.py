"""Pydantic's complaints in the words of the pages: what is wrong with the field and what to enter."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.shell.i18n import gettext as _
from services.shell.problems import FieldError

# Where FastAPI found the value: no part of the field's name for the person who filled it in.
_PLACES = {"body", "query", "path", "header", "cookie"}

Said = tuple[str, str]


def _missing(_context: Mapping[str, Any]) -> Said:
    return _("没有填写"), _("请填写这一项。")


def _short(context: Mapping[str, Any]) -> Said:
    least = context.get("min_length", 1)
    if least <= 1:
        return _missing(context)
    return _("太短了"), _("至少 %(least)s 个字。", least=least)


def _long(context: Mapping[str, Any]) -> Said:
    return _("太长了"), _("最多 %(most)s 个字。", most=context.get("max_length", ""))


def _whole(_context: Mapping[str, Any]) -> Said:
    return _("不是整数"), _("请只填数字，例如 1710。")


def _number(_context: Mapping[str, Any]) -> Said:
    return _("不是数字"), _("请只填数字，例如 17.10。")


def _date(_context: Mapping[str, Any]) -> Said:
    return _("不是有效的日期"), _("请写成 年-月-日，例如 2026-11-21。")


def _moment(_context: Mapping[str, Any]) -> Said:
    return _("不是有效的时间"), _("请写成 2026-11-21T09:30+08:00 这样。")


def _at_least(context: Mapping[str, Any]) -> Said:
    return _("太小了"), _("请填不小于 %(bound)s 的值。", bound=context.get("ge", context.get("gt", "")))


def _at_most(context: Mapping[str, Any]) -> Said:
    return _("太大了"), _("请填不大于 %(bound)s 的值。", bound=context.get("le", context.get("lt", "")))


def _choice(context: Mapping[str, Any]) -> Said:
    known = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
    return _("不在可选范围内"), _("可以填：%(expected)s。", expected="、".join(known))


def _yes_no(_context: Mapping[str, Any]) -> Said:
    return _("不是“是”或“否”"), _("请填 true 或 false。")


def _identifier(_context: Mapping[str, Any]) -> Said:
    return _("不是有效的编号"), _("请从页面上的链接进入，或检查编号有没有抄漏。")


def _extra(_context: Mapping[str, Any]) -> Said:
    return _("没有这一项"), _("请去掉它，或检查名称有没有写错。")


def _json(_context: Mapping[str, Any]) -> Said:
    return _("不是有效的 JSON"), _("请检查引号、逗号和括号。")


def _pattern(_context: Mapping[str, Any]) -> Said:
    return _("格式不对"), _("请按旁边的示例填写。")


def _few(context: Mapping[str, Any]) -> Said:
    return _("太少了"), _("至少要有 %(least)s 项。", least=context.get("min_length", 1))


def _many(context: Mapping[str, Any]) -> Said:
    return _("太多了"), _("最多 %(most)s 项。", most=context.get("max_length", ""))


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], Said]] = {
    "missing": _missing,
    "string_too_short": _short,
    "string_too_long": _long,
    "string_pattern_mismatch": _pattern,
    "int_parsing": _whole,
    "int_type": _whole,
    "int_from_float": _whole,
    "float_parsing": _number,
    "decimal_parsing": _number,
    "date_parsing": _date,
    "date_type": _date,
    "date_from_datetime_parsing": _date,
    "date_from_datetime_inexact": _date,
    "datetime_parsing": _moment,
    "datetime_from_date_parsing": _moment,
    "timezone_aware": _moment,
    "greater_than": _at_least,
    "greater_than_equal": _at_least,
    "less_than": _at_most,
    "less_than_equal": _at_most,
    "enum": _choice,
    "literal_error": _choice,
    "bool_parsing": _yes_no,
    "uuid_parsing": _identifier,
    "uuid_type": _identifier,
    "extra_forbidden": _extra,
    "json_invalid": _json,
    "too_short": _few,
    "too_long": _many,
}


def field_name(location: Iterable[object]) -> str:
    """`("body", "family", 0, "phone")` → `family[0].phone`; the whole body is `body`."""
    steps = list(location)
    if len(steps) > 1 and steps[0] in _PLACES:
        steps = steps[1:]
    name = ""
    for step in steps:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else str(step)
    return name


def field_errors(complaints: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """One `FieldError` per complaint. A validator's own `ValueError` text is taken as it stands."""
    found = []
    for complaint in complaints:
        context: Mapping[str, Any] = complaint.get("ctx") or {}
        words = _WORDS.get(str(complaint.get("type", "")))
        message, todo = words(context) if words else (str(context.get("error") or complaint.get("msg", "")), "")
        found.append(FieldError(field_name(complaint.get("loc", ())), message, todo))
    return found
