"""What the pages of assistance share: who sees which, how far each has come, and by when the next step is due.

The office sees all of its community. The street's supervisor sees what needs a second account, or got theirs: names,
amounts and what was shown, and never the reason (DOMAIN §1: care data is shown only to those who give the care).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from services.care.decide.assistance_state import Assistance, Payment, Progress, due_of
from services.care.decide.support_policy import AssistanceRule
from services.care.handle.assistance import Assisting
from services.care.pages.common import OFFICE, care, rules
from services.care.project import assistance, person
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.problems import NotFound
from services.shell.reading import sought

DECIDERS: Final = (Role.SECRETARY, Role.SUPERVISOR)
"""Who agrees or says no. A large amount needs two of them."""
SEERS: Final = (*OFFICE, Role.SUPERVISOR)

Decider = Annotated[Caller, Depends(requires(*DECIDERS))]
Seer = Annotated[Caller, Depends(requires(*SEERS))]


def assisting(request: Request) -> Assisting:
    """The command handler."""
    return Assisting(care(request))


def rule_of(request: Request, community: str) -> AssistanceRule:
    """The rules in force in a community today."""
    return rules(request, community).assistance


def as_assistance(row: Mapping[str, Any]) -> Assistance:
    """The row as decisions know it."""
    return Assistance.model_validate(
        {
            "kind": row["kind"],
            "proposed_on": row["proposed_on"],
            "requested_on": row["requested_on"],
            "asked_fen": row["asked_fen"] or 0,
            "endorsed_by": row["endorsed_by"] or "",
            "endorsed_on": row["endorsed_on"],
            "approved_fen": row["approved_fen"] or 0,
            "approved_on": row["approved_on"],
            "payments": tuple(
                Payment(number=one["number"], on=one["on"], amount_fen=one["amount_fen"], how=one["how"])
                for one in row["payments"]
            ),
            "acknowledged_on": row["acknowledged_on"],
            "declined_on": row["closed_on"] if row["closed_how"] == assistance.DECLINED else None,
            "withdrawn_on": row["closed_on"] if row["closed_how"] == assistance.WITHDRAWN else None,
        }
    )


def told(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with `progress`, `due` (None: nothing is left to do) and `late`.

    Of somebody who died, or whose enrolment was taken back, a proposal or request waits for nothing.
    """
    known = as_assistance(row)
    due = due_of(known, rule_of(request, row["community"]).clocks)
    waiting = known.progress in (Progress.PROPOSED, Progress.REQUESTED, Progress.ENDORSED)
    if waiting and row["state"] != person.ON_ROLL:
        due = None
    late = due is not None and due < speech().today
    return {**row, "progress": known.progress, "due": due, "late": late}


def may_see(caller: Caller, row: Mapping[str, Any]) -> bool:
    """Whether it is this caller's matter."""
    if caller.has(*OFFICE):
        return True
    return bool(row["endorsed_by"]) or row["approved_by"] == caller.name


async def assistance_row(request: Request, caller: Caller, assistance_id: str) -> dict[str, Any]:
    """An assistance the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: assistance.one(db, assistance_id))
    if row is None or not may_see(caller, row):
        raise NotFound(_("在您的范围内没有这次帮扶。"))
    return told(request, row)
