"""The few turns of SQL that the questions of several services share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Label, Text, and_, cast, literal, true

from events.log.project.columns import LTree


def path_text(column: ColumnElement[Any], name: str = "community") -> Label[str]:
    """An `ltree` column as its text."""
    return cast(column, Text).label(name)


def inside(column: ColumnElement[Any], community: str) -> ColumnElement[bool]:
    """Rows of this community and everything below it; "" does not narrow what the scope shows."""
    if not community:
        return true()
    return column.op("<@", is_comparison=True)(cast(cast(literal(community), Text), LTree))


def begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """`column` begins with `start`. Written as a range of bytes, which a pattern index answers under row security:
    `LIKE` might tell about rows one may not see, so PostgreSQL keeps it away from indexes there.
    """
    return and_(
        column.op("~>=~", is_comparison=True)(start),
        column.op("~<~", is_comparison=True)(_after(start)),
    )


def _after(start: str) -> str:
    """The first text after everything that begins with `start`."""
    last = ord(start[-1]) + 1
    last = 0xE000 if last == 0xD800 else last  # no surrogates in UTF-8
    return start[:-1] + chr(last)
