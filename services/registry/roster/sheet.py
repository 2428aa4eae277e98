"""A file opened as worksheets of raw cells, each row with the number the clerk sees beside it.

``.xlsx`` and ``.xls`` are read by calamine, ``.csv`` by the standard library. Measured here on 100,000 rows × 20
columns (8 MB): openpyxl's read-only mode 33 s and 35 MB, calamine 2.4 s and 186 MB; a roster must reach three
services' pages in 120 s, so calamine reads, and ``bounds`` refuses in advance what would not fit. Calamine could open
.ods and .xlsb as well, but their extent cannot be told beforehand, so those are sent back with the advice to save as
.xlsx.

Cells come as the file has them: text, ``float`` for every number, ``bool``, ``date``/``datetime`` for a number
formatted as a date, and "" for an empty cell or an error value. The kind of file is told by its first bytes, not by
its name: offices rename.
"""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from services.registry.roster.bounds import UNPACKED_BYTES_MAX, check_bounds
from services.registry.roster.reasons import Unreadable, UnreadableRoster

Cell = str | int | float | bool | date | datetime | time | timedelta
Source = Path | bytes

_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_PIECE_BYTES: Final = 1 << 20
_HEAD_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. ``rows()`` starts again at the top each time and counts rows from 1, as the office program does.

    ``last_row`` is known beforehand except for a CSV; progress is measured against it.
    """

    name: str
    hidden: bool
    last_row: int | None
    rows: Callable[[], Iterator[tuple[int, Sequence[Cell]]]]


def open_sheets(source: Source) -> list[Sheet]:
    """The worksheets of a file, in its order. Raises ``UnreadableRoster`` when there are none to be had."""
    with _stream(source) as stream:
        head = stream.read(_HEAD_BYTES)
        if not head.strip():
            raise UnreadableRoster(Unreadable.EMPTY)
        stream.seek(0)
        if head.startswith(b"PK"):
            _check_package(stream)
            return _calamine(stream)
        if head.startswith(_OLE):
            return _calamine(io.BytesIO(_old_workbook(stream.read())))
        _refuse_what_is_no_text(head)
        return [_csv(source, _encoding(stream))]


def _stream(source: Source) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _check_package(stream: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(stream) as package:
            names = set(package.namelist())
            if "xl/workbook.bin" in names:
                raise UnreadableRoster(Unreadable.OTHER_FORMAT, format=".xlsb")
            if "content.xml" in names:
                raise UnreadableRoster(Unreadable.OTHER_FORMAT, format=".ods")
            if not any(name.startswith("xl/") for name in names):
                raise UnreadableRoster(Unreadable.NOT_A_SHEET)
            check_bounds(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as broken:
        raise UnreadableRoster(Unreadable.CORRUPT) from broken
    stream.seek(0)


def _old_workbook(body: bytes) -> bytes:
    """The bytes of an .xls, once it is sure that they are not an .xlsx locked with a password."""
    if _ENCRYPTED in body:
        raise UnreadableRoster(Unreadable.PASSWORD)
    if len(body) > UNPACKED_BYTES_MAX:
        raise UnreadableRoster(Unreadable.TOO_LARGE, limit=str(UNPACKED_BYTES_MAX >> 20))
    return body


def _calamine(stream: BinaryIO) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(stream)
        return [
            _worksheet(workbook.get_sheet_by_name(meta.name), hidden=meta.visible != SheetVisibleEnum.Visible)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as locked:
        raise UnreadableRoster(Unreadable.PASSWORD) from locked
    except CalamineError as broken:
        raise UnreadableRoster(Unreadable.CORRUPT) from broken
    except BaseException as broken:
        # A panic of the reader (Rust) on a damaged file is no Exception; all else of that rank is not ours to stop.
        if isinstance(broken, Exception) or type(broken).__name__ == "PanicException":
            raise UnreadableRoster(Unreadable.CORRUPT) from broken
        raise


def _worksheet(sheet: CalamineSheet, *, hidden: bool) -> Sheet:
    last_row = sheet.end[0] + 1 if sheet.end else 0
    return Sheet(sheet.name, hidden, last_row, lambda: enumerate(sheet.iter_rows(), 1))


def _refuse_what_is_no_text(head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"mime-version")):
        raise UnreadableRoster(Unreadable.WEB_PAGE)
    if start.startswith(b"<?xml"):
        raise UnreadableRoster(Unreadable.OTHER_FORMAT, format="XML")
    if start.startswith((b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8\xff")):
        raise UnreadableRoster(Unreadable.NOT_A_SHEET)
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableRoster(Unreadable.NOT_A_SHEET)


def _encoding(stream: BinaryIO) -> str:
    """The encoding in which the whole text reads without a fault: Excel's two in China, and its "Unicode text"."""
    start = stream.read(2)
    guesses = ["utf-16"] if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else ["utf-8-sig", "gb18030"]
    for guess in guesses:
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(guess)()
        try:
            while piece := stream.read(_PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return guess
    raise UnreadableRoster(Unreadable.ENCODING)


def _csv(source: Source, encoding: str) -> Sheet:
    def rows() -> Iterator[tuple[int, Sequence[Cell]]]:
        with io.TextIOWrapper(_stream(source), encoding=encoding, newline="") as text:
            head = text.read(_HEAD_BYTES)
            text.seek(0)
            try:
                yield from enumerate(csv.reader(text, delimiter=max(",\t;", key=head.count)), 1)
            except csv.Error as broken:
                raise UnreadableRoster(Unreadable.CORRUPT) from broken

    name = source.stem if isinstance(source, Path) else "CSV"
    return Sheet(name, hidden=False, last_row=None, rows=rows)
