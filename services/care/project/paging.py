"""A long list in pages: each begins behind the last row of the one before, whatever was added meanwhile."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

PAGE_ROWS: Final = 50
PAGE_ROWS_MAX: Final = 1000


class BadToken(ValueError):
    """The page token is none of ours."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the token of the next page ("" on the last)."""

    rows: Sequence[dict[str, Any]]
    next_token: str = ""


def behind(token: str) -> tuple[date, str] | None:
    """The day and the id of the last row of the page before; None for the first page. Raises `BadToken`."""
    if not token:
        return None
    try:
        day, last_id = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return date.fromisoformat(day), str(last_id)
    except (ValueError, TypeError, NotBase64) as error:
        raise BadToken(token) from error


def page_of(rows: Sequence[dict[str, Any]], size: int, day: str, row_id: str) -> Page:
    """A page out of `size + 1` rows: the one too many says that there are more."""
    if len(rows) <= size:
        return Page(rows)
    last = rows[size - 1]
    written = json.dumps([last[day].isoformat(), last[row_id]]).encode()
    return Page(rows[:size], urlsafe_b64encode(written).decode().rstrip("="))
