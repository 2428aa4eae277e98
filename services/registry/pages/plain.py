"""Values as JSON says them."""

from __future__ import annotations

from typing import Any

from services.shell.reading import plain_json

__all__ = ["fields_of", "plain_json"]


def fields_of(one: Any) -> dict[str, Any]:
    """A slotted dataclass as a dictionary."""
    return {name: getattr(one, name) for name in one.__slots__}
