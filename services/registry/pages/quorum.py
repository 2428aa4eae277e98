"""Whether a meeting counts: who may vote, who of them is there, and how many it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.decide.policy import QuorumRule


@dataclass(frozen=True, slots=True)
class Quorum:
    """`excluded` are those whose exclusion was approved; none can be, as long as no approval is on record."""

    present: int
    voters: int
    excluded: Sequence[str]
    needed: int
    reached: bool
    clause: str


def quorum_of(people: Sequence[Mapping[str, Any]], day: date, rule: QuorumRule) -> Quorum:
    """Of a sign-in list on the day of the meeting: full members vote, also those who are away with a card."""
    voters = [one for one in people if rule.may_vote(one["joined_on"], one["full_member_on"], day)]
    present = sum(one["way"] is not None for one in voters)
    needed = rule.needed(len(voters))
    return Quorum(present, len(voters), (), needed, bool(voters) and present >= needed, rule.clause)
