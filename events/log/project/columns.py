"""Columns a view may have, and how their values travel to PostgreSQL in arrays and back.

A batch is written as `INSERT … SELECT … FROM unnest($1::text[], $2::date[], …)`: one statement a table (PITFALLS 24).
`unnest` flattens nested arrays and knows no JSON, so those columns travel as text and are cast on the other side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves dialects untyped


class LTree(UserDefinedType[str]):
    """A dotted path (`demo.jinqiao`), PostgreSQL's `ltree`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL."""
        return "LTREE"


def community_column() -> Column[str]:
    """The column that row-level security looks at. Every view about people of a community has it."""
    return Column("community", LTree(), nullable=False)


def _json_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _array_literal(value: Any) -> str | None:
    if value is None:
        return None
    return "{" + ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in value) + "}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one SQL type travels: the array type sent, the cast behind `unnest`, and both conversions."""

    sent: str
    cast: str = ""
    encode: Callable[[Any], Any] | None = None
    decode: Callable[[Any], Any] | None = None
    read_as_text: bool = False


KINDS: Final = {
    "TEXT": Kind("text[]"),
    "DATE": Kind("date[]"),
    "TIMESTAMP WITH TIME ZONE": Kind("timestamptz[]"),
    "BIGINT": Kind("bigint[]"),
    "INTEGER": Kind("integer[]"),
    "SMALLINT": Kind("smallint[]"),
    "BOOLEAN": Kind("boolean[]"),
    "BYTEA": Kind("bytea[]"),
    "JSONB": Kind("text[]", "::jsonb", _json_text, orjson.loads, read_as_text=True),
    "TEXT[]": Kind("text[]", "::text[]", _array_literal),
    "LTREE": Kind("text[]", "::ltree", read_as_text=True),
}
"""By the type's name in DDL. Money is fen in a BIGINT; ids are TEXT; a time without a zone says nothing."""


@dataclass(frozen=True, slots=True)
class ColumnPath:
    """One column of one table and its way to PostgreSQL and back."""

    name: str
    kind: Kind

    @property
    def read(self) -> str:
        """The column in a SELECT from `t`."""
        return f't."{self.name}"::text' if self.kind.read_as_text else f't."{self.name}"'


def column_paths(table: Table) -> tuple[ColumnPath, ...]:
    """The table's columns in order. Raises `TypeError` on a type that no view may have."""
    paths = []
    for column in table.columns:
        name = column.type.compile(dialect=DIALECT)
        if name not in KINDS:
            raise TypeError(f"{table.name}.{column.name}: a view has no {name}; use one of {', '.join(KINDS)}")
        paths.append(ColumnPath(column.name, KINDS[name]))
    return tuple(paths)
