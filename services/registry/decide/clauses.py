"""Which clauses a pack of rules cites, wherever in it they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

WORDS = "clauses"
"""The field of a pack with the words of its clauses, which cites nothing."""


def cited_in(rules: BaseModel) -> set[str]:
    """Every text in a field whose name says that it is a clause (`clause`, `clause_ahead`, `clause_review`)."""
    return set(_found(rules))


def _found(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name, inner in value:
            if isinstance(inner, str) and "clause" in name:
                yield inner
            elif name != WORDS:
                yield from _found(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _found(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _found(inner)
