"""Answers of the API, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


def fields_of(one: Any) -> dict[str, Any]:
    """A slotted dataclass as a dictionary."""
    return {name: getattr(one, name) for name in one.__slots__}


def answered(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer: days and moments are written as ISO 8601."""
    # column names are no plain str to orjson
    return Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status, headers, "application/json")
