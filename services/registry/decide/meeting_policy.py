"""The rules about meetings (DOMAIN R9, §4 "quorum"): who has a vote, whom an approval leaves out, what carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from events.facts.meeting import MeetingKind
from events.facts.meeting_roll import WhyNoVote
from events.facts.member import AwayKind
from services.registry.decide.days import months_after
from services.registry.decide.rule import Rule


class VotersRule(Rule):
    """Which full members have a vote here although they live elsewhere."""

    on_card: bool
    """With a contact card."""
    transferred: bool
    """With a temporary transfer of the relation."""
    clause: str

    def without_vote(self, away: AwayKind | None) -> WhyNoVote | None:
        """Why a full member who is away like this has no vote here; None if they have one."""
        match away:
            case AwayKind.CARD if not self.on_card:
                return WhyNoVote.ON_CARD
            case AwayKind.TEMPORARY_TRANSFER if not self.transferred:
                return WhyNoVote.TRANSFERRED
            case _:
                return None


class ExclusionRule(Rule):
    """On which grounds, by code, a voter may be left out of the number that is needed."""

    grounds: Mapping[str, str]
    clause: str


class VoteRule(Rule):
    """A motion is carried by more than this share (in thousandths) of all voters."""

    in_favour_over_permille: int = Field(ge=0, lt=1000)
    clause: str


class ElectionRule(Rule):
    """An election needs this share of the voters present; elected is who has more than that share of those present."""

    present_permille: int = Field(ge=0, le=1000)
    clause: str
    elected_over_permille: int = Field(ge=0, lt=1000)
    clause_elected: str


class TargetsRule(Rule):
    """How often the regular meetings are held (三会一课): once in every so many months of the calendar."""

    every_months: Mapping[MeetingKind, Literal[1, 3, 6, 12]]
    clause: str

    def period(self, kind: MeetingKind, day: date) -> tuple[date, date]:
        """The first and the last day of the span around a day in which a meeting of this kind is due."""
        months = self.every_months[kind]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        return first, months_after(first, months) - timedelta(days=1)


class StudyRule(Rule):
    """At which kinds of meetings study that is brought to the door counts as attendance, of its own kind."""

    kinds: tuple[MeetingKind, ...]
    clause: str


class LeaveRule(Rule):
    """Which posts may say yes when somebody asks leave: until the end of the day of the meeting, and afterwards."""

    in_time: tuple[Literal["secretary", "worker"], ...] = Field(min_length=1)
    afterwards: tuple[Literal["secretary", "worker"], ...] = Field(min_length=1)
    clause: str

    def posts(self, day: date, today: date) -> tuple[str, ...]:
        """Who may today, for a meeting on that day."""
        return self.in_time if today <= day else self.afterwards


class FestivalRule(Rule):
    """A festival of the traditional calendar on which no meeting is called by rote: so many days from `before` on."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=30)
    before: int = Field(ge=0, le=10)
    days: int = Field(ge=1, le=20)


class SeriesRule(Rule):
    """How far ahead meetings are called by rote, and which festivals of the traditional calendar they keep clear of."""

    months_max: int = Field(ge=1, le=24)
    festivals: Mapping[str, FestivalRule]
    clause: str
