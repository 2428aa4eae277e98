"""Care's rules about help (DOMAIN R15): how much at most, who must agree, by when; how many one helper stands by."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from events.facts.care import Severity
from events.facts.care_assistance import AssistanceKind
from services.care.decide.rule import Rule


class CeilingRule(Rule):
    """Assistance of a kind: so much at most each time, and in a calendar year."""

    once_fen: int = Field(ge=0)
    year_fen: int = Field(ge=0)
    clause: str


class YearRule(Rule):
    """Assistance of all kinds together in a calendar year."""

    most_fen: int = Field(ge=0)
    clause: str


class SecondRule(Rule):
    """What is more than this needs the agreement of a second account."""

    above_fen: int = Field(ge=0)
    clause: str


class AssistanceClocks(Rule):
    """Decided within so many days of being asked for, paid within so many of being approved, and signed for."""

    decide_days: int = Field(ge=0)
    pay_days: int = Field(ge=0)
    acknowledge_days: int = Field(ge=0)
    clause: str


class ProposalRule(Rule):
    """Who is so ill is proposed for assistance; a person decides."""

    severities: tuple[Severity, ...]
    clause: str


class AssistanceRule(Rule):
    """All about assistance."""

    kinds: Mapping[AssistanceKind, CeilingRule]
    year: YearRule
    second: SecondRule
    clocks: AssistanceClocks
    proposal: ProposalRule

    @model_validator(mode="after")
    def _complete(self) -> AssistanceRule:
        if missing := sorted(set(AssistanceKind) - set(self.kinds)):
            raise ValueError(f"assistance.kinds: no rule for {', '.join(missing)}")
        return self

    def clauses(self) -> set[str]:
        """Every clause that is cited."""
        others = {self.year.clause, self.second.clause, self.clocks.clause, self.proposal.clause}
        return others | {rule.clause for rule in self.kinds.values()}


class PairingRule(Rule):
    """One helper stands by so many members at most; every pairing is looked at again after so many days."""

    members_max: int = Field(ge=1)
    clause: str
    review_days: int = Field(ge=1)
    clause_review: str


class TrainingRule(Rule):
    """After a referral somebody asks whether the member went, and later what came of it."""

    attend_days: int = Field(ge=0)
    outcome_days: int = Field(ge=0)
    clause: str
