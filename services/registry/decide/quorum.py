"""Whether a meeting counts, as a pure function of its facts: the roll as it was called, whom an approval leaves out,
and who is there. Whoever computes it again, in whatever order people signed in and however late, gets the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, field_serializer

from events.facts.meeting_roll import NoVote, RollCalled, WhyNoVote
from events.facts.member import AwayKind
from services.registry.decide.policy import MeetingsPolicy


class Roll(BaseModel):
    """Who has a vote at a meeting and who of the branch has none, and the shares it counts by."""

    model_config = ConfigDict(frozen=True)

    voters: frozenset[str]
    without_vote: Mapping[str, WhyNoVote]
    clause_voters: str
    present_permille: int
    clause: str
    election_present_permille: int
    election_clause: str

    @field_serializer("voters")
    def _in_order(self, people: frozenset[str]) -> list[str]:
        """A set has another order in every process; the same state must be the same snapshot, byte for byte."""
        return sorted(people)


@dataclass(frozen=True, slots=True)
class Quorum:
    """`voters` is the denominator: the roll without those `excluded`. `present` counts voters only; `guests` are those
    there without a vote. `missing` more are needed.
    """

    present: int
    voters: int
    excluded: Sequence[str]
    needed: int
    missing: int
    reached: bool
    clause: str
    guests: int


def quorum(roll: Roll, excluded: Collection[str], present: Collection[str], *, election: bool = False) -> Quorum:
    """Count. Who was left out by an approval and comes all the same has their vote, and counts on both sides."""
    there = roll.voters & set(present)
    left_out = sorted((roll.voters & set(excluded)) - there)
    voters = len(roll.voters) - len(left_out)
    share = roll.election_present_permille if election else roll.present_permille
    needed = -(-voters * share // 1000)
    return Quorum(
        present=len(there),
        voters=voters,
        excluded=left_out,
        needed=needed,
        missing=max(needed - len(there), 0),
        reached=voters > 0 and len(there) >= needed,
        clause=roll.election_clause if election else roll.clause,
        guests=len(set(present) - roll.voters),
    )


@dataclass(frozen=True, slots=True)
class OnRoster:
    """Somebody of the branch on the day of the meeting."""

    member_id: str
    joined_on: date | None
    full_member_on: date | None
    away: AwayKind | None = None


def called(roster: Sequence[OnRoster], day: date, rules: MeetingsPolicy) -> RollCalled:
    """The roll of these people by the rules of the day."""
    without: list[NoVote] = []
    voters: list[str] = []
    for one in sorted(roster, key=lambda each: each.member_id):
        full = rules.quorum.may_vote(one.joined_on, one.full_member_on, day)
        why = rules.voters.without_vote(one.away) if full else WhyNoVote.PROBATIONARY
        if why is None:
            voters.append(one.member_id)
        else:
            without.append(NoVote(member_id=one.member_id, why=why))
    return RollCalled(
        voters=tuple(voters),
        without_vote=tuple(without),
        clause_voters=rules.voters.clause,
        present_permille=rules.quorum.share_permille,
        clause=rules.quorum.clause,
        election_present_permille=rules.election.present_permille,
        election_clause=rules.election.clause,
    )


def roll_of(fact: RollCalled | Mapping[str, Any]) -> Roll:
    """The roll that a fact called, or that stands in a row."""
    given = fact.model_dump() if isinstance(fact, RollCalled) else dict(fact)
    without = {one["member_id"]: WhyNoVote(one["why"]) for one in given["without_vote"]}
    return Roll(**{name: given[name] for name in Roll.model_fields if name != "without_vote"}, without_vote=without)
