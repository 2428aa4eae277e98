"""One visit: what one needs to go, the three questions to fill in afterwards, who goes, and calling it off."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.care import SOON
from services.care.decide.commands import AssignVisitor, CancelVisit
from services.care.pages import photo, reveal, visitors, voice_raise, words
from services.care.pages.common import OFFICE, Carer, EntityId, Office, care, doing, read_form, rules_by_row, visit_row
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal
from services.care.project import visits
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.reading import Waited, show_own_write

router = APIRouter(include_in_schema=False)


@router.get("/visits/{visit_id}", dependencies=[Waited])
async def visit(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """The visit, with the form to record it as long as it can be recorded."""
    return await shown(request, caller, visit_id)


async def shown(
    request: Request, caller: Caller, visit_id: str, form: Form | None = None, seen: Any = None, what: str = ""
) -> Response:
    """The page of one visit, with a form as it was sent and what was opened."""
    row = await visit_row(request, caller, visit_id)
    known = await visitors.visitors(request, caller)
    form = form or empty(request, made_on=speech().today.isoformat(), by=row["visitor"] or caller.name)
    return await page(
        request,
        "visit.html",
        status=form.status,
        row=row,
        form=form,
        may_record=row["state"] in (visits.READY, visits.MISSED),
        may_organise=caller.has(*OFFICE),
        may_see_why=row["reason"] in SOON and await reveal.may_see_illness(request, caller, row["member_id"]),
        may_see_answers=reveal.may_see_answers(caller, row),
        photos=photo.shown_to(caller, row),
        seen=seen,
        what=what,
        goers=visitors.choices(known, row["assigned"], row["proposed"], caller.name),
        names=visitors.called(known, [row["visitor"], row["made_by"], row["proposed"]]),
        words=words,
        policy=rules_by_row(request),
        voice=await voice_raise.beside_visit(request, caller, row),
    )


@router.post("/visits/{visit_id}/assign")
async def assign(request: Request, caller: Office, visit_id: EntityId) -> Response:
    """Somebody else goes."""
    form = await request.form()

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        command = read_form(AssignVisitor, form, ("visitor",))
        async with doing(request, caller, row["community"], f"assign/{visit_id}", form) as asked:
            receipt = await care(request).assign(asked, row["member_id"], visit_id, command)
        await show_own_write(request, receipt)
        known = await visitors.visitors(request, caller)
        who = known.get(command.visitor, command.visitor)
        return done(request, f"/care/visits/{visit_id}", _("这一次由%(who)s去。", who=who))

    return await or_again(work(), form, lambda again: shown(request, caller, visit_id, again))


@router.post("/visits/{visit_id}/cancel")
async def cancel(request: Request, caller: Office, visit_id: EntityId) -> Response:
    """It is not needed."""
    form = await request.form()

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        command = read_form(CancelVisit, form, ("reason",))
        async with doing(request, caller, row["community"], f"cancel/{visit_id}", form) as asked:
            receipt = await care(request).cancel(asked, row["member_id"], visit_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/visits/{visit_id}", _("已取消这一次。"))

    return await or_again(work(), form, lambda again: shown(request, caller, visit_id, again))


@router.post("/visits/{visit_id}/reveal/illness")
async def see_illness(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """What the visitor must know before going; written down first."""
    form = await request.form()

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        seen = await reveal.illness_seen(request, caller, row["member_id"], _reason(form))
        return await shown(request, caller, visit_id, seen=seen.values, what="illness")

    return await or_again(work(), form, lambda again: shown(request, caller, visit_id, again))


@router.post("/visits/{visit_id}/reveal/befell")
async def see_befell(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """What befell the person whom the visitor goes to see; written down first."""
    form = await request.form()

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        seen = await reveal.befell_seen(
            request, caller, row["member_id"], row["reason"], row["start_on"], _reason(form)
        )
        return await shown(request, caller, visit_id, seen=seen.values, what="befell")

    return await or_again(work(), form, lambda again: shown(request, caller, visit_id, again))


@router.post("/visits/{visit_id}/reveal/answers")
async def see_answers(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """What was said; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        seen = await reveal.answers_seen(request, caller, visit_id, _reason(form))
        return await shown(request, caller, visit_id, seen=seen.values, what="answers")

    return await or_again(work(), form, lambda again: shown(request, caller, visit_id, again))


def _reason(form: FormData) -> Reveal:
    return read_form(Reveal, form, ("reason",))
