"""A card as it was on one day, as it was known at a moment: the folds of the living card over fewer facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from events.facts.member import DetailsCorrected, Enrolled, EnrolmentWithdrawn, MovedAway
from events.facts.member_away import AwayDayCorrected
from events.facts.merging import Merged, Unmerged
from events.log.envelope import Recorded
from events.log.project import Row
from services.registry.project import member


def in_life(one: Recorded) -> date:
    """The day from which a fact was so in life. A correction holds from the day the wrong value stood on the card."""
    if isinstance(one.fact, DetailsCorrected) and one.fact.wrong_since is not None:
        return one.fact.wrong_since
    return one.about.effective


_ALWAYS = (Merged, Unmerged, EnrolmentWithdrawn)
"""These say what the record itself is worth, whatever day it shows: one of two of a person, or none at all."""


def _since(one: Recorded) -> date:
    return date.min if isinstance(one.fact, _ALWAYS) else in_life(one)


def card_as_of(known: Iterable[Recorded], day: date) -> Row | None:
    """The row of the card on a day, from the facts known (oldest first); None if the person was not on the roll yet.

    Facts take effect in the order of life, not of writing. An enrolment comes first: what a roster says of the time
    before it (somebody left in spring) is part of what it brought along.
    """
    known = list(known)
    begun = [one for one in known if isinstance(one.fact, Enrolled) and one.about.effective <= day]
    if not begun:
        return None
    enrolled = begun[-1]
    known = _without_wrong_days(known)
    later = [one for one in known if one.about.seq > enrolled.about.seq and _since(one) <= day]
    row: Row | None = None
    for one in [enrolled, *sorted(later, key=lambda one: (isinstance(one.fact, _ALWAYS), _since(one), one.about.seq))]:
        handler = member.view.handlers.get(type(one.fact))
        if handler is not None:
            row = handler.fold(row, one.fact, one.about)
    if row is None:
        return None
    return row | {"community": row.get("community") or enrolled.about.community}


def _without_wrong_days(known: list[Recorded]) -> list[Recorded]:
    """The facts without those that say somebody left on a day which was later set right."""
    wrong: set[str] = set()
    for at, one in enumerate(known):
        if isinstance(one.fact, AwayDayCorrected):
            said = (each for each in reversed(known[:at]) if isinstance(each.fact, MovedAway | AwayDayCorrected))
            wrong |= {each.about.id for each in said if each.about.effective == one.fact.was}
    return [one for one in known if one.about.id not in wrong]
