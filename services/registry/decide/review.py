"""Stream `member`, the part about reports and the yearly appraisal: what was handed in, what people came to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from events.facts.member_review import AppraisalWithdrawn, Appraised, ReportSubmitted, ReportWithdrawn
from services.registry.decide.member import Member, Standing, unable
from services.registry.decide.review_memory import Appraisal, Report
from services.registry.decide.review_policy import AppraisalRule
from services.registry.decide.values import Line

Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Year = Annotated[int, Field(ge=1921, le=2200)]


class SubmitReport(Command):
    """The member handed in a report on that day; `kept_at` is where the paper lies, `words` its text if typed."""

    title: Line
    on: date
    kept_at: Line | None = None
    words: Words | None = None


class WithdrawReport(Command):
    """It was put on record by mistake. `reason` goes into the fact's envelope."""

    reason: Line


class Appraise(Command):
    """The meeting of that day came to this grade for the year."""

    year: Year
    grade: Line
    on: date
    remarks: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None


class WithdrawAppraisal(Command):
    """It was put on record by mistake. `reason` goes into the fact's envelope."""

    year: Year
    reason: Line


def submit_report(member: Member, command: SubmitReport, today: date, *, report_id: str) -> Decision:
    """A report was handed in; one of the same day and title is the same."""
    if report_id in member.review.reports:
        return nothing()
    if refusal := _unable_on(member, command.on, today):
        return refusal
    if same_report(member, command):
        return nothing()
    given = command.model_dump(include={"title", "kept_at", "words"})
    return facts(ReportSubmitted(report_id=report_id, **given), on=command.on)


def same_report(member: Member, command: SubmitReport) -> str | None:
    """The report of this day and title that was handed in already."""
    asked = Report(on=command.on, title=command.title)
    return next((report_id for report_id, report in member.review.reports.items() if report == asked), None)


def withdraw_report(member: Member, today: date, *, report_id: str) -> Decision:
    """The report was put on record by mistake."""
    if report_id in member.review.withdrawn:
        return nothing()
    if report_id not in member.review.reports:
        return refused("no_report")
    return facts(ReportWithdrawn(report_id=report_id), on=today)


def appraise(member: Member, command: Appraise, rule: AppraisalRule, today: date) -> Decision:
    """What people came to, written down. A grade that weighs on somebody needs remarks."""
    if refusal := _unable_on(member, command.on, today):
        return refusal
    if command.grade not in rule.grades:
        return refused("no_such_grade", grades=rule.grades, clause=rule.clause)
    if command.grade in rule.reasons_for and not command.remarks:
        return refused("remarks_needed", grade=command.grade, clause=rule.clause)
    if command.on.year < command.year:
        return refused("before_the_year", day=command.on, year=command.year)
    branch = member.branch_id
    same = Appraisal(on=command.on, grade=command.grade, branch_id=branch, remarks=command.remarks)
    if member.review.appraisals.get(command.year) == same:
        return nothing()
    appraised = Appraised(
        year=command.year, branch_id=branch, grade=command.grade, clause=rule.clause, remarks=command.remarks
    )
    return facts(appraised, on=command.on)


def withdraw_appraisal(member: Member, command: WithdrawAppraisal, today: date) -> Decision:
    """The appraisal was put on record by mistake."""
    known = command.year in member.review.appraisals
    return facts(AppraisalWithdrawn(year=command.year), on=today) if known else nothing()


def _unable_on(member: Member, day: date, today: date) -> Refused | None:
    """What was done while somebody lived may be written down later."""
    if day > today:
        return refused("in_future", day=day, today=today)
    if member.standing is Standing.DIED and member.died_on is not None and day <= member.died_on:
        return None
    return unable(member)
