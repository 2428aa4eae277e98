"""The API of reports and the yearly appraisal."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from events.facts.decision import Command
from services.registry.decide.centre import EntityKey
from services.registry.decide.review import Appraise, SubmitReport, WithdrawAppraisal, WithdrawReport, Year
from services.registry.decide.values import Line, Text
from services.registry.pages.as_of import Travels
from services.registry.pages.common import EntityId, Office, Reader, Waited, member_card, of_member, reading
from services.registry.pages.plain import answered
from services.registry.pages.point_common import year_of
from services.registry.pages.review_common import APPRAISED_MAX, appraised, reviewing, round_of
from services.registry.project import review
from services.shell.acting import facts_of

router = APIRouter(prefix="/api", tags=["review"])

Asked = Annotated[str, Query(max_length=200)]


class Graded(Command):
    """What a meeting came to for one member."""

    member_id: EntityKey
    grade: Line
    remarks: Text | None = None


class Appraising(Command):
    """What the meeting of that day came to for these members."""

    year: Year
    on: date
    grades: Annotated[tuple[Graded, ...], Field(min_length=1, max_length=APPRAISED_MAX)]


@router.get("/branches/{branch_id}/appraisal", dependencies=[Waited, Travels])
async def of_branch(request: Request, caller: Reader, branch_id: EntityId, year: Asked = "") -> Response:
    """How far a branch has come with a year: who has which grade, who is missing. Remarks are not told."""
    found = await round_of(request, caller, branch_id, year_of(year))
    names = ("member_id", "name", "state", "day", "grade", "reports")
    return answered(
        {"year": year_of(year), "members": len(found.people), "appraised": found.done, "grades": found.grades,
         "allowed": found.rule.grades, "clause": found.rule.clause, "too_many_best": found.too_many_best,
         "items": [{name: one[name] for name in names} for one in found.people], "next_page_token": ""}
    )  # fmt: skip


@router.post("/branches/{branch_id}/appraisal", status_code=201)
async def appraise(request: Request, caller: Office, branch_id: EntityId, command: Appraising) -> Response:
    """What the branch's meeting came to; for all of these people or for none."""
    found = await round_of(request, caller, branch_id, command.year)
    commands = {
        one.member_id: Appraise(year=command.year, grade=one.grade, on=command.on, remarks=one.remarks)
        for one in command.grades
    }
    return answered({"facts": facts_of(await appraised(request, caller, found, commands))}, 201)


@router.get("/members/{member_id}/review", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Office, member_id: EntityId) -> Response:
    """A member's reports and appraisals."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        found = {
            "reports": await review.reports_of(db, member_id),
            "appraisals": await review.appraisals_of(db, member_id),
        }
    return answered(found)


@router.post("/members/{member_id}/reports", status_code=201)
async def submit(request: Request, caller: Office, member_id: EntityId, command: SubmitReport) -> Response:
    """A report was handed in."""
    async with of_member(request, caller, member_id, "submit-report") as asked:
        report_id, receipt = await reviewing(request).submit(asked, member_id, command)
    return answered({"report_id": report_id, "facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/reports/{report_id}/withdraw", status_code=201)
async def withdraw(
    request: Request, caller: Office, member_id: EntityId, report_id: EntityId, command: WithdrawReport
) -> Response:
    """It was put on record by mistake."""
    async with of_member(request, caller, member_id, f"withdraw-report/{report_id}") as asked:
        receipt = await reviewing(request).withdraw(asked, member_id, report_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/appraisals/withdraw", status_code=201)
async def withdraw_appraisal(
    request: Request, caller: Office, member_id: EntityId, command: WithdrawAppraisal
) -> Response:
    """The appraisal of a year was put on record by mistake."""
    async with of_member(request, caller, member_id, f"withdraw-appraisal/{command.year}") as asked:
        receipt = await reviewing(request).withdraw_appraisal(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
