"""Days, moments and slotted values as JSON says them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any


def plain_json(value: Any) -> Any:
    """Days and moments as ISO 8601 text, inside lists and objects too."""
    match value:
        case date() | datetime():
            return value.isoformat()
        case dict():
            return {name: plain_json(each) for name, each in value.items()}
        case list() | tuple():
            return [plain_json(each) for each in value]
        case _:
            return value


def fields_of(one: Any) -> dict[str, Any]:
    """A slotted dataclass as a dictionary."""
    return {name: getattr(one, name) for name in one.__slots__}
