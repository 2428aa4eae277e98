"""The few turns of SQL that several questions share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Label, Text, and_, cast, literal, true

from events.log.project import LTree


def path_text(column: ColumnElement[Any]) -> Label[str]:
    """A community column as its dotted text."""
    return cast(column, Text).label("community")


def inside(column: ColumnElement[Any], community: str) -> ColumnElement[bool]:
    """Rows of this community and everything below it; "" does not narrow what the scope shows."""
    if not community:
        return true()
    return column.op("<@", is_comparison=True)(cast(cast(literal(community), Text), LTree))


def begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    """`column` begins with `start`, asked as a range of bytes: an index may answer that under row-level security."""
    after = start[:-1] + chr(ord(start[-1]) + 1)
    return and_(column.op("~>=~", is_comparison=True)(start), column.op("~<~", is_comparison=True)(after))
