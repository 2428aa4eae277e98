"""A bank or WeChat bill as offices download it: the rows of money that came in, found by the names of the columns.

Such a file begins with lines about itself; the header is the first row that names a day and an amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from services.registry.roster.cells import clean, squeeze
from services.registry.roster.reasons import Refusal
from services.registry.roster.sheet import Cell, open_sheets
from services.registry.roster.values import read_day, read_fen

HEADER_ROWS_MAX: Final = 60
ROWS_MAX: Final = 5000

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "on": ("交易时间", "交易日期", "记账日期", "入账日期", "到账时间", "付款时间", "日期", "时间"),
    "amount": ("收入金额", "贷方发生额", "贷方金额", "到账金额", "收入", "交易金额", "金额(元)", "金额", "付款金额"),
    "payer": ("交易对方", "对方户名", "对方名称", "付款人名称", "付款人", "付款方", "户名", "姓名"),
    "remark": ("备注", "附言", "摘要", "用途", "商品", "说明"),
    "reference": ("交易单号", "交易流水号", "流水号", "凭证号"),
    "direction": ("收/支", "收支", "借贷标志", "借贷"),
}
_GOES_OUT: Final = ("支出", "支", "借", "借方", "D")


@dataclass(frozen=True, slots=True)
class BillRow:
    """One row of money that came in. `number` is the worksheet's row, the rest is what it says."""

    number: int
    on: date
    fen: int
    payer: str = ""
    remark: str = ""
    reference: str = ""

    @property
    def said(self) -> str:
        """All of it, to be known again."""
        return "\n".join((self.on.isoformat(), str(self.fen), self.payer, self.remark, self.reference))


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill: its rows, and the numbers of those that could not be read. Without `columns` no header was found."""

    columns: Mapping[str, int]
    rows: Sequence[BillRow] = ()
    unreadable: Sequence[int] = ()


def read_bill(content: bytes) -> Bill:
    """What came in by a bill. Raises `UnreadableRoster` when the file is none that can be opened."""
    for sheet in open_sheets(content):
        for number, cells in islice(sheet.rows(), HEADER_ROWS_MAX):
            columns = _columns(cells)
            if "on" in columns and "amount" in columns:
                below = ((at, row) for at, row in sheet.rows() if at > number)
                return _rows(columns, islice(below, ROWS_MAX))
    return Bill({})


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    """Where each field stands; the name that stands first in its list wins."""
    at = {squeeze(cell).replace("（", "(").replace("）", ")"): place for place, cell in enumerate(cells) if clean(cell)}
    known = {field: [at[name] for name in names if name in at] for field, names in _NAMES.items()}
    return {field: places[0] for field, places in known.items() if places}


def _rows(columns: Mapping[str, int], rows: islice[tuple[int, Sequence[Cell]]]) -> Bill:
    found, unreadable = [], []
    for number, cells in rows:
        said: dict[str, Cell] = {field: cells[place] if place < len(cells) else "" for field, place in columns.items()}
        amount, goes_out = clean(said["amount"]), squeeze(said.get("direction", "")) in _GOES_OUT
        if not amount or not clean(said["on"]) or amount.startswith("-") or goes_out:
            continue
        try:
            day, fen = read_day(said["on"]), read_fen(amount)
        except (Refusal, ValueError):
            unreadable.append(number)
            continue
        if day is None or not fen:
            continue
        text = {name: _text(said.get(name, "")) for name in ("payer", "remark", "reference")}
        found.append(BillRow(number, day.day, fen, **text))
    return Bill(columns, found, unreadable)


def _text(cell: Cell) -> str:
    text = clean(cell)
    return "" if text in ("/", "-", "--") else text
