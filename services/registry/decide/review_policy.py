"""The rules about reports and the yearly appraisal (DOMAIN R11)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from services.registry.decide.rule import Rule


class ReportsRule(Rule):
    """So many reports a year are asked for; who has handed in fewer is asked, and nothing else follows."""

    yearly_min: int = Field(ge=0)
    clause: str


class AppraisalRule(Rule):
    """The grades a branch's meeting may come to, the best first. Those in `reasons_for` need remarks: whoever writes
    them down says why. The machine proposes none.
    """

    grades: tuple[str, ...] = Field(min_length=1)
    reasons_for: tuple[str, ...] = ()
    best_permille_max: int = Field(ge=0, le=1000)
    """More of the best grade than this share of a branch is pointed out (0: never)."""
    clause: str
    clause_best: str

    @model_validator(mode="after")
    def _of_the_list(self) -> Self:
        if set(self.reasons_for) - set(self.grades):
            raise ValueError("reasons_for: grades of the list")
        return self

    def too_many_best(self, best: int, members: int) -> bool:
        """True if a person should look at how many were given the best grade."""
        return bool(self.best_permille_max) and best * 1000 > members * self.best_permille_max


class ReviewPolicy(Rule):
    """Reports and appraisal."""

    reports: ReportsRule
    appraisal: AppraisalRule
