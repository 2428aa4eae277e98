"""Facts of a member that other views show; the card only moves on to their version."""

from __future__ import annotations

from events.facts.census import CensusAnswered, CensusMissed, CensusSettled
from events.facts.member import DuesPaid
from events.facts.member_away import AwayPart
from events.facts.member_centre import CentrePart
from events.facts.member_contact import ContactPart
from events.facts.member_dues import DuesPart
from events.facts.member_handover import HandoverPart
from events.facts.member_honours import HonourPart
from events.facts.member_meeting import Excused, ToldElsewhere
from events.facts.member_points import PointPart
from events.facts.member_review import ReviewPart
from events.facts.member_service import ServicePart

CensusPart = CensusAnswered | CensusMissed | CensusSettled
MeetingPart = Excused | ToldElsewhere
EsteemPart = HonourPart | PointPart | ReviewPart
ElsewherePart = (
    DuesPaid
    | DuesPart
    | MeetingPart
    | CensusPart
    | CentrePart
    | HandoverPart
    | ServicePart
    | AwayPart
    | EsteemPart
    | ContactPart
)
"""Of these, the card may still fold some itself (a letter changes how an absence is kept)."""
