"""Stream `meeting`, the part about who counts: the roll, and whom a superior's approval leaves out of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.meeting import MeetingFact
from events.facts.people import Word


class WhyNoVote(StrEnum):
    """Why somebody of the branch has no vote at its meeting."""

    PROBATIONARY = "probationary"
    """预备党员"""
    ON_CARD = "on_card"
    """持联系卡在外"""
    TRANSFERRED = "transferred"
    """已转临时组织关系"""


class NoVote(Word):
    """One member of the branch who has no vote at this meeting."""

    member_id: str
    why: WhyNoVote


class RollCalled(MeetingFact, name="hearth.meeting.roll_called", version=1):
    """Who has a vote at this meeting and who of the branch has none, and by which shares it counts. Called again, the
    later roll holds. Effective on the day of the meeting, by whose rules it is. Source: DOMAIN R9, §4 "quorum".
    """

    voters: tuple[str, ...]
    without_vote: tuple[NoVote, ...] = ()
    clause_voters: str
    present_permille: int
    """So many thousandths of the voters must be there …"""
    clause: str
    election_present_permille: int
    """… and so many where somebody is elected."""
    election_clause: str


class VoterExcluded(MeetingFact, name="hearth.meeting.voter_excluded", version=1):
    """A superior committee approved, and a meeting voted, that this voter does not count unless they come. On what
    ground stands sealed with the member: a `LeftOutOfQuorum` in the same append. Source: DOMAIN §4 "quorum".
    """

    member_id: str
    approved_by: str
    approval_no: str
    approved_on: date
    voted_on: date
    """The day of the meeting that agreed, with its counts."""
    in_favour: int
    present: int
    clause: str


class ExclusionTakenBack(MeetingFact, name="hearth.meeting.exclusion_taken_back", version=1):
    """The voter counts after all; a `CountedAgain` of theirs is in the same append. Source: DOMAIN R9."""

    member_id: str
