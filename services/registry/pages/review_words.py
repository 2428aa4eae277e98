"""The words about reports and the yearly appraisal: rules, refusals, lines of a timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from events.facts.base import Fact, is_hidden
from events.facts.member_review import AppraisalWithdrawn, Appraised, ReportSubmitted, ReportWithdrawn
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.policy import units
from services.shell.policy.words import Worded

GRADES: Final = (N_("优秀"), N_("合格"), N_("基本合格"), N_("不合格"))
"""The grades that have words in other languages; a pack may have others."""
REVIEW_TITLES: Final = {
    "review": N_("汇报和评议"),
    "review.reports": N_("思想汇报"),
    "review.appraisal": N_("民主评议"),
}
REVIEW_VALUES: Final = {
    "review.reports.yearly_min": Worded(N_("每年至少"), units.times),
    "review.appraisal.grades": Worded(N_("等次"), units.texts),
    "review.appraisal.reasons_for": Worded(N_("这些等次要写明依据"), units.texts),
    "review.appraisal.best_permille_max": Worded(N_("评为最好一等的一般不超过"), units.permille),
}


def _of(details: Mapping[str, Any], sentence: str) -> str:
    """The sentence, with whom it is about before it where several were written down together."""
    return _("%(who)s：%(sentence)s", who=details["who"], sentence=sentence) if details.get("who") else sentence


REVIEW_SENTENCES: Final[Sentences] = {
    "no_report": lambda d: _("没有这份汇报。"),
    "no_such_grade": lambda d: _of(
        d, _("等次只能是：%(grades)s。", grades=_("、").join(_(each) for each in d.get("grades", ())))
    ),
    "remarks_needed": lambda d: _of(d, _("评为%(grade)s的，要写明依据。", grade=_(d.get("grade", "")))),
    "before_the_year": lambda d: _of(
        d, _("评议会在%(day)s，早于 %(year)s 年。请核对。", day=day(d.get("day"), year=True), year=d.get("year"))
    ),
}
"""Refusal code -> the sentence a person reads."""


def told_of_review(fact: Fact) -> tuple[str, str] | None:
    """The line of a member's fact about reports and appraisals and its tone; None for any other."""
    match fact:
        case ReportSubmitted():
            title = "" if is_hidden(fact.title) else fact.title
            return _("交思想汇报：%(title)s", title=title), "done"
        case ReportWithdrawn():
            return _("撤销一份思想汇报的记录"), "late"
        case Appraised():
            return _("%(year)s年民主评议：%(grade)s", year=fact.year, grade=_(fact.grade)), ""
        case AppraisalWithdrawn():
            return _("撤销%(year)s年民主评议的记录", year=fact.year), "late"
        case _:
            return None
