"""Folding facts into one row by hand, as the runner does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from events.facts.base import HIDDEN, Fact
from events.log.envelope import About
from events.log.project import View

MOMENT = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def about_of(fact: Fact, on: date = TODAY, *, entity: str = "m1", seq: int = 1, fact_id: str = "f1") -> About:
    return About(
        id=fact_id, type=fact.TYPE, entity=entity, community="demo.jinqiao", effective=on, recorded=MOMENT,
        actor="shuji", correlation="", causation="", command="", reason="", previous="", service=fact.OWNER,
        log_stream=fact.OWNER.upper(), seq=seq,
    )  # fmt: skip


def folded(view: View, *past: Fact | tuple[Fact, date], row: Any = None) -> Any:
    """The row after these facts of one entity."""
    for seq, one in enumerate(past, 1):
        fact, on = one if isinstance(one, tuple) else (one, TODAY)
        about = about_of(fact, on, seq=seq)
        handler = view.handlers[type(fact)]
        if handler.keys is not None and not handler.keys(fact, about):
            continue
        row = handler.fold(row, fact, about)
    return row


def hidden(fact: Fact) -> Fact:
    """The fact as it reads once the keys are destroyed."""
    return fact.model_copy(update=dict.fromkeys(fact.SEALED, HIDDEN))
