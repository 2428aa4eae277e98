"""A member's part: the course of an illness as one line of steps, and what help there is, was and may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from services.care.decide.course import Course, Told, VisitNow, latest_course
from services.care.pages import support_words, trainings, visitors
from services.care.pages.assistance_common import told
from services.care.pages.common import OFFICE, rules
from services.care.pages.pairings import helper_called, with_due
from services.care.pages.reveal import may_see_illness
from services.care.project import assistance, course, pairing, training, visits
from services.shell.identity import Caller
from services.shell.reading import reading

_STAGE = {visits.DONE: "made", visits.MISSED: "missed", visits.CANCELLED: "cancelled"}


@dataclass(frozen=True, slots=True)
class Support:
    """What the page of a member shows of it; `words` are its words."""

    course: Course | None
    assistance: Sequence[Mapping[str, Any]]
    pairings: Sequence[Mapping[str, Any]]
    trainings: Sequence[Mapping[str, Any]]
    words: Any = support_words


async def support_of(
    request: Request, caller: Caller, row: Mapping[str, Any], planned: Sequence[Mapping[str, Any]]
) -> Support:
    """For one person, of whom these visits were planned."""
    member_id = row["member_id"]
    async with reading(request, caller) as db:
        happened = await course.of_member(db, member_id)
        given = await assistance.of_member(db, member_id)
        paired = await pairing.of_member(db, member_id)
        referred = await training.of_member(db, member_id)
    known = await visitors.visitors(request, caller)
    now = {
        one["visit_id"]: VisitNow(stage=_STAGE.get(one["state"], "open"), closed_on=one["closed_on"]) for one in planned
    }
    facts = [Told.model_validate({name: one[name] for name in Told.model_fields}) for one in happened]
    return Support(
        latest_course(facts, now, rules(request, row["community"])),
        [told(request, one) for one in given],
        [{**with_due(request, one), "helper_said": helper_called(one, known)} for one in paired],
        [trainings.with_due(request, one) for one in referred],
    )


async def reasons_for(request: Request, caller: Caller, visit: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The assistance that is not over, and says why, of a person whom this visitor was sent to; the office sees it on
    pages of its own.
    """
    if caller.has(*OFFICE) or not await may_see_illness(request, caller, visit["member_id"]):
        return []
    async with reading(request, caller) as db:
        given = await assistance.of_member(db, visit["member_id"])
    return [told(request, one) for one in given if one["reason_seq"] is not None and one["closed_on"] is None]
