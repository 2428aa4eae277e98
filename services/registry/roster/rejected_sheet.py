"""The rejected rows as a sheet to mend and send again.

The original columns under their original names, so that a remembered mapping fits; the cells at fault in yellow; at
the end why, and where the row stood. Everything is text: an ID number typed over stays whole. ``原因`` and
``原表行号`` are known to the reader and not taken for data when the sheet comes back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO, Final

from services.registry.roster.cells import neutralise
from services.registry.roster.rows import Rejection
from services.registry.roster.workbook import Style, Styled, Written, write_workbook

REASON_HEADER: Final = "原因"
ROW_HEADER: Final = "原表行号"


def write_rejected_sheet(
    target: Path | BinaryIO, headers: Mapping[str, Sequence[str]], rejections: Iterable[Rejection]
) -> None:
    """Write the rows; ``headers`` is ``Roster.headers()``.

    Rejections of one worksheet, and of one row, stand next to each other, as ``Roster.read`` gives them. Without any
    rejection the sheets carry their headers alone.
    """
    by_sheet = groupby(rejections, lambda rejection: rejection.sheet)
    groups = ((sheet, _sheet(headers.get(sheet, ()), group)) for sheet, group in by_sheet)
    first = next(groups, None)
    empty = ((sheet, _sheet(header, ())) for sheet, header in headers.items())
    write_workbook(target, empty if first is None else chain([first], groups))


def _sheet(header: Sequence[str], rejections: Iterable[Rejection]) -> Iterator[Sequence[Written]]:
    kept = [place for place, name in enumerate(header) if name not in {REASON_HEADER, ROW_HEADER}]
    names = [neutralise(header[place]) for place in kept]
    yield [Styled(name, Style.HEADER) for name in [*names, REASON_HEADER, ROW_HEADER]]
    for row, group in groupby(rejections, lambda rejection: rejection.row):
        faults = list(group)
        at_fault = {fault.column for fault in faults}
        cells = faults[0].cells
        texts = ((place, neutralise(cells[place]) if place < len(cells) else "") for place in kept)
        yield [
            *(Styled(text, Style.FLAGGED) if place in at_fault else text for place, text in texts),
            " ".join(fault.advice for fault in faults),
            str(row),
        ]
