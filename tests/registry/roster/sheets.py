"""Rosters for the tests, written with openpyxl so that what reads them is not what wrote them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl

from services.registry.roster.made_up import id_number
from services.registry.roster.read import read_roster
from services.registry.roster.rows import Caution, Item, Rejection, RosterRow
from services.registry.roster.sheet import Source

TODAY = date(2026, 11, 21)
HEADER = ["姓名", "身份证号", "入党时间"]
ID = id_number(date(1950, 3, 1), "男", 1)
ANOTHER_ID = id_number(date(1951, 3, 1), "女", 1)


@dataclass(frozen=True)
class Reading:
    items: Sequence[Item]

    @property
    def people(self) -> list[RosterRow]:
        return [item for item in self.items if isinstance(item, RosterRow)]

    @property
    def rejections(self) -> list[Rejection]:
        return [item for item in self.items if isinstance(item, Rejection)]

    @property
    def cautions(self) -> list[Caution]:
        return [item for item in self.items if isinstance(item, Caution)]

    @property
    def person(self) -> RosterRow:
        assert not self.rejections, self.rejections
        [person] = self.people
        return person

    @property
    def reasons(self) -> list[tuple[int, str, str]]:
        return [(item.row, item.field, item.reason.value) for item in self.rejections]

    @property
    def doubts(self) -> list[tuple[str, str]]:
        return [(item.field, item.doubt.value) for item in self.cautions]


def xlsx(*rows: Sequence[Any], name: str = "党员花名册") -> bytes:
    return workbook({name: rows})


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(source: Source, mapping: Mapping[str, str] | None = None) -> Reading:
    return Reading(list(read_roster(source, today=TODAY, mapping=mapping)))


def person_with(**cells: Any) -> Reading:
    """A roster of one person who is all right but for the cells given, by their header."""
    row = {"姓名": "林爱", "身份证号": ID, "入党时间": "1980-07-01", **cells}
    return read(xlsx(list(row), list(row.values())))
