"""The rules about being in touch: what counts as reaching somebody, and when a silence is seen (DOMAIN R8)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, PositiveInt, model_validator

from services.registry.decide.rule import Rule


class ContactKind(StrEnum):
    """What stands in the contact log, whoever did it."""

    CALL = "call"
    """The office rang up, or went there, and spoke with the member."""
    FAMILY = "family"
    """The family was reached."""
    VISIT = "visit"
    HOSPITAL = "hospital"
    CARE_CALL = "care_call"
    MEETING = "meeting"
    STUDY = "study"
    """What was studied was brought to the door."""
    REPORT = "report"
    """Told of themselves from afar."""
    FOUND = "found"
    RETURNED = "returned"
    CENSUS = "census"
    """Somebody of the household answered."""
    MESSAGE = "message"
    """A notice arrived: they were told, nobody was spoken with."""


class ReachedRule(Rule):
    """Which contacts count as having reached the member; whatever else stands in the log counts for nothing."""

    kinds: tuple[ContactKind, ...] = Field(min_length=1)
    clause: str


class SilenceRule(Rule):
    """After so many days unreached somebody is on the list; `review_rest_days` a silence rests that was looked into."""

    days: tuple[PositiveInt, ...] = Field(min_length=1)
    review_rest_days: int = Field(ge=1)
    clause: str

    @model_validator(mode="after")
    def _ever_later(self) -> SilenceRule:
        if list(self.days) != sorted(set(self.days)):
            raise ValueError("days: each later than the one before")
        return self


class ContactPolicy(Rule):
    """When somebody counts as reached (DOMAIN R8)."""

    reached: ReachedRule
    silence: SilenceRule
