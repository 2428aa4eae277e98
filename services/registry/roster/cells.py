"""What one cell says: as the clerk sees it, as a reader of values wants it, and made safe for a sheet that goes out."""

import re
from datetime import date, datetime, time
from typing import Final

from services.registry.roster.sheet import Cell

EXACT_BELOW: Final = 10**15
"""Excel keeps 15 digits of a number; from here on its last digits are invented."""

SERIAL_DAY_ZERO: Final = date(1899, 12, 30)
"""Excel's day 0, chosen so that serial 61 is 1900-03-01; before that Excel counts a day that never was."""

# A text that an office program could take for a formula, if need be after spaces or apostrophes it drops; OWASP's list
# (CSV injection) and the full-width and small forms that Chinese Excel accepts for the same signs.
_FORMULA = re.compile(r"['\s\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]")

# What makes a text need cleaning at all; most cells of a roster need none.
_UNCLEAN = re.compile(r"[\s\u3000\u200b-\u200f\u2060\ufeff\x00-\x1f\x7f！-～]|^['=]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
_QUOTED_FOR_EXCEL = re.compile(r'="([^"]*)"')
_HALF_WIDTH: Final = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}


def neutralise(text: str) -> str:
    """The text with an apostrophe before it if it could be taken for a formula, otherwise the text itself.

    Every export of any service passes its cells through this. Nothing else of the text changes: ``+8613800138000``
    becomes ``'+8613800138000``, and ``restore`` gives exactly the original back.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """What ``neutralise`` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def as_seen(cell: Cell) -> str:
    """The cell as the clerk sees it, for a message or for the sheet to mend; nothing is repaired."""
    match cell:
        case str():
            return cell
        case bool():
            return "是" if cell else "否"
        case int() | float():
            return f"{cell:.5E}" if abs(cell) >= EXACT_BELOW else _plain_number(cell)
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def clean(cell: Cell) -> str:
    """The cell's text with half-width signs, single inner spaces and none around: what every reader of values starts
    from.
    """
    if not isinstance(cell, str):
        return as_seen(cell)
    if not _UNCLEAN.search(cell):
        return cell
    text = restore(cell)
    if quoted := _QUOTED_FOR_EXCEL.fullmatch(text):
        text = quoted[1]
    text = _INVISIBLE.sub("", text).translate(_HALF_WIDTH)
    return _BLANK.sub(" ", text).strip()


def squeeze(cell: Cell) -> str:
    """``clean`` without any space: for words and numbers in which a space means nothing."""
    return clean(cell).replace(" ", "")


def _plain_number(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(number)
