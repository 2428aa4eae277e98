"""Reports and appraisals, as the tables say after the facts."""

from __future__ import annotations

from datetime import date

import pytest

from events.facts.base import HIDDEN
from events.facts.member_review import AppraisalWithdrawn, Appraised, ReportSubmitted, ReportWithdrawn
from services.registry.project import review
from tests.registry.project.folding import WHO, folded, row_of

DAY = date(2026, 11, 20)
REPORT = ReportSubmitted(report_id="r", title="体会", kept_at="盒", words="一段话")
GRADE = Appraised(year=2026, branch_id="b", grade="合格", clause="§11.6")


def test_a_report_stays_on_record_when_it_was_a_slip() -> None:
    row = row_of(review.view, (REPORT, DAY))
    assert (row["day"], row["title"], row["words"], row["withdrawn_on"]) == (DAY, "体会", "一段话", None)
    hidden = row_of(review.view, REPORT.model_copy(update={"title": HIDDEN, "words": HIDDEN}))
    assert (hidden["title"], hidden["words"], hidden["kept_at"]) == (None, None, "盒")
    assert row_of(review.view, REPORT, (ReportWithdrawn(report_id="r"), DAY))["withdrawn_on"] == DAY
    with pytest.raises(LookupError):
        folded(review.view, ReportWithdrawn(report_id="r"))


def test_the_last_appraisal_of_a_year_holds_until_it_is_withdrawn() -> None:
    better = GRADE.model_copy(update={"grade": "优秀", "remarks": "带头"})
    rows = folded(review.appraisals, (GRADE, DAY), (better, DAY), GRADE.model_copy(update={"year": 2025}))
    assert (set(rows), rows[WHO, 2026]["grade"]) == ({(WHO, 2026), (WHO, 2025)}, "优秀")
    assert folded(review.appraisals, GRADE, AppraisalWithdrawn(year=2026)) == {}
