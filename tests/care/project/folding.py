"""Views folded in memory: facts of several log streams in an order of the test's choosing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from events.facts.base import Fact
from events.log.envelope import About
from events.log.project import Row, View

MEMBER = "m1"
COMMUNITY = "demo.jinqiao"


@dataclass(frozen=True)
class Told:
    """A fact as it stands in the log."""

    fact: Fact
    about: About


def told(fact: Fact, on: date, seq: int, entity: str = MEMBER) -> Told:
    about = About(
        id=f"{fact.OWNER}-{seq}",
        type=fact.TYPE,
        entity=entity,
        community=COMMUNITY,
        effective=on,
        recorded=datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
        actor="shuji",
        correlation="c",
        causation="",
        command="",
        reason="",
        previous="",
        service=fact.OWNER,
        log_stream=fact.OWNER.upper(),
        seq=seq,
    )
    return Told(fact, about)


def history(*facts: tuple[Fact, date]) -> list[Told]:
    """The facts of one log stream, in its order."""
    return [told(fact, on, seq) for seq, (fact, on) in enumerate(facts, 1)]


def rows_of(view: View, facts: Iterable[Told]) -> dict[tuple[Any, ...], Row]:
    """The rows that these facts leave, by key."""
    rows: dict[tuple[Any, ...], Row] = {}
    for one in facts:
        handler = view.handlers.get(type(one.fact))
        if handler is None:
            continue
        keys = [(one.about.entity,)] if handler.keys is None else handler.keys(one.fact, one.about)
        for key in keys:
            before = rows.get(key)
            after = handler.fold(None if before is None else dict(before), one.fact, one.about)
            rows.pop(key, None)
            if after is not None:
                rows[key] = {**after, **dict(zip(view.key_columns, key, strict=True))}
    return rows


def interleaved(first: Sequence[Told], second: Sequence[Told], turns: Sequence[bool]) -> list[Told]:
    """Two log streams as a projector may meet them: each in its own order, one or the other going first."""
    one, other = list(first), list(second)
    found = []
    for turn in turns:
        source = one if turn else other
        if source:
            found.append(source.pop(0))
    return found + one + other
