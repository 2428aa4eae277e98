"""How large a workbook may be before it is read, found without reading it.

The reader lays a worksheet out as one rectangle from the first to the last cell that holds something (about 30 bytes
a place, measured), so a space typed by mistake into XFD1048576 would ask for 500 GB and take the whole process with
it. Office files carry such cells. The parts of the workbook are therefore unpacked once, a piece at a time, and only
the references of cells are looked at: 0.7 s for 100,000 rows of 20 columns, 3.5 s when the closer look is needed.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from services.registry.roster.reasons import Unreadable, UnreadableRoster

UNPACKED_BYTES_MAX: Final = 500 * 1024 * 1024
"""All parts of a workbook together; a roster of 100,000 rows unpacks to about 100 MB."""

CELLS_MAX: Final = 6_000_000
"""Places in the rectangles of all worksheets: 300,000 rows of 20 columns, about 200 MB in memory."""

_PIECE_BYTES: Final = 1 << 20

# Outside A1:Z199999. A single worksheet without such a reference has at most 5.2 million places: it needs no closer
# look.
_FAR = re.compile(rb""" r=["'](?:[A-Z]{2}|[A-Z](?:[2-9]\d{5}|\d{7}))""")
# A cell that holds something: <c …> and not <c …/>, which only carries a format.
_FILLED = re.compile(rb"""<(?:\w+:)?c (?:[^>]*? )?r=["']([A-Z]{1,3})(\d{1,7})["'](?:[^>]*[^/])?>""")


def check_bounds(workbook: zipfile.ZipFile) -> None:
    """Refuse (``UnreadableRoster``) a workbook whose parts or worksheets are beyond what a roster can need."""
    parts = workbook.infolist()
    if sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
        raise UnreadableRoster(Unreadable.TOO_LARGE, limit=str(UNPACKED_BYTES_MAX >> 20))
    worksheets = [part for part in parts if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename)]
    if len(worksheets) == 1 and not _reaches_far(workbook, worksheets[0]):
        return
    cells = 0
    for part in worksheets:
        with workbook.open(part) as stream:
            rows, columns = _extent(stream)
        cells += rows * columns
        if cells > CELLS_MAX:
            raise UnreadableRoster(Unreadable.TOO_WIDE, rows=str(rows), columns=str(columns))


def _reaches_far(workbook: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with workbook.open(part) as stream:
        return any(_FAR.search(piece) for piece in _whole_tags(stream))


def _extent(stream: IO[bytes]) -> tuple[int, int]:
    """The last row and the last column in which a cell holds anything."""
    last_row = 0
    columns: set[bytes] = set()
    for piece in _whole_tags(stream):
        filled = _FILLED.findall(piece)
        columns.update({column for column, _ in filled})
        last_row = max(last_row, max((int(row) for row in {row for _, row in filled}), default=0))
    return last_row, max(map(_column_number, columns), default=0)


def _whole_tags(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in pieces that never end inside a tag."""
    rest = b""
    while piece := stream.read(_PIECE_BYTES):
        piece = rest + piece
        end = piece.rfind(b">") + 1
        rest = piece[end:]
        yield piece[:end]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
