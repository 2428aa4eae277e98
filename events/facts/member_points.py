"""Stream `member`, the part about points: what a person adds by hand. All other points follow from facts."""

from __future__ import annotations

from events.facts.base import Identity, Sealed
from events.facts.member import MemberFact


class PointsAwarded(MemberFact, name="hearth.member.points_awarded", version=1, published=True):
    """A person gives points for something no other fact tells of. Source: DOMAIN R11, §3.

    Effective on the day it was done; `clause` is the rule that allows it, `award_id` what a correction names.
    """

    award_id: str
    points: int
    clause: str
    what: Sealed[Identity, str]


class PointsTakenBack(MemberFact, name="hearth.member.points_taken_back", version=1, published=True):
    """Points given by hand were a slip and count for nothing; the envelope says why. Source: DOMAIN R11."""

    award_id: str


PointPart = PointsAwarded | PointsTakenBack
