"""What other rules would change in somebody's coming twelve months: which visits and calls more, which fewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from events.facts.care import VisitReason, VisitWay
from services.care.decide.window import Window


class Kind(NamedTuple):
    """What is counted together."""

    reason: VisitReason
    way: VisitWay


def difference(before: Sequence[Window], after: Sequence[Window]) -> Mapping[Kind, int] | None:
    """How many more of each kind (fewer: below nothing); empty if only days change, None if nothing does.

    A visit counts for each of its reasons. By which clause it is asked for is no change.
    """
    if list(map(_days, before)) == list(map(_days, after)):
        return None
    more = Counter(_kinds(after))
    more.subtract(_kinds(before))
    return {kind: number for kind, number in more.items() if number}


def _days(window: Window) -> tuple[object, ...]:
    return window.reasons, window.way, window.start, window.due, window.end


def _kinds(windows: Sequence[Window]) -> Counter[Kind]:
    return Counter(Kind(reason, window.way) for window in windows for reason in window.reasons)
