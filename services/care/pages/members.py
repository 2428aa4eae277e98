"""The people care looks after: finding one, everything planned and done for them, and what is known of an illness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from events.facts.care import VisitReason
from services.care.decide.commands import GradeHealth, Recover, ReportIllness
from services.care.pages import campaign_people, reveal, support, visitors, voice_raise, words
from services.care.pages.coming import coming
from services.care.pages.common import EntityId, Office, care, doing, person_row, read_form, rules, rules_by_row
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal
from services.care.project import health, illness, met, occasion, person, usual_visitor, visits
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role
from services.shell.pages import done, page
from services.shell.reading import Waited, reading, show_own_write

router = APIRouter(include_in_schema=False)


@router.get("/members")
async def find(request: Request, caller: Office, q: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Find somebody; without a word, those who are ill now."""
    async with reading(request, caller) as db:
        people = await person.found(db, q) if q.strip() else []
        ill = [] if q.strip() else await illness.ill_now(db)
    return await page(request, "care_members.html", q=q, people=people, ill=ill)


@router.get("/members/{member_id}", dependencies=[Waited])
async def member(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Everything planned and done for one person."""
    return await shown(request, caller, member_id)


async def shown(
    request: Request,
    caller: Caller,
    member_id: str,
    form: Form | None = None,
    *,
    seen: Any = None,
    health_told: Any = None,
    befell_told: Any = None,
) -> Response:
    """One person's page, with what was opened on it."""
    row = await person_row(request, caller, member_id)
    async with reading(request, caller) as db:
        planned = await visits.of_member(db, member_id, speech().today)
        ill = await illness.illness(db, member_id)
        graded = await health.health(db, member_id)
        befell = await occasion.of_member(db, member_id)
        last = await met.met(db, member_id)
        usual = await usual_visitor.usual(db, member_id)
    help_of = await support.support_of(request, caller, row, planned)
    known = await visitors.visitors(request, caller)
    form = form or empty(request, on=speech().today.isoformat())
    return await page(
        request,
        "care_member.html",
        status=form.status,
        row=row,
        ahead=[one for one in planned if one["state"] in (visits.DRAFT, visits.READY)][::-1],
        past=[one for one in planned if one["state"] not in (visits.DRAFT, visits.READY)],
        coming=await coming(request, row),
        ill=ill,
        graded=graded,
        health_told=health_told,
        befell=befell,
        befell_told=befell_told,
        in_hospital=_in_hospital(befell) or (help_of.course.in_hospital if help_of.course else None),
        support=help_of,
        last=last,
        usual=known.get(usual, usual) if usual else "",
        form=form,
        seen=seen,
        may_see_illness=caller.has(Role.SECRETARY),
        names=visitors.called(known, [one["made_by"] or one["visitor"] for one in planned]),
        words=words,
        policy=rules_by_row(request),
        campaign=await campaign_people.beside_member(request, caller, row),
        voice=await voice_raise.beside_member(request, caller, row),
    )


def _in_hospital(befell: Sequence[Mapping[str, Any]]) -> date | None:
    """Since when the person is in hospital; of a stay and its end, whichever was told last says so."""
    last = max(
        (one for one in befell if one["kind"] in (occasion.HOSPITALISED, VisitReason.DISCHARGED)),
        key=lambda one: (one["happened_on"], one["fact_seq"]),
        default=None,
    )
    return last["happened_on"] if last and last["kind"] == occasion.HOSPITALISED else None


@router.get("/members/{member_id}/illness")
async def illness_form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Somebody has fallen ill."""
    return await _illness_page(request, caller, member_id, empty(request, since=speech().today.isoformat()))


async def _illness_page(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    row = await person_row(request, caller, member_id)
    illness = rules(request, row["community"]).illness
    options = [
        (severity.value, _("%(how)s（%(days)s 天内看望）", how=_(text), days=illness[severity].days))
        for severity, text in words.SEVERITY.items()
    ]
    return await page(request, "illness.html", status=form.status, row=row, form=form, options=options)


@router.post("/members/{member_id}/illness")
async def report(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put it on record; the visit is planned by the policy that hears of it."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(ReportIllness, form, ("severity", "since", "hospital", "note"))
        async with doing(request, caller, row["community"], f"illness/{member_id}", form) as asked:
            receipt = await care(request).report_illness(asked, member_id, command)
        await show_own_write(request, receipt)
        await request.app.state.reacted(receipt)
        text = _("已登记，看望已经排上。只有书记和派去看望的人看得到病情。")
        return done(request, f"/care/members/{member_id}", text)

    return await or_again(work(), form, lambda again: _illness_page(request, caller, member_id, again))


@router.post("/members/{member_id}/recovery")
async def recovery(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Well again."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(Recover, form, ("on",))
        async with doing(request, caller, row["community"], f"recovery/{member_id}", form) as asked:
            receipt = await care(request).recover(asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/members/{member_id}", _("已登记康复。"))

    return await or_again(work(), form, lambda again: shown(request, caller, member_id, again))


@router.post("/members/{member_id}/reveal/illness")
async def see_illness(request: Request, caller: Office, member_id: EntityId) -> Response:
    """How ill the person is; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        command = read_form(Reveal, form, ("reason",))
        seen = await reveal.illness_seen(request, caller, member_id, command)
        return await shown(request, caller, member_id, seen=seen.values)

    return await or_again(work(), form, lambda again: shown(request, caller, member_id, again))


@router.get("/members/{member_id}/health")
async def health_form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Somebody looked how far the person manages by themselves."""
    return await _health_page(request, caller, member_id, empty(request, on=speech().today.isoformat()))


async def _health_page(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    row = await person_row(request, caller, member_id)
    return await page(
        request, "health.html", status=form.status, row=row, form=form, options=words.options(words.HEALTH)
    )


@router.post("/members/{member_id}/health")
async def grade(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put the grade on record."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(GradeHealth, form, ("grade", "on", "note"))
        async with doing(request, caller, row["community"], f"health-grade/{member_id}", form) as asked:
            receipt = await care(request).grade_health(asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/members/{member_id}", _("已登记健康等级。只有书记和派去看望的人看得到。"))

    return await or_again(work(), form, lambda again: _health_page(request, caller, member_id, again))


@router.post("/members/{member_id}/reveal/health")
async def see_health(request: Request, caller: Office, member_id: EntityId) -> Response:
    """How far the person manages by themselves; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        command = read_form(Reveal, form, ("reason",))
        told = await reveal.health_seen(request, caller, member_id, command)
        return await shown(request, caller, member_id, health_told=told.values)

    return await or_again(work(), form, lambda again: shown(request, caller, member_id, again))
