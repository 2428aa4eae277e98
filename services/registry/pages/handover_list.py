"""Reads a unit's list as people have it: lines pasted from a table or typed, or the table's file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import ValidationError

from services.registry.decide.handover_state import ROWS_MAX, Listed
from services.registry.pages.common import fen_of
from services.registry.roster.cells import clean
from services.registry.roster.reasons import UnreadableRoster
from services.registry.roster.sheet import open_sheets
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid

Cells = Sequence[str]
FILE_BYTES_MAX: Final = 4_000_000
ERRORS_SHOWN_MAX: Final = 10
_NUMBER_DIGITS_MIN: Final = 8
"""So many digits are somebody's number, right or wrong; fewer are an amount."""

_HEADERS: Final = (
    ("id_number", re.compile("身份证|证件号|公民身份")),
    ("funds", re.compile("经费|金额|活动费|费用")),
    ("name", re.compile("姓名|名字")),
)
_IN_ORDER: Final = ("name", "id_number", "funds")
_SERIAL: Final = re.compile(r"\d{1,4}[.、．]?")
_NOBODY: Final = re.compile("(?:本页|本表|以上)?(?:合计|总计|小计|共计)|(?:填表|制表|经办|负责|审核)人?[:：]|备注[:：]")


def pasted(text: str) -> list[Listed]:
    """The people of pasted lines: name, ID number, funds in yuan, between tabs, commas or spaces, in this order.

    A line that names the columns may stand first, in any order of its own. Errors: Invalid, with the lines' numbers.
    """
    return _people((number, _cells(line)) for number, line in enumerate(text.splitlines(), 1))


def in_file(content: bytes) -> list[Listed]:
    """The people of the first worksheet in sight that has any. Errors: Invalid."""
    if len(content) > FILE_BYTES_MAX:
        raise Invalid([FieldError("file", _("文件太大了"), _("请只留下姓名、身份证号、经费三列再传。"))])
    try:
        for sheet in open_sheets(content):
            rows = [(number, [clean(cell) for cell in cells]) for number, cells in sheet.rows()]
            if not sheet.hidden and (found := _people(rows, "file")):
                return found
    except UnreadableRoster as problem:
        raise Invalid(
            [FieldError("file", _("这个文件读不了"), _("请另存为 .xlsx 再传，或者把几列复制粘贴过来。"))]
        ) from problem
    return []


def _cells(line: str) -> Cells:
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell for cell in re.split(r"[,，;；\s]+", line.strip()) if cell]


def _people(rows: Iterable[tuple[int, Cells]], field: str = "people") -> list[Listed]:
    found: list[Listed] = []
    errors: list[FieldError] = []
    columns: dict[str, int] = {}
    for number, cells in rows:
        if not any(cells) or _NOBODY.match(next(cell for cell in cells if cell)):
            continue
        if not columns and (named := _named_columns(cells)):
            columns = named
            found, errors = [], []  # what stood above the headings was a title
            continue
        try:
            found.append(_person(_by_name(cells, columns) if columns else _by_kind(cells)))
        except _Unclear as unclear:
            errors.append(FieldError(field, _("第 %(row)s 行：%(what)s", row=number, what=unclear), "", number))
    if len(found) > ROWS_MAX:
        errors.append(
            FieldError(
                field, _("一批最多 %(most)s 人，这里有 %(rows)s 人。请分成两批。", most=ROWS_MAX, rows=len(found))
            )
        )
    if errors:
        raise Invalid(errors[:ERRORS_SHOWN_MAX])
    return found


class _Unclear(Exception):
    """A line nobody can be found in; its words say why."""


def _named_columns(cells: Cells) -> dict[str, int]:
    """Which column is what, if this line names them."""
    named: dict[str, int] = {}
    for place, cell in enumerate(cells):
        for name, pattern in _HEADERS:
            if name not in named and pattern.search(cell):
                named[name] = place
                break
    return named if "name" in named and len(named) > 1 else {}


def _by_name(cells: Cells, columns: dict[str, int]) -> dict[str, str]:
    return {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}


def _by_kind(cells: Cells) -> dict[str, str]:
    """Without headings: a number at the beginning counts the lines, then come name, ID number and funds. Of the last
    two one may be missing: many digits are somebody's number, few are an amount.
    """
    given = list(cells)
    while given and not given[-1]:
        given.pop()
    if len(given) > 1 and _SERIAL.fullmatch(given[0]):
        given = given[1:]
    if len(given) > len(_IN_ORDER):
        raise _Unclear(_("“%(cell)s”不知道是哪一项", cell=given[len(_IN_ORDER)]))
    if len(given) == 2:
        digits = sum(mark.isdigit() for mark in given[1])
        return {"name": given[0], "id_number" if digits >= _NUMBER_DIGITS_MIN else "funds": given[1]}
    return dict(zip(_IN_ORDER, given, strict=False))


def _person(given: dict[str, str]) -> Listed:
    name, funds = given.get("name", ""), given.get("funds", "")
    if not name or any(mark.isdigit() for mark in name):
        raise _Unclear(_("没有姓名"))
    try:
        funds_fen = fen_of(funds) if funds else 0
    except ValueError as error:
        raise _Unclear(_("“%(funds)s”不是金额，请写成元，例如 600 或 600.50", funds=funds)) from error
    try:
        return Listed(name=name, id_number=given.get("id_number", ""), funds_fen=funds_fen)
    except ValidationError as error:
        raise _Unclear(_("姓名、身份证号或金额太长")) from error
