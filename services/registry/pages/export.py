"""Lists as worksheets. What looks like a formula is made text: a name beginning with = must not run on an office PC."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from starlette.responses import Response

from services.registry.roster.cells import neutralise

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet_response(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A workbook with one sheet to save."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for number in range(1, len(header) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 16
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for row in rows:
        sheet.append([neutralise(value) if isinstance(value, str) else value for value in row])
    out = BytesIO()
    book.save(out)
    name = quote(f"{title}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{name}"}
    return Response(out.getvalue(), media_type=MEDIA_TYPE, headers=headers)


def csv_response(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The same lines as a text file that an office PC opens by a double click: UTF-8 with a mark, CRLF."""
    out = StringIO()
    writer = csv.writer(out)
    for row in (header, *rows):
        writer.writerow([neutralise(value) if isinstance(value, str) else value for value in row])
    headers = {"Content-Disposition": f"attachment; filename=\"list.csv\"; filename*=UTF-8''{quote(title)}.csv"}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
