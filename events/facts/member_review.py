"""Stream `member`, the part about reports to the branch (思想汇报) and the yearly appraisal (民主评议)."""

from __future__ import annotations

from events.facts.base import Identity, Sealed
from events.facts.member import MemberFact


class ReportSubmitted(MemberFact, name="hearth.member.report_submitted", version=1):
    """The member handed in a report. Effective on the day it was handed in. Source: DOMAIN R11, §3.

    `kept_at` says where the paper copy lies; `words` are the report itself, if somebody typed it, for nobody's eyes
    but those who may read identities.
    """

    report_id: str
    title: Sealed[Identity, str]
    kept_at: str | None = None
    words: Sealed[Identity, str | None] = None


class ReportWithdrawn(MemberFact, name="hearth.member.report_withdrawn", version=1):
    """The report was put on record by mistake; the envelope says why. Source: DOMAIN R11."""

    report_id: str


class Appraised(MemberFact, name="hearth.member.appraised", version=1):
    """The branch's meeting of the effective day came to this grade for the year; people decided it. Source: R11, §3.

    Appraised again for the same year, the later one holds. `grade` is one of the rules' list, `clause` the rule.
    """

    year: int
    branch_id: str | None
    grade: str
    clause: str
    remarks: Sealed[Identity, str | None] = None


class AppraisalWithdrawn(MemberFact, name="hearth.member.appraisal_withdrawn", version=1):
    """The appraisal of that year was put on record by mistake; the envelope says why. Source: DOMAIN R11."""

    year: int


ReviewPart = ReportSubmitted | ReportWithdrawn | Appraised | AppraisalWithdrawn
