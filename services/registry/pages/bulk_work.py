"""What pages and API need to carry a plan out and to say how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Request
from pydantic import StringConstraints

from events.facts.decision import Command
from services.registry.bulk import BulkChanger, BulkProgress, Plan
from services.registry.pages import bulk_words as words
from services.registry.pages.bulk_plan import begun, plans
from services.registry.pages.common import doing, read, reading
from services.registry.pages.import_trial import waited_a_moment
from services.registry.project import bulk
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid, NotFound

SHOWN_SECONDS_MAX: Final = 2.0
"""So long a page waits for the tables to say how a change ended."""


class CarryOut(Command):
    """Why it is done; it stands beside each member's change."""

    reason: Annotated[str, StringConstraints(min_length=2, max_length=200)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change as pages and API show it. `work` is there while, and after, this process works on it."""

    row: Mapping[str, Any]
    stage: str
    work: BulkProgress | None

    @property
    def seen(self) -> int:
        """How many have been looked at."""
        return self.work.seen if self.work else self.changed + self.left_out

    @property
    def changed(self) -> int:
        return int(self.row["changed"])

    @property
    def left_out(self) -> int:
        return int(self.row["left_out"])

    def as_json(self) -> dict[str, Any]:
        """The change and how far it is, as the API gives it."""
        plain = ("bulk_id", "community", "field", "to", "undoes", "undone_by", "actor", "reason", "started", "ended")
        return {
            **{name: self.row[name] for name in plain},
            "stage": self.stage,
            "people": self.row["people"],
            "seen": self.seen,
            "changed": self.changed,
            "left_out": self.left_out,
            "failed": self.work.failed if self.work else "",
        }


def changer(request: Request) -> BulkChanger:
    """Who carries changes out in this process."""
    found: BulkChanger = request.app.state.changer
    return found


async def planned(request: Request, caller: Caller, bulk_id: str) -> Plan | None:
    """A plan of the caller's own; None if there is none of that id any more, or not of theirs."""
    plan = await plans(request).find(bulk_id)
    return plan if plan is not None and plan.actor == caller.name and caller.covers(plan.community) else None


async def carried_out(request: Request, caller: Caller, plan: Plan, reason: str) -> BulkProgress:
    """Begin, or go on, and wait for a moment. Errors: Invalid, without a reason or with nobody to change."""
    if not plan.people:
        raise Invalid([FieldError("reason", _("没有人要改"))])
    if not plan.begun:
        plan = await begun(request, plan, read(CarryOut, {"reason": reason}).reason)

    def ended(progress: BulkProgress) -> None:
        if not progress.failed:
            plans(request).drop(plan.bulk_id)

    async with doing(request, caller, plan.community, "bulk") as asked:
        work = await changer(request).start(asked, plan, ended)
    await waited_a_moment(work)
    return work


async def outcome_of(request: Request, caller: Caller, bulk_id: str) -> Outcome:
    """A change that was begun, in the caller's scope. Errors: NotFound."""
    work = changer(request).watched.get(bulk_id)
    if work is not None and not work.running and work.position:
        await request.app.state.runner.wait_for([work.position], SHOWN_SECONDS_MAX)
    row = await _row(request, caller, bulk_id)
    if row is None:
        await request.app.state.caught_up()
        row = await _row(request, caller, bulk_id)
    if row is None:
        raise NotFound(_("在您的范围内没有这次更改。"), todo=_("看过而没有做的，只留一天。请再选一次。"))
    return Outcome(row, words.stage_of(row, running=work is not None and work.well), work)


async def _row(request: Request, caller: Caller, bulk_id: str) -> dict[str, Any] | None:
    async with reading(request, caller) as db:
        return await bulk.change(db, bulk_id)
