"""Lists to save as a file that an office PC opens by a double click. What looks like a formula is made text there."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

_FORMULA: Final = re.compile(r"['\s\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]")
"""OWASP's list (CSV injection), and the full-width and small forms that Chinese Excel takes for the same signs."""


def plain(value: Any) -> Any:
    """The cell with an apostrophe before it if a program could take its text for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def csv_file(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """These lines under this name (without `.csv`): UTF-8 with a mark, CRLF."""
    out = StringIO()
    writer = csv.writer(out)
    for row in (header, *rows):
        writer.writerow([plain(value) for value in row])
    headers = {"content-disposition": f"attachment; filename=\"list.csv\"; filename*=UTF-8''{quote(title)}.csv"}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
