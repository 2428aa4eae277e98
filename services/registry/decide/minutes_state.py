"""What a meeting remembers of its motions and its minutes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, field_serializer

from events.facts.base import Fact, is_hidden
from events.facts.meeting_minutes import (
    MinutesCorrected,
    MinutesFrozen,
    MotionPut,
    Voted,
    VoteKind,
    VoteTakenBack,
)


class Motion(BaseModel):
    """What was asked, and the counts (for, against, abstained) once they are there."""

    model_config = ConfigDict(frozen=True)

    words: str
    kind: VoteKind
    secret: bool
    counts: tuple[int, int, int] | None = None


class Minutes(BaseModel):
    """The motions in their order, and the minutes once they are frozen. `text` is None while they are not; it is empty
    where it cannot be read any more.
    """

    model_config = ConfigDict(frozen=True)

    motions: tuple[Motion, ...] = ()
    text: str | None = None
    corrections: tuple[str, ...] = ()
    came: frozenset[str] = frozenset()
    """Who came after all, by a correction …"""
    did_not_come: frozenset[str] = frozenset()
    """… and who did not."""

    @field_serializer("came", "did_not_come")
    def _in_order(self, people: frozenset[str]) -> list[str]:
        """A set has another order in every process; the same state must be the same snapshot, byte for byte."""
        return sorted(people)

    @property
    def frozen(self) -> bool:
        """Whether what comes now is a correction."""
        return self.text is not None

    @property
    def voted(self) -> bool:
        """Whether anything was voted."""
        return any(one.counts is not None for one in self.motions)


def remember(minutes: Minutes, fact: Fact) -> Minutes | None:
    """The minutes after a fact; None if it does not concern them."""
    match fact:
        case MotionPut():
            put = Motion(words=fact.words, kind=fact.kind, secret=fact.secret)
            return minutes.model_copy(update={"motions": (*minutes.motions, put)})
        case Voted():
            return _counted(minutes, fact.motion, (fact.in_favour, fact.against, fact.abstain))
        case VoteTakenBack():
            return _counted(minutes, fact.motion, None)
        case MinutesFrozen():
            return minutes.model_copy(update={"text": "" if is_hidden(fact.text) else fact.text})
        case MinutesCorrected():
            added = () if is_hidden(fact.text) or fact.text is None else (fact.text,)
            return minutes.model_copy(
                update={
                    "corrections": (*minutes.corrections, *added),
                    "came": minutes.came.union(fact.came) - {*fact.did_not_come},
                    "did_not_come": minutes.did_not_come.union(fact.did_not_come) - {*fact.came},
                }
            )
        case _:
            return None


def _counted(minutes: Minutes, number: int, counts: tuple[int, int, int] | None) -> Minutes:
    motions = [
        one.model_copy(update={"counts": counts}) if place == number else one
        for place, one in enumerate(minutes.motions, 1)
    ]
    return minutes.model_copy(update={"motions": tuple(motions)})
