"""A list as a text file that an office PC opens by a double click. What looks like a formula is made text."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

# As in `services/registry/roster/cells.py`, which reads such files and may know nothing of ours; a test compares them.
_FORMULA = re.compile(r"['\s\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]")


def neutralise(text: str) -> str:
    """The text with an apostrophe before it if an office program could take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_response(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """UTF-8 with a mark and CRLF, saved as `title.csv`. Every text goes through `neutralise`."""
    out = StringIO()
    writer = csv.writer(out)
    for row in (header, *rows):
        writer.writerow([neutralise(value) if isinstance(value, str) else value for value in row])
    headers = {"Content-Disposition": f"attachment; filename=\"list.csv\"; filename*=UTF-8''{quote(title)}.csv"}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
