"""The rules about service (DOMAIN R12): what a proposal weighs, and how long nobody asks again after a no."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field, NonNegativeInt, model_validator

from services.registry.decide.rule import Rule


class Fit(StrEnum):
    """What speaks for asking somebody. `BUSY` speaks against it, once for each hour a week already promised."""

    WISH = "wish"
    SKILL = "skill"
    BRANCH = "branch"
    BUILDING = "building"
    GRID = "grid"
    DAYS = "days"
    HOURS = "hours"
    BUSY = "busy"


class MatchingRule(Rule):
    """What each thing counts for; whoever neither wishes for the kind nor has a skill is not proposed at all.

    Age and health are not among them, and cannot be: nobody is left out by the machine.
    """

    weights: Mapping[Fit, NonNegativeInt]
    skills_max: int = Field(ge=1)
    """Of so many skills in common each counts."""
    proposed_max: int = Field(ge=1, le=100)
    clause: str

    @model_validator(mode="after")
    def _a_wish_counts(self) -> MatchingRule:
        if not self.weights.get(Fit.WISH) and not self.weights.get(Fit.SKILL):
            raise ValueError("weights: a wish or a skill must count for something")
        return self


class AskingRule(Rule):
    """After a no the same post is not proposed to the same person for so many days, unless they named a day."""

    again_days: int = Field(ge=1)
    clause: str


class TalentsPolicy(Rule):
    """Service after retirement."""

    matching: MatchingRule
    asking: AskingRule
