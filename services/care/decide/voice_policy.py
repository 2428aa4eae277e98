"""The rules of what members raise: which topics there are, who answers them first and last, in how many days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from pydantic import Field, model_validator

from events.facts.care_voice import VoiceLevel
from services.care.decide.rule import Rule

LEVELS: Final = tuple(VoiceLevel)


class LevelRule(Rule):
    """A level answers within so many days of being asked."""

    days: int = Field(ge=1)
    clause: str


class TopicRule(Rule):
    """A topic begins at one level and may be passed on up to another. `days`: the first level has only so many."""

    title: str = Field(min_length=1, max_length=20)
    begins: VoiceLevel
    highest: VoiceLevel
    days: int | None = Field(default=None, ge=1)
    clause: str

    @property
    def route(self) -> tuple[VoiceLevel, ...]:
        """The levels that may answer, from the first to the last."""
        return LEVELS[LEVELS.index(self.begins) : LEVELS.index(self.highest) + 1]

    @model_validator(mode="after")
    def _goes_up(self) -> TopicRule:
        if not self.route:
            raise ValueError(f"{self.title}: highest lies below begins")
        return self


class VoicePolicy(Rule):
    """All of it. What is answered is told the member within `tell_days`; what is late for `climb_days` the next level
    sees as well; what was said at a visit is suggested for `suggest_days`.
    """

    tell_days: int = Field(ge=1)
    climb_days: int = Field(ge=1)
    suggest_days: int = Field(ge=1)
    clause: str
    levels: Mapping[VoiceLevel, LevelRule]
    topics: Mapping[str, TopicRule]

    @model_validator(mode="after")
    def _complete(self) -> VoicePolicy:
        if missing := sorted(set(VoiceLevel) - set(self.levels)):
            raise ValueError(f"voice.levels: no rule for {', '.join(missing)}")
        if not self.topics:
            raise ValueError("voice.topics: at least one")
        return self

    def cited(self) -> Iterator[str]:
        """Every clause that these rules name."""
        yield self.clause
        yield from (rule.clause for rule in self.levels.values())
        yield from (topic.clause for topic in self.topics.values())

    def due(self, topic: str, level: VoiceLevel, asked_on: date) -> tuple[date, str]:
        """By when this level answers what it was asked on that day, and the clause that says so."""
        own, rule = self.topics.get(topic), self.levels[level]
        if own is not None and own.days is not None and level is own.begins:
            return asked_on + timedelta(days=own.days), own.clause
        return asked_on + timedelta(days=rule.days), rule.clause

    def next_level(self, topic: str, level: VoiceLevel) -> VoiceLevel | None:
        """Who is asked after this level; None above the last. A topic that left the list goes all the way."""
        own = self.topics.get(topic)
        last = LEVELS.index(own.highest if own else LEVELS[-1])
        place = LEVELS.index(level) + 1
        return LEVELS[place] if place <= last else None

    def seen_by(self, level: VoiceLevel, due: date, today: date) -> VoiceLevel:
        """Up to which level it is seen today: its own, and one more for every `climb_days` it is late."""
        climbed = max(0, (today - due).days) // self.climb_days
        return LEVELS[min(LEVELS.index(level) + climbed, len(LEVELS) - 1)]
