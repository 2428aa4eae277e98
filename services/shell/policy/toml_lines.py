"""On which line of a TOML text each key stands. The standard library reads the values; it forgets where they were."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

Place = tuple[str | int, ...]
"""Keys, and the numbers of the tables in an array of tables: `("cadence", 1, "times")`."""

_AT: Final = re.compile(r"(.*) \(at line (\d+), column (\d+)\)$", re.DOTALL)


class NotToml(ValueError):
    """The text is no TOML; `line` and `column` count from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def read_toml(text: str) -> tuple[Mapping[str, Any], Mapping[Place, int]]:
    """The values, and the line of every key and table. Raises `NotToml`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = _AT.match(str(error))
        if said is None:  # the text ended too early
            raise NotToml(text.rstrip().count("\n") + 1, str(error)) from error
        reason, line, column = said.groups()
        raise NotToml(int(line), f"column {column}: {reason}") from error
    lines: dict[Place, int] = {}
    for place, line in _places(text):
        for size in range(1, len(place) + 1):
            lines.setdefault(place[:size], line)
    return data, lines


def _places(text: str) -> Iterator[tuple[Place, int]]:
    """Statement by statement: so many lines as can be read by themselves are one header, or one key with its value."""
    table: Place = ()
    arrays: dict[Place, int] = {}
    statement, began = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        statement, began = (f"{statement}\n{line}", began) if statement else (line, number)
        try:
            read = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # a text or a list that goes on
        if statement.lstrip().startswith("["):
            table = _header(read, arrays)
            yield table, began
        else:
            for place in _inside(table, read):
                yield place, began
        statement = ""


def _header(read: Mapping[str, Any], arrays: dict[Place, int]) -> Place:
    """The table that a header opens; `arrays` says how many tables each array has had."""
    place: Place = ()
    inner: Any = read
    while isinstance(inner, dict) and inner:
        key, inner = next(iter(inner.items()))
        place = (*place, key)
        if isinstance(inner, list):
            arrays[place] = arrays.get(place, -1) + 1
        if place in arrays:
            place = (*place, arrays[place])
    return place


def _inside(place: Place, value: Any) -> Iterator[Place]:
    """The keys of a value, tables written in one line included."""
    pairs: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, dict):
        pairs = iter(value.items())
    elif isinstance(value, list):
        pairs = ((index, each) for index, each in enumerate(value) if isinstance(each, dict))
    for key, each in pairs:
        yield (*place, key)
        yield from _inside((*place, key), each)
