"""A member's part: the course of an illness as one line of steps, and what help there is, was and may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from services.care.decide.course import Course, Told, VisitNow, latest_course
from services.care.pages import support_words, trainings, visitors
from services.care.pages.assistance_common import told
from services.care.pages.common import rules
from services.care.pages.pairings import helper_called, with_due
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
