"""Which facts were so on a day in life, of those known at a moment: what every page of the past is folded from.

A fact counts from its effective day. Four kinds of fact reach further back than the day they were decided on, because
they say that something had been otherwise all along:

* a correction of the card, to the day from which the wrong value stood there;
* a corrected day of leaving: the absence begins on the right day, whatever was said before;
* a slip taken back: it never was so;
* two records found to be one person (or two after all, ADR 30): they always were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from events.facts.activity import SpendingTakenBack
from events.facts.base import Fact
from events.facts.branch import Formed
from events.facts.branch_funds import (
    FundsAllocationTakenBack,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from events.facts.meeting import Scheduled
from events.facts.member import DetailsCorrected, EnrolmentWithdrawn, MovedAway
from events.facts.member_away import AwayDayCorrected
from events.facts.member_contact import ContactTakenBack
from events.facts.member_handover import TakeOverWithdrawn
from events.facts.member_honours import HonourTakenBack
from events.facts.member_points import PointsTakenBack
from events.facts.member_review import AppraisalWithdrawn, ReportWithdrawn
from events.facts.member_service import PostKeptWithdrawn, ServiceHoursWithdrawn
from events.facts.merging import Merged, Unmerged
from events.facts.receipts import HandUpWithdrawn
from events.log.envelope import Recorded

NEVER_SO: Final[Mapping[type[Fact], tuple[str, ...]]] = {
    PointsTakenBack: ("award_id",),
    ContactTakenBack: ("contact_id",),
    HonourTakenBack: ("honour_id",),
    ReportWithdrawn: ("report_id",),
    AppraisalWithdrawn: ("year",),
    ServiceHoursWithdrawn: ("entry_id",),
    PostKeptWithdrawn: ("post_id",),
    TakeOverWithdrawn: ("batch_id", "row"),
    SpendingTakenBack: ("spending_id",),
    HandUpWithdrawn: ("hand_up_id",),
    FundsAllocationTakenBack: ("allocation_id",),
    FundsSpendingTakenBack: ("spending_id",),
    FundsSpendingDropped: ("spending_id",),
}
"""What says that something was a slip, and the fields by which it names what it takes back: it counts from the same
day. Where the slip is about a meeting, the fact itself has the meeting's day.
"""
_OFFICE: Final = timezone(timedelta(hours=8))
SHIFTING: Final[frozenset[type[Fact]]] = frozenset((MovedAway, AwayDayCorrected))
"""Only together do these say when an absence began."""


REACHING: Final[frozenset[type[Fact]]] = SHIFTING | {
    DetailsCorrected, EnrolmentWithdrawn, Merged, Unmerged, Scheduled, Formed, FundsSpent, *NEVER_SO,
}  # fmt: skip
"""Kinds that may count on another day than their effective one: these are always looked at."""


@dataclass(frozen=True, slots=True)
class Then:
    """How it was on a day, as far as it was known at a moment."""

    day: date
    known_at: datetime


def so_on(known: Iterable[Recorded], day: date) -> list[Recorded]:
    """Of the facts known (in the order they were written), those that had become so by a day; in the same order.

    So that is what a register would have been given that heard of nothing else.
    """
    known = list(known)
    days = days_in_life(known)
    return [one for one, since in zip(known, days, strict=True) if since <= day]


def days_in_life(known: Sequence[Recorded]) -> list[date]:
    """From which day on each fact was so; of several entities, in the order they were written."""
    found = [_own_day(known, at) for at in range(len(known))]
    right: dict[str, dict[date, date]] = defaultdict(dict)  # by entity: what was said to be the day, and what it was
    for at in range(len(known) - 1, -1, -1):
        about, fact = known[at].about, known[at].fact
        if isinstance(fact, MovedAway | AwayDayCorrected):
            found[at] = right[about.entity].pop(about.effective, about.effective)
        if isinstance(fact, AwayDayCorrected):
            right[about.entity][fact.was] = found[at]
    return found


def _own_day(known: Sequence[Recorded], at: int) -> date:
    about, fact = known[at].about, known[at].fact
    match fact:
        case DetailsCorrected() if fact.wrong_since is not None:
            return fact.wrong_since
        case Merged() | Unmerged():
            return date.min
        case Scheduled():  # effective on the day of the meeting: it stands in the calendar from when it is called
            return min(about.effective, about.recorded.astimezone(_OFFICE).date())
        case EnrolmentWithdrawn():
            return fact.enrolled_on or date.min
        case FundsSpent() if fact.instead_of:  # put right: the payment in whose place it stands counts no more
            return min(about.effective, _day_of_payment(known[:at], fact.instead_of) or about.effective)
        case _ if type(fact) in NEVER_SO:
            return _taken_back(known[:at], about.entity, fact) or about.effective
        case _:
            return about.effective


def _taken_back(before: Sequence[Recorded], entity: str, fact: Fact) -> date | None:
    """The day of what a slip was about."""
    named = [(name, getattr(fact, name)) for name in NEVER_SO[type(fact)]]
    for one in reversed(before):
        same = one.about.entity == entity and all(getattr(one.fact, name, None) == value for name, value in named)
        if same and type(one.fact) is not type(fact):
            return one.about.effective
    return None


def _day_of_payment(before: Sequence[Recorded], spending_id: str) -> date | None:
    days = (one.about.effective for one in before if getattr(one.fact, "spending_id", None) == spending_id)
    return next(days, None)
