"""What decisions about a member remember of reports and appraisals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.member_review import AppraisalWithdrawn, Appraised, ReportSubmitted, ReportWithdrawn, ReviewPart


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Report(_Part):
    """A report that was handed in; `title` is None where it cannot be read."""

    on: date
    title: str | None = None


class Appraisal(_Part):
    """What a meeting came to."""

    on: date
    grade: str
    branch_id: str | None = None
    remarks: str | None = None


class Review(_Part):
    """`reports` are those that hold, by id, `withdrawn` the ids of the others; `appraisals` by year."""

    reports: Mapping[str, Report] = {}
    withdrawn: tuple[str, ...] = ()
    appraisals: Mapping[int, Appraisal] = {}

    def after(self, fact: ReviewPart, effective: date) -> Review:
        """The same after a fact."""
        match fact:
            case ReportSubmitted():
                report = Report(on=effective, title=None if is_hidden(fact.title) else fact.title)
                return self.model_copy(update={"reports": {**self.reports, fact.report_id: report}})
            case ReportWithdrawn():
                left = {each: report for each, report in self.reports.items() if each != fact.report_id}
                return self.model_copy(update={"reports": left, "withdrawn": (*self.withdrawn, fact.report_id)})
            case Appraised():
                remarks = None if is_hidden(fact.remarks) else fact.remarks
                found = Appraisal(on=effective, grade=fact.grade, branch_id=fact.branch_id, remarks=remarks)
                return self.model_copy(update={"appraisals": {**self.appraisals, fact.year: found}})
            case AppraisalWithdrawn():
                kept = {year: one for year, one in self.appraisals.items() if year != fact.year}
                return self.model_copy(update={"appraisals": kept})
