"""Pension certification: whose turn it is, how it is done, what is late and whose matter that is (DOMAIN R21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from services.care.decide.certification import (
    Pensioner,
    RecordCertification,
    TakeCertificationBack,
    way_for,
)
from services.care.decide.missed import Level, level_on
from services.care.decide.policy import WayRule
from services.care.handle.certification import Certifications
from services.care.pages import visitors, words
from services.care.pages.common import (
    CARERS,
    OFFICE,
    Carer,
    EntityId,
    Office,
    doing,
    own_only,
    person_row,
    read_form,
    rules,
    rules_by_row,
)
from services.care.pages.forms import Form, empty, or_again
from services.care.project import certification, usual_visitor
from services.care.project.certification import DONE, DUE, OVERDUE, STATES, Wanted
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller, Role, requires
from services.shell.pages import Undo, done, page
from services.shell.problems import Forbidden
from services.shell.reading import Waited, plain_json, reading, show_own_write, within

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])

Answerable = Annotated[Caller, Depends(requires(*CARERS, Role.SUPERVISOR))]
State = Annotated[str, Query(pattern=f"^({'|'.join(STATES)}|)$")]
Place = Annotated[str, Query(max_length=200)]
PAGE_SIZE: Final = 100
AHEAD: Final = (OVERDUE, DUE, DONE)


def certifications_of(request: Request) -> Certifications:
    """The handler of commands about certification."""
    found: Certifications = request.app.state.certifications
    return found


def level_of(request: Request, row: Mapping[str, Any], today: date) -> Level | None:
    """Whose matter a turn is that is over and not done; None while it is not late."""
    if row["state"] != OVERDUE:
        return None
    return level_on(row["end_on"], today, rules(request, row["community"]).certification.overdue) or Level.VISITOR


def way_of(request: Request, row: Mapping[str, Any]) -> WayRule:
    """How it is done, as a rule, by this person."""
    one = Pensioner(birth=row["birth"], away_since=row["away_since"])
    return way_for(one, speech().today, rules(request, row["community"]).certification)


async def _of_caller(request: Request, caller: Caller, member_id: str) -> Mapping[str, Any]:
    """Somebody whose certification the caller may note: a visitor's own people. Errors: NotFound, Forbidden."""
    row = await person_row(request, caller, member_id)
    if own := own_only(caller):
        async with reading(request, caller) as db:
            usual = await usual_visitor.usual(db, member_id)
        if usual != own:
            raise Forbidden(_("走访员只能记自己常去的人的认证。"))
    return row


@router.get("/certifications", dependencies=[Waited])
async def listed(
    request: Request, caller: Answerable, state: State = "", community: Place = "", page_token: str = ""
) -> Response:
    """For the office person by person, what is late first; for the street community by community, nobody's name."""
    place, today = within(caller, community), speech().today
    if not caller.has(*CARERS):
        return await _for_the_street(request, caller, place)
    wanted = Wanted(state, place, own_only(caller))
    async with reading(request, caller) as db:
        counts = await certification.counts(db, Wanted("", place, own_only(caller)), today)
        if not state:
            wanted = Wanted(next((one for one in AHEAD if counts[one]), DUE), place, own_only(caller))
        found = await certification.page(db, wanted, today, size=PAGE_SIZE, token=page_token)
    rows = [{**row, "level": level_of(request, row, today), "rule": way_of(request, row)} for row in found.items]
    known = await visitors.visitors(request, caller)
    here = rules(request, place or caller.scope)
    more = f"/care/certifications?state={wanted.state}&page_token={found.next_token}" if found.next_token else ""
    return await page(
        request, "certifications.html", rows=rows, words=words, state=wanted.state, rule=here.certification,
        clauses=here.clauses, next_href=more, may_look=caller.has(*OFFICE), policy=rules_by_row(request),
        filters=_filters(counts, wanted.state),
        names=visitors.called(known, [row["visitor"] for row in rows] + [row["done_by"] for row in rows]),
    )  # fmt: skip


def _filters(counts: Mapping[str, int], state: str) -> list[tuple[str, str, int, bool]]:
    href = "/care/certifications?state="
    return [(words.word(words.CERTIFICATION, one), f"{href}{one}", counts[one], one == state) for one in AHEAD]


async def _for_the_street(request: Request, caller: Caller, place: str) -> Response:
    today, here = speech().today, rules(request, place or caller.scope)
    rule = here.certification.overdue
    async with reading(request, caller) as db:
        rows = await certification.overdue_by_community(db, today, today - timedelta(days=rule.street_days), place)
    return await page(request, "certifications_street.html", rows=rows, rule=rule, clauses=here.clauses)


@router.post("/certifications/look")
async def look(request: Request, caller: Office) -> Response:
    """Go through everybody of the scope now, instead of tomorrow morning."""
    seen = await request.app.state.certifier.walk(caller.scope, caller.name)
    await request.app.state.caught_up()
    told = ngettext("查过了，新列出 %(num)s 人。", "查过了，新列出 %(num)s 人。", seen.due)
    return done(request, "/care/certifications", told)


@router.get("/members/{member_id}/certification", dependencies=[Waited])
async def of_one(request: Request, caller: Carer, member_id: EntityId) -> Response:
    """One person's certification: to note that it is done, and how."""
    return await _page(request, caller, member_id, empty(request, on=speech().today.isoformat()))


async def _page(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    person = await _of_caller(request, caller, member_id)
    today, here = speech().today, rules(request, person["community"])
    async with reading(request, caller) as db:
        row = await certification.of_member(db, member_id, today)
    one = Pensioner(birth=person["birth"], away_since=person["away_since"] if person["is_away"] else None)
    return await page(
        request, "certification.html", status=form.status, row=row, person=person, form=form, words=words,
        usual=way_for(one, today, here.certification), options=words.options(words.CERTIFIED), clauses=here.clauses,
        level=level_of(request, row, today) if row else None, rule=here.certification,
    )  # fmt: skip


@router.post("/members/{member_id}/certification")
async def record(request: Request, caller: Carer, member_id: EntityId) -> Response:
    """It is done."""
    form = await request.form()

    async def work() -> Response:
        row = await _of_caller(request, caller, member_id)
        command = read_form(RecordCertification, form, ("on", "way", "note"))
        async with doing(request, caller, row["community"], f"certification/{member_id}", form) as asked:
            receipt = await certifications_of(request).record(asked, member_id, command)
        await show_own_write(request, receipt)
        year = next((getattr(one.fact, "year", None) for one in receipt.facts), None)
        undo = Undo(f"/care/members/{member_id}/certification/take-back", {"year": str(year)}) if year else None
        return done(request, "/care/certifications", _("已记下%(name)s的认证。", name=row["name"] or ""), undo=undo)

    return await or_again(work(), form, lambda again: _page(request, caller, member_id, again))


@router.post("/members/{member_id}/certification/take-back")
async def take_back(request: Request, caller: Carer, member_id: EntityId) -> Response:
    """It was a slip."""
    form = await request.form()

    async def work() -> Response:
        row = await _of_caller(request, caller, member_id)
        command = read_form(TakeCertificationBack, form, ("year",))
        async with doing(request, caller, row["community"], f"certification-slip/{member_id}", form) as asked:
            receipt = await certifications_of(request).take_back(asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/members/{member_id}/certification", _("已撤回，这一年的认证又列为待办。"))

    return await or_again(work(), form, lambda again: _page(request, caller, member_id, again))


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@api.get("/certifications", dependencies=[Waited])
async def listed_json(
    request: Request, caller: Carer, state: State = "", community: Place = "", member_id: str = "", page_token: str = ""
) -> Response:
    """The latest turn of everybody who has one, the earliest end first. `level`: whose matter an overdue one is."""
    place, today = within(caller, community), speech().today
    wanted = Wanted(state, place, own_only(caller), member_id)
    async with reading(request, caller) as db:
        found = await certification.page(db, wanted, today, size=PAGE_SIZE, token=page_token)
    items = [_json(request, row, today) for row in found.items]
    return JSONResponse(plain_json({"items": items, "next_page_token": found.next_token}))


def _json(request: Request, row: Mapping[str, Any], today: date) -> dict[str, Any]:
    usual = way_of(request, row)
    return {
        **{name: row[name] for name in ("member_id", "name", "community", "year", "state", "reminded_on", "done_on")},
        "start": row["start_on"],
        "end": row["end_on"],
        "by": row["done_by"],
        "clause": row["clause"],
        "usual_way": usual.way,
        "usual_way_clause": usual.clause,
        "level": level_of(request, row, today),
    }


@api.post("/certifications/look", status_code=201)
async def look_json(request: Request, caller: Office) -> Response:
    """Go through everybody of the scope now, instead of tomorrow morning."""
    seen = await request.app.state.certifier.walk(caller.scope, caller.name)
    await request.app.state.caught_up()
    return JSONResponse({"facts": [], "people": seen.people, "due": seen.due, "reminded": seen.reminded}, 201)


@api.post("/members/{member_id}/certification", status_code=201)
async def record_json(request: Request, caller: Carer, member_id: EntityId, command: RecordCertification) -> Response:
    """It is done: `way` own_phone, in_person, video or at_home; how is sealed, that it is done is not."""
    row = await _of_caller(request, caller, member_id)
    async with doing(request, caller, row["community"], f"certification/{member_id}") as asked:
        receipt = await certifications_of(request).record(asked, member_id, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)


@api.post("/members/{member_id}/certification/take-back", status_code=201)
async def take_back_json(
    request: Request, caller: Carer, member_id: EntityId, command: TakeCertificationBack
) -> Response:
    """It was a slip; the turn is open again."""
    row = await _of_caller(request, caller, member_id)
    async with doing(request, caller, row["community"], f"certification-slip/{member_id}") as asked:
        receipt = await certifications_of(request).take_back(asked, member_id, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)
