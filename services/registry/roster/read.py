"""A roster read row by row: every row of a table becomes one ``RosterRow`` with its cautions before it, or its
rejections.

Blank rows, rows only numbered in advance, totals, signature lines and headers repeated for printing are nobody and
are passed over. A fault is reported once, where it is: a date that cannot be read is not compared with others.

100,000 rows × 20 columns take 9 s of one core here (0.7 s bounds, 2.4 s calamine, 6 s values) and 204 MB at the peak,
nearly all of it the worksheet inside calamine; what has been read is let go. It is work for a thread, not for the event
loop.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from services.registry.roster.cells import clean, squeeze
from services.registry.roster.columns import Columns, find_columns
from services.registry.roster.person import Seen, read_row
from services.registry.roster.reasons import Doubt, Unreadable, UnreadableRoster
from services.registry.roster.rows import Caution, Item
from services.registry.roster.sheet import Cell, Sheet, Source, open_sheets

# A total, or a line below the table; "填表人: …" only ends a table, "备注: …" explains it.
_NOBODY = re.compile(
    "(?:本页|本表|以上)?(?:合计|总计|小计|共计|累计|总人数)"
    "|(?:填表|制表|填报|审核|审批|负责|经办|联系)人?[^:]{0,4}:"
    "|(?:备?注|说明):"
)
_SAMPLE_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet in which a header was found."""

    sheet: Sheet
    columns: Columns

    def people(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows that may be people, with their worksheet row numbers."""
        at = self.columns.at
        places = tuple(at.values())
        width = max(places) + 1
        name_header, id_header = (squeeze(self.columns.header_of(field)) for field in ("name", "id_number"))
        for number, cells in self.sheet.rows():
            if number <= self.columns.last_header_row:
                continue
            row = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
            if not any(row[place] != "" and clean(row[place]) for place in places):
                continue
            if "id_number" in at and (id_cell := squeeze(row[at["id_number"]])):
                if "name" in at and id_cell == id_header and squeeze(row[at["name"]]) == name_header:
                    continue
            elif _NOBODY.match(next(text for cell in row if (text := squeeze(cell)))):
                continue
            yield number, row

    def sample(self) -> list[tuple[str, ...]]:
        """The first people's cells as text, for the page on which columns are pointed out."""
        return [tuple(map(clean, row)) for _, row in islice(self.people(), _SAMPLE_ROWS)]


@dataclass(frozen=True, slots=True)
class Roster:
    """An opened roster: its tables, and what was passed over on the way to them."""

    tables: tuple[Table, ...]
    cautions: tuple[Caution, ...]

    @property
    def last_row(self) -> int | None:
        """How far the tables reach in all, to measure progress against; ``None`` for a CSV."""
        ends = [table.sheet.last_row for table in self.tables]
        return None if None in ends else sum(end for end in ends if end is not None)

    def headers(self) -> dict[str, tuple[str, ...]]:
        """The header of each worksheet read, for the sheet of rejected rows."""
        return {table.sheet.name: table.columns.headers for table in self.tables}

    def read(self, today: date) -> Iterator[Item]:
        """Everything in the file's order, streaming: the cautions about columns first.

        ``today`` is the day on which dates count as future. Raises ``UnreadableRoster`` at once, before the first
        item, if no table has the columns without which nobody can be registered.
        """
        self.refuse_if_incomplete()
        return self._items([table for table in self.tables if not table.columns.missing], today)

    def refuse_if_incomplete(self) -> None:
        """Raises ``UnreadableRoster`` if no table has the columns without which nobody can be registered."""
        if all(table.columns.missing for table in self.tables):
            self.tables[0].columns.refuse_if_incomplete()

    def _items(self, complete: Sequence[Table], today: date) -> Iterator[Item]:
        yield from self.cautions
        for table in self.tables:
            yield from _cautions(table.columns)
        seen = Seen()
        for table in complete:
            for number, cells in table.people():
                yield from read_row(table.columns, number, cells, today, seen)


def open_roster(source: Source, mapping: Mapping[str, str] | None = None) -> Roster:
    """Open a file (a path or its bytes) and find its tables.

    ``mapping`` says what columns are (header → field or ``"ignored"``), over what is known. Raises
    ``UnreadableRoster`` when the file is no sheet, is locked or damaged, or has no header in any visible worksheet.
    """
    tables: list[Table] = []
    passed_over: list[Caution] = []
    for sheet in open_sheets(source):
        if sheet.last_row == 0:
            continue
        columns = None if sheet.hidden else find_columns(sheet, mapping)
        if columns is None:
            passed_over.append(_skipped(sheet.name, Doubt.SHEET_HIDDEN if sheet.hidden else Doubt.SHEET_NO_HEADER))
        else:
            tables.append(Table(sheet, columns))
    if not tables:
        raise UnreadableRoster(Unreadable.NO_HEADER if passed_over else Unreadable.EMPTY)
    return Roster(tuple(tables), tuple(passed_over))


def read_roster(source: Source, *, today: date, mapping: Mapping[str, str] | None = None) -> Iterator[Item]:
    """``open_roster`` and ``Roster.read`` in one; raises ``UnreadableRoster`` before the first item."""
    return open_roster(source, mapping).read(today)


def _skipped(sheet: str, doubt: Doubt, row: int = 1, columns: str = "") -> Caution:
    return Caution(sheet, row, "", sheet, doubt, {"sheet": sheet, "row": str(row), "columns": columns})


def _cautions(columns: Columns) -> Iterator[Caution]:
    for problem in columns.problems:
        yield Caution(columns.sheet, columns.header_row, "", problem.value, problem.doubt, problem.details)
    if columns.missing:
        yield _skipped(columns.sheet, Doubt.SHEET_INCOMPLETE, columns.header_row, columns.missing_names)
