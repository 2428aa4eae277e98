"""Going through a long list page by page: a page begins after the last row of the one before, however it grew."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 1000


class BadToken(ValueError):
    """The page token is none of ours."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order, and the token of the next page ("" on the last)."""

    items: Sequence[dict[str, Any]]
    next_token: str = ""


def token_of(*values: str | int | date | None) -> str:
    """A token that names the last row by what the list is sorted by."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def read_token(token: str, *kinds: type) -> tuple[Any, ...] | None:
    """The values of a token, None for the first page. Raises `BadToken`."""
    if not token:
        return None
    try:
        values = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise BadToken(token)
        return tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError) as error:
        raise BadToken(token) from error


def _read(value: Any, kind: type) -> Any:
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if not isinstance(value, kind):
        raise BadToken(value)
    return value


def paged(rows: Sequence[dict[str, Any]], size: int, *sorted_by: str) -> Page:
    """A page out of `size + 1` rows that were asked for: the one too many says that there is a next page."""
    items = list(rows[:size])
    more = len(rows) > size and items
    return Page(items, token_of(*(items[-1][name] for name in sorted_by)) if more else "")
