"""What the pages and the API of reports and appraisals share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from events.log.command import Receipt
from services.registry.decide.review import Appraise
from services.registry.decide.review_policy import AppraisalRule
from services.registry.handle.review import Reviewing
from services.registry.pages.branches import branch_row
from services.registry.pages.common import doing, reading, registry, rules
from services.registry.project import review
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid

APPRAISED_MAX: Final = 900
"""So many people in one append, which holds a thousand facts."""


def reviewing(request: Request) -> Reviewing:
    """The handler of commands about reports and appraisals."""
    return Reviewing(registry(request))


@dataclass(frozen=True, slots=True)
class Round:
    """The appraisal of a branch for a year: its people, how many have which grade, and the rule."""

    branch: Mapping[str, Any]
    people: Sequence[Mapping[str, Any]]
    grades: Mapping[str, int]
    rule: AppraisalRule

    @property
    def done(self) -> int:
        """How many are appraised."""
        return sum(self.grades.values())

    @property
    def too_many_best(self) -> bool:
        """A person should look at how many were given the best grade."""
        return self.rule.too_many_best(self.grades.get(self.rule.grades[0], 0), len(self.people))


async def round_of(request: Request, caller: Caller, branch_id: str, year: int) -> Round:
    """The appraisal of a branch the caller may see. Errors: NotFound."""
    row = await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        people = await review.of_branch(db, branch_id, year)
    grades = Counter(one["grade"] for one in people if one["grade"])
    return Round(row, people, grades, rules(request, row["community"]).review.appraisal)


async def appraised(
    request: Request, caller: Caller, found: Round, commands: Mapping[str, Appraise],
    sent: Mapping[str, Any] | None = None,
) -> Receipt:  # fmt: skip
    """What a meeting of the branch came to for each of these people. Errors: Invalid, if one is not of the branch."""
    names = {one["member_id"]: one["name"] or "—" for one in found.people}
    if not commands or len(commands) > APPRAISED_MAX or commands.keys() - names.keys():
        raise Invalid([FieldError("grades", _("没有选等次，或者有人不在这个支部"), _("请给至少一位党员选等次。"))])
    year = next(iter(commands.values())).year
    name = f"appraise/{found.branch['branch_id']}/{year}"
    async with doing(request, caller, found.branch["community"], name, sent) as asked:
        return await reviewing(request).appraise(asked, names, commands)
