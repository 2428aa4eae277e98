"""What befell somebody, put on record: in and out of hospital, hardship, a bereavement; the visit comes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from events.facts.care import VisitReason
from services.care.decide.commands import ReportBereavement, ReportDischarge, ReportHardship, ReportHospital
from services.care.handle.care import Occasion
from services.care.pages import members
from services.care.pages.common import EntityId, Office, care, doing, person_row, read_form, rules
from services.care.pages.forms import Form as Filled
from services.care.pages.forms import empty, or_again
from services.care.pages.reveal import Reveal, befell_seen
from services.care.project.occasion import HOSPITALISED
from services.shell.acting import facts_of
from services.shell.i18n import N_, ngettext, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import NotFound
from services.shell.reading import plain_json, show_own_write

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])


@dataclass(frozen=True, slots=True)
class Asks:
    """One kind of occasion: its command, and what its form asks for."""

    command: type[Occasion]
    title: str
    day: str
    word: str = ""
    """The one field that must be filled in besides the day."""
    label: str = ""
    hint: str = ""


KINDS: Final[Mapping[str, Asks]] = {
    HOSPITALISED: Asks(
        ReportHospital,
        N_("登记%(name)s住院"),
        N_("哪天住的院"),
        "hospital",
        N_("哪家医院"),
        N_("病区、床号也可以写上。"),
    ),
    VisitReason.DISCHARGED: Asks(ReportDischarge, N_("登记%(name)s出院"), N_("哪天出的院")),
    VisitReason.HARDSHIP: Asks(
        ReportHardship,
        N_("登记%(name)s遇到的困难"),
        N_("从哪天起"),
        "what",
        N_("什么困难"),
        N_("例如：老伴住院花费大，房子漏水没人修。"),
    ),
    VisitReason.BEREAVED: Asks(
        ReportBereavement, N_("登记%(name)s的亲人去世"), N_("哪天去世的"), "whom", N_("谁去世了"), N_("例如：老伴。")
    ),
}


def _asks(kind: str) -> Asks:
    if kind not in KINDS:
        raise NotFound()
    return KINDS[kind]


@router.get("/members/{member_id}/befell/{kind}")
async def form_of(request: Request, caller: Office, member_id: EntityId, kind: str) -> Response:
    """The form for one kind of occasion."""
    return await _page(request, caller, member_id, kind, empty(request, on=speech().today.isoformat()))


async def _page(request: Request, caller: Caller, member_id: str, kind: str, form: Filled) -> Response:
    row, asks = await person_row(request, caller, member_id), _asks(kind)
    occasions = rules(request, row["community"]).occasions
    days = occasions[VisitReason(kind)].days if kind in occasions else None
    return await page(
        request,
        "occasion.html",
        status=form.status,
        row=row,
        form=form,
        kind=kind,
        asks=asks,
        title=_(asks.title, name=row["name"] or ""),
        soon=ngettext("%(num)s 天内要有人去看。", "%(num)s 天内要有人去看。", days) if days else "",
    )


@router.post("/members/{member_id}/befell/{kind}")
async def report(request: Request, caller: Office, member_id: EntityId, kind: str) -> Response:
    """Put it on record, and plan the visit."""
    form = await request.form()

    async def work() -> Response:
        row, asks = await person_row(request, caller, member_id), _asks(kind)
        wanted = ("on", *([asks.word] if asks.word else []), *(["note"] if "note" in asks.command.model_fields else []))
        command: Any = read_form(asks.command, form, wanted)
        async with doing(request, caller, row["community"], f"{kind}/{member_id}", form) as asked:
            receipt = await care(request).report(asked, member_id, command)
        await show_own_write(request, receipt)
        text = _("已登记，看望已经排上。只有书记和派去看望的人看得到说了什么。")
        return done(request, f"/care/members/{member_id}", text)

    return await or_again(work(), form, lambda again: _page(request, caller, member_id, kind, again))


@router.post("/members/{member_id}/befell/{kind}/{on}/reveal")
async def see(request: Request, caller: Office, member_id: EntityId, kind: str, on: date) -> Response:
    """What was told of it; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        command = read_form(Reveal, form, ("reason",))
        told = await befell_seen(request, caller, member_id, kind, on, command)
        return await members.shown(request, caller, member_id, befell_told=told.values)

    return await or_again(work(), form, lambda again: members.shown(request, caller, member_id, again))


async def _answer(request: Request, caller: Caller, member_id: str, kind: str, command: Occasion) -> Response:
    person = await person_row(request, caller, member_id)
    async with doing(request, caller, person["community"], f"{kind}/{member_id}") as asked:
        receipt = await care(request).report(asked, member_id, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)


@api.post("/members/{member_id}/hospital-stays", status_code=201)
async def hospital(request: Request, caller: Office, member_id: EntityId, command: ReportHospital) -> Response:
    """The member is in hospital; visits to the sick are made there."""
    return await _answer(request, caller, member_id, HOSPITALISED, command)


@api.post("/members/{member_id}/discharges", status_code=201)
async def discharge(request: Request, caller: Office, member_id: EntityId, command: ReportDischarge) -> Response:
    """The member is out of hospital; a visit at home is planned."""
    return await _answer(request, caller, member_id, VisitReason.DISCHARGED, command)


@api.post("/members/{member_id}/hardships", status_code=201)
async def hardship(request: Request, caller: Office, member_id: EntityId, command: ReportHardship) -> Response:
    """The member or the family is in difficulties; a visit is planned."""
    return await _answer(request, caller, member_id, VisitReason.HARDSHIP, command)


@api.post("/members/{member_id}/bereavements", status_code=201)
async def bereavement(request: Request, caller: Office, member_id: EntityId, command: ReportBereavement) -> Response:
    """Somebody of the family died; a visit is planned."""
    return await _answer(request, caller, member_id, VisitReason.BEREAVED, command)
