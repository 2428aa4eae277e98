"""Who is told what, as data: the rules and their words. The text comes in from `policy/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, time
from string import Formatter
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from events.facts.notice import Channel, RecipientKind

FIELDS: Final = frozenset(
    ("name", "day", "destination", "branch", "contact", "phone", "months", "receipt_no", "title", "time", "place")
)
"""What a text may speak of."""


class Rule(BaseModel):
    """One rule of a pack."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(Rule):
    """Whom a notice goes to, by which ways in order of preference, and its words."""

    recipient: RecipientKind
    channels: tuple[Channel, ...] = Field(min_length=1)
    mourning_days: int = Field(default=0, ge=0, le=1000)
    """So many days after a death it is not said to the household; 0: it is said all the same."""
    clause: str
    text: str

    @property
    def fields(self) -> set[str]:
        """What the text speaks of."""
        return {field for _, field, _, _ in Formatter().parse(self.text) if field is not None}

    @model_validator(mode="after")
    def _speaks_of_what_can_be_known(self) -> Message:
        if strange := sorted(self.fields - FIELDS):
            raise ValueError(f"text speaks of {', '.join(strange)}; known are {', '.join(sorted(FIELDS))}")
        return self


class Quiet(Rule):
    """Hours in which nobody is rung up and no door is knocked at: from a time up to another, also over midnight."""

    clause: str
    hours: tuple[tuple[time, time], ...]

    def until(self, now: time) -> time | None:
        """When the quiet that reigns at this time of day ends; None if people may be disturbed."""
        for start, end in self.hours:
            inside = start <= now < end if start < end else now >= start or now < end
            if inside:
                return end
        return None


class Mourning(Rule):
    """In a house of mourning nothing cheerful is said; for how long stands with each message."""

    clause: str


class NotifyPolicy(Rule):
    """A whole pack, messages by policy key. Every clause that a rule cites has its words in `clauses`."""

    unknown: str
    quiet: Quiet
    mourning: Mourning
    messages: Mapping[str, Message]
    clauses: Mapping[str, str]

    def unsaid(self, since: date | None, today: date) -> frozenset[str]:
        """The keys of the messages that a household does not hear on this day when somebody died there on that one."""
        if since is None:
            return frozenset()
        days = (today - since).days
        return frozenset(key for key, message in self.messages.items() if days < message.mourning_days)

    @model_validator(mode="after")
    def _every_clause_has_its_words(self) -> NotifyPolicy:
        cited = {self.quiet.clause, self.mourning.clause, *(message.clause for message in self.messages.values())}
        if wordless := sorted(cited - set(self.clauses)):
            raise ValueError(f"clauses without words: {', '.join(wordless)}")
        return self


def policy_of(text: str) -> NotifyPolicy:
    """The rules written in this TOML text, whatever its head says. ValueError says which rule is wrong or missing."""
    return NotifyPolicy.model_validate({name: rule for name, rule in tomllib.loads(text).items() if name != "pack"})
