"""The rules about the branches' activity money (DOMAIN R20): how much, for what, who approves, what is left over."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from services.registry.decide.rule import Rule


class PerHeadRule(Rule):
    """So much for each member and year."""

    fen: int = Field(ge=0, le=10_000_000)
    clause: str


class SpendingRule(Rule):
    """What the money is for, by code; at some purposes it has to be said for which activity or meeting."""

    purposes: Mapping[str, str] = Field(min_length=1)
    of_activity: tuple[str, ...] = ()
    of_meeting: tuple[str, ...] = ()
    clause: str

    @model_validator(mode="after")
    def _of_known_purposes(self) -> SpendingRule:
        if unknown := sorted({*self.of_activity, *self.of_meeting} - set(self.purposes)):
            raise ValueError(f"no such purposes: {', '.join(unknown)}")
        return self


class ApprovalRule(Rule):
    """A payment above this is approved by somebody else than who writes it down."""

    above_fen: int = Field(ge=0)
    clause: str


class CarryOverRule(Rule):
    """So many thousandths of what a year leaves may be spent in the next one. What lacks is carried over in full."""

    permille: int = Field(ge=0, le=1000)
    clause: str


class OverspendRule(Rule):
    """A branch may be behind by so much."""

    max_fen: int = Field(ge=0)
    clause: str


class FundsPolicy(Rule):
    """All of them."""

    per_head: PerHeadRule
    spending: SpendingRule
    approval: ApprovalRule
    carry_over: CarryOverRule
    overspend: OverspendRule
