"""The rules of campaigns: whom each kind is for, how long it runs, what is looked at in a home, what is mended when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from events.facts.campaign import CampaignKind
from services.care.decide.rule import Rule


class KindRule(Rule):
    """A kind is suggested for this age and these days; what is found is seen to within `follow_days`."""

    age_min: int = Field(ge=0, le=130)
    lives_alone: bool = False
    birthday_within: bool = False
    days: int = Field(ge=1, le=400)
    follow_days: int = Field(ge=1)
    clause: str


class ItemRule(Rule):
    """A thing in a home that is looked at; out of order, it is mended within `days`."""

    title: str = Field(min_length=1, max_length=30)
    days: int = Field(ge=1)
    clause: str


class CampaignPolicy(Rule):
    """All of it. Nobody goes through more than `people_max` in one campaign."""

    people_max: int = Field(ge=1, le=5000)
    clause: str
    kinds: Mapping[CampaignKind, KindRule]
    items: Mapping[str, ItemRule]

    @model_validator(mode="after")
    def _complete(self) -> CampaignPolicy:
        if missing := sorted(set(CampaignKind) - set(self.kinds)):
            raise ValueError(f"campaigns.kinds: no rule for {', '.join(missing)}")
        if not self.items:
            raise ValueError("campaigns.items: at least one, or there is nothing to look at")
        return self

    def cited(self) -> Iterator[str]:
        """Every clause that these rules name."""
        yield self.clause
        yield from (rule.clause for rule in self.kinds.values())
        yield from (rule.clause for rule in self.items.values())
