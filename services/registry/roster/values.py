"""Dates, ID numbers, names, money and ticks as offices write them.

Every reader takes a raw cell and gives the value, or ``None`` for "nothing written", or raises ``Refusal``. A doubt a
clerk would only note travels with the value.

Month only (``1968.7``, ``1968年7月``): accepted as the first of that month, with a doubt. Decades-old files often
record no day, and turning the member away would lose a true fact to keep a precise one; seniority is counted in
years, and the doubt leaves a trace to correct. A year alone is refused: that could be off by eleven months and
decides about the 50-year medal.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from stdnum.cn import ric

from services.registry.roster.cells import EXACT_BELOW, SERIAL_DAY_ZERO, clean, squeeze
from services.registry.roster.reasons import Reason, Refusal
from services.registry.roster.sheet import Cell

Sex = Literal["男", "女"]

NOTHING: Final = frozenset(["", *"/ \\ - -- — —— 无 暂无 空 不详 未知 n/a null none".split()])
"""What is written into a cell to say that there is nothing to write."""

_NOT_YET_FULL: Final = frozenset(["预备", "预备期", "预备党员", "未转正", "待转正"])
_SERIAL_FIRST, _SERIAL_LAST = 10_000, 73_050  # 1927-05-18 to 2099-12-31: a plausible day, and no year
_YUAN_MAX: Final = 100_000

_DAY_FORMS = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?|(\d{4})(\d{2})(\d{2})")
_MONTH_FORMS = re.compile(r"(\d{4})[-/.年](\d{1,2})月?|((?:19|20)\d{2})(\d{2})")
_SERIAL_FORM = re.compile(r"\d{5}(?:\.\d+)?")
_TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_DATE_SIGNS: Final = str.maketrans({"—": "-", "–": "-", "−": "-", "。": ".", "、": ".", "\\": "/"})

_ID_NOISE = re.compile(r"[\s'’‘`\"“”—–−-]")
_ID_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?1[4-7]|\d{16,18}\.0*")
_ID_FORM = re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII)

_BETWEEN_HAN = re.compile(r"(?<![A-Za-z.]) | (?![A-Za-z])")
_NAME_DOTS = re.compile(r"[•・‧∙●⋅]")
_HAN = r"[\u3007\u3400-\u9fff\U00020000-\U0003347f]"
HAN_NAME = re.compile(rf"{_HAN}{{2,20}}")
"""A name as most are: nothing to tidy. (Likewise below: a value in its plainest form is not cleaned first.)"""

_NAME_FORM = re.compile(rf"{_HAN}+(?:·{_HAN}+)*|[A-Za-z][A-Za-z .'·-]*")

_SEXES: Final[dict[str, Sex]] = {
    **dict.fromkeys(["男", "男性", "m", "male"], "男"),
    **dict.fromkeys(["女", "女性", "f", "female"], "女"),
}
_YES: Final = frozenset(["是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔", "☑", "v", "○"])
_NO: Final = frozenset(["否", "不", "没有", "n", "no", "false", "0", "×", "x", "✗", "☐"]) | NOTHING
_MONEY_NOISE = re.compile(r"[,，\s¥￥]|人民币|元|/月|每月|整$")
_LETTER = re.compile(r"[^\W\d_]")
_MONEY_FORM = re.compile(r"\d+(?:\.\d+)?")


# A roster says the same few words a hundred thousand times. Typed: True, 1 and 1.0 are one key otherwise.
_remembered = lru_cache(maxsize=4096, typed=True)


class Day(NamedTuple):
    """A day, and whether the sheet named only its month (the day is then the first)."""

    day: date
    month_only: bool = False


class IdNumber(NamedTuple):
    """A resident ID number in 18 digits with what it says; ``lengthened`` from the 15 digits issued before 1999."""

    number: str
    birth: date
    sex: Sex
    lengthened: bool


def read_day(cell: Cell) -> Day | None:
    """A day in any usual spelling, as a date cell, or as an Excel serial (GB/T 7408 and what people write instead).

    Refused: a day that never was, a year alone, two-digit years, and the number 1968.1, which may have been typed
    1968.10.
    """
    match cell:
        case datetime():
            return Day(cell.date())
        case date():
            return Day(cell)
        case str():
            return _day_of_text(cell)
        case bool() | int() | float():
            return _day_of_number(cell)
        case _:
            raise Refusal(Reason.BAD_DATE)


def _day_of_number(number: float) -> Day | None:
    if float(number).is_integer():
        return _day_of_text(str(int(number)))
    if _SERIAL_FIRST <= number <= _SERIAL_LAST:
        return _day_of_serial(number)
    text = repr(number)
    if text.endswith(".1"):
        raise Refusal(Reason.UNCLEAR_MONTH)
    return _day_of_text(text)


@lru_cache(maxsize=65536)
def _day_of_text(cell: str) -> Day | None:
    text = _TIME_OF_DAY.sub("", clean(cell)).replace(" ", "")
    if text.lower() in NOTHING or text in _NOT_YET_FULL:
        return None
    text = text.translate(_DATE_SIGNS)
    if form := _DAY_FORMS.fullmatch(text):
        return Day(_calendar_day(*(int(part) for part in form.groups() if part)))
    if form := _MONTH_FORMS.fullmatch(text):
        year, month = (int(part) for part in form.groups() if part)
        return Day(_calendar_day(year, month, 1), month_only=True)
    if _SERIAL_FORM.fullmatch(text):
        return _day_of_serial(float(text))
    raise Refusal(Reason.BAD_DATE)


def _day_of_serial(number: float) -> Day:
    if not _SERIAL_FIRST <= number <= _SERIAL_LAST:
        raise Refusal(Reason.BAD_DATE)
    return Day(SERIAL_DAY_ZERO + timedelta(days=int(number)))


def _calendar_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as never:
        raise Refusal(Reason.BAD_DATE) from never


def read_id_number(cell: Cell, today: date) -> IdNumber:
    """A resident ID number (GB 11643): check digit right, birth possible and past; 15 digits become 18.

    The region is not looked up: python-stdnum's table lacks codes abolished long ago (310225, 310228 …), which is
    exactly what old members' numbers begin with. Nor does the sex digit decide here; the caller compares.
    """
    text = cell if isinstance(cell, str) and _ID_FORM.fullmatch(cell) else _id_text(cell)
    if not text:
        raise Refusal(Reason.NO_ID)
    if _ID_ROUNDED.fullmatch(text):
        raise Refusal(Reason.FLOAT)
    if not _ID_FORM.fullmatch(text):
        raise Refusal(Reason.BAD_ID)
    lengthened = len(text) == 15
    number = lengthen(text) if lengthened else text
    if number[-1] != ric.calc_check_digit(number):
        # A number typed into Excel and turned into text afterwards: 15 digits are left, then zeros.
        raise Refusal(Reason.FLOAT if number.endswith("000") else Reason.CHECKSUM)
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as never:
        raise Refusal(Reason.BAD_BIRTH) from never
    if not date(1900, 1, 1) <= birth <= today:
        raise Refusal(Reason.BAD_BIRTH)
    return IdNumber(number, birth, "男" if int(number[16]) % 2 else "女", lengthened)


def lengthen(number: str) -> str:
    """The 18 digits of a 15-digit number: the century, and the check digit of GB 11643-1999."""
    body = f"{number[:6]}19{number[6:]}"
    return body + ric.calc_check_digit(body + "0")


def _id_text(cell: Cell) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= EXACT_BELOW:
            raise Refusal(Reason.FLOAT)
        return squeeze(cell)
    text = _ID_NOISE.sub("", clean(cell))
    return "" if text.lower() in NOTHING else text.upper().replace("×", "X")


def read_name(cell: Cell) -> str | None:
    """A name without the spaces put in to align columns (林 爱); Latin words keep theirs, and 买买提·吐尔逊 one kind
    of dot.
    """
    if isinstance(cell, str) and HAN_NAME.fullmatch(cell) and cell not in NOTHING:
        return cell
    text = _NAME_DOTS.sub("·", _BETWEEN_HAN.sub("", clean(cell)))
    return None if text.lower() in NOTHING else text


def is_odd_name(name: str) -> bool:
    """Whether there is something in the name that names do not have: digits, brackets, a character lost in a
    conversion.
    """
    return not _NAME_FORM.fullmatch(name)


@_remembered
def read_sex(cell: Cell) -> Sex | None:
    """男 or 女; ``None`` when nothing readable is written."""
    return _SEXES.get(squeeze(cell).lower())


@_remembered
def read_flag(cell: Cell) -> bool | None:
    """A tick: 是, 有, √, 1 … or 否, 无, 0, nothing. ``None`` when it can be neither."""
    text = squeeze(cell).lower()
    if text in _YES:
        return True
    return False if text in _NO else None


@_remembered
def read_fen(cell: Cell) -> int | None:
    """Yuan in fen, rounded half up at the third decimal. Raises ``ValueError`` for what is no plausible monthly
    amount.
    """
    text = _MONEY_NOISE.sub("", clean(cell))
    if text.lower() in NOTHING:
        return None
    if not _MONEY_FORM.fullmatch(text) or Decimal(text) > _YUAN_MAX:
        raise ValueError(text)
    return int((Decimal(text) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def read_text(cell: Cell) -> str | None:
    """Free text, tidied; ``None`` for a placeholder."""
    text = clean(cell)
    return None if text.lower() in NOTHING else text


@_remembered
def read_word(cell: Cell) -> str | None:
    """A word of a list (branch, kind): text without spaces."""
    text = squeeze(cell)
    return None if text.lower() in NOTHING else text


def read_words(cell: Cell) -> str | None:
    """Words, tidied. Refused: a number, a day, a tick or signs alone, which slipped in from another column."""
    text = read_text(cell) if isinstance(cell, str) else squeeze(cell)
    if text is None:
        return None
    if not isinstance(cell, str) or not _LETTER.search(text):
        raise Refusal(Reason.NOT_WORDS)
    return text


@_remembered
def read_ethnicity(cell: Cell) -> str | None:
    """汉 and 汉族 are the same."""
    text = read_word(cell)
    if text is None or text.endswith(("族", "人")) or text == "其他":
        return text
    return f"{text}族"
