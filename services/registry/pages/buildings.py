"""Where buildings stand: which have no place yet, lines or a file, what they would do, taken and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from events.facts.building import Datum
from services.registry.decide.building import PlaceBuildings, TakeBackPlaces, UnplaceBuilding
from services.registry.decide.building_lines import Given, of_rows, pasted
from services.registry.decide.values import Line
from services.registry.pages.building_rows import buildings_handler, coordinates, doubts, homes
from services.registry.pages.building_words import DATUM, WHY_LEFT
from services.registry.pages.centre_proposal import community_of
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    read,
    read_form,
    reading,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.import_files import sent_in
from services.registry.pages.import_words import unreadable
from services.registry.roster.reasons import UnreadableRoster
from services.registry.roster.sheet import open_sheets
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal, TooLarge

router = APIRouter(prefix="/buildings", include_in_schema=False)

HREF: Final = "/registry/buildings"
FILE_BYTES_MAX: Final = 4 << 20
MISSING_SHOWN: Final = 20
ROWS_MAX: Final = 2000
"""So many rows of a file are looked at; a community has some hundred buildings."""
TEXT_MAX: Final = 200_000


class Pasted(BaseModel):
    """Lines as they were pasted, and what holds for all of them."""

    community: str = ""
    lines: Annotated[str, StringConstraints(max_length=TEXT_MAX)] = ""
    datum: Datum = Datum.GCJ02
    source: Line = "人工录入"
    as_of: date | None = None


@router.get("", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, community: str = "", building: str = "", missing: str = ""
) -> Response:
    """Every building that is lived in. With `building`, that one stands in the form to be put down or corrected; with
    `missing`, all those without a place do.
    """
    place, places = await community_of(request, caller, community)
    place = place or ("" if places else caller.scope)
    begun = [building] if building else []
    if missing and place:
        async with reading(request, caller) as db:
            begun = [one.building for one in await homes(db, place) if one.spot is None]
    lines = "\n".join(f"{name}," for name in begun)
    return await _page(request, caller, place, places, fresh(request, lines=lines, as_of=speech().today))


async def _page(
    request: Request, caller: Caller, community: str, places: Sequence[tuple[str, str]], form: Form
) -> Response:
    known = []
    if community:
        async with reading(request, caller) as db:
            known = await homes(db, community)
    standing = {one.spot["datum"] for one in known if one.spot}
    if not form.errors and len(standing) == 1:
        form = Form(form.key, form.version, {**form.values, "datum": next(iter(standing))}, form.errors, form.problem)
    return await page(
        request, "buildings.html", status=form.status, community=community, places=places, form=form,
        missing=[one for one in known if one.spot is None], placed=[one for one in known if one.spot is not None],
        datums=[(code.value, _(words)) for code, words in DATUM.items()], datum_words=DATUM,
        coordinates=coordinates, may_write=caller.has(*OFFICE), shown=MISSING_SHOWN,
    )  # fmt: skip


@router.post("/look")
async def look(request: Request, caller: Office) -> Response:
    """What pasted lines, or those of a worksheet, would do; nothing is written."""
    fields: dict[str, str] = {}
    try:
        sent = await sent_in(request, FILE_BYTES_MAX, optional=True)
        fields = {name: value for name, value in sent.fields.items() if value.strip()}
        given = read(Pasted, {name: fields[name] for name in Pasted.model_fields if name in fields})
        if not sent.filename:
            return await _look(request, caller, given, pasted(given.lines))
        rows = await asyncio.to_thread(rows_of, sent.content)
        given = given.model_copy(update={"source": fields.get("source") or sent.filename[:100]})
        return await _look(request, caller, given, of_rows(rows), of_file=True)
    except UnreadableRoster as error:
        problem = unreadable(error)
    except Invalid as error:
        problem = error
    except TooLarge as error:
        problem = Invalid([FieldError("file", error.detail, error.todo)])
    place, places = await community_of(request, caller, fields.get("community", ""))
    form = Form(fresh(request).key, None, fields, problem.errors, problem)
    return await _page(request, caller, place, places, form)


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows of the first worksheet that has any, as text. Raises `UnreadableRoster`."""
    for sheet in open_sheets(content):
        found: list[tuple[int, list[str]]] = []
        for number, cells in sheet.rows():
            if len(found) >= ROWS_MAX:
                break
            if texts := [str(cell) for cell in cells if str(cell).strip()]:
                found.append((number, texts))
        if found:
            return found
    return []


async def _look(
    request: Request, caller: Caller, given: Pasted, lines: Sequence[Given], *, of_file: bool = False
) -> Response:
    community = within(caller, given.community)
    where = "file" if of_file else "lines"
    if not lines:
        raise Invalid([FieldError(where, _("里面没有一行写着楼栋"), _("一行一栋：楼栋,经度,纬度"))])
    if given.as_of is not None and given.as_of > speech().today:
        raise Invalid([FieldError("as_of", _("这一天还没有到"), _("请写今天或以前的日子。"))])
    taken, left = await buildings_handler(request).look(community, lines, given.datum, given.as_of)
    async with reading(request, caller) as db:
        known = await homes(db, community)
    change = [one for one in taken if one.how != "same"]
    text = "\n".join(f"{one.building},{one.longitude},{one.latitude}" for one in change)
    return await page(
        request, "buildings_look.html", given=given, community=community, change=change, left=left,
        same=len(taken) - len(change), text=text, form=fresh(request), why_left=WHY_LEFT, datum_words=DATUM,
        doubts=doubts(change, known, rules(request, community).centres.spots.far_metres),
        clause=rules(request, community).centres.spots.clause, coordinates=coordinates,
        back="\n".join(line.text for line in lines)[:TEXT_MAX],
    )  # fmt: skip


@router.post("")
async def place(request: Request, caller: Office) -> Response:
    """Put on record what was looked at; one that was changed meanwhile refuses them all."""
    sent = await request.form()
    given = read_form(Pasted, sent)
    community = within(caller, given.community)
    here = f"{HREF}?community={community}"
    lines = [
        {"building": one.building, "longitude": one.longitude, "latitude": one.latitude} for one in pasted(given.lines)
    ]
    command = read(
        PlaceBuildings,
        {
            "community": community,
            "as_of": given.as_of,
            "datum": given.datum,
            "source": given.source,
            "buildings": lines,
        },
    )
    try:
        async with doing(request, caller, community, "place-buildings", sent) as asked:
            paste_id, receipt = await buildings_handler(request).place(asked, command)
    except Refusal as problem:
        _place, places = await community_of(request, caller, community)
        return await _page(request, caller, community, places, again(request, sent, problem))
    await show_own_write(request, receipt)
    if not receipt.facts:
        return done(request, here, _("这些坐标已经记着了，没有改动。"))
    told = ngettext("已记下 %(num)s 栋楼的坐标。", "已记下 %(num)s 栋楼的坐标。", len(receipt.facts))
    return done(request, here, told, undo=Undo(f"{HREF}/pastes/{paste_id}/undo", {"community": community}))


@router.post("/remove")
async def remove(request: Request, caller: Office) -> Response:
    """Where one stands is not known after all."""
    sent = await request.form()
    command = read_form(UnplaceBuilding, sent)
    community = within(caller, command.community)
    async with doing(request, caller, community, f"unplace-building/{command.building}", sent) as asked:
        paste_id, receipt = await buildings_handler(request).unplace(asked, command)
    await show_own_write(request, receipt)
    told = _("“%(building)s”的坐标去掉了。", building=command.building)
    undo = Undo(f"{HREF}/pastes/{paste_id}/undo", {"community": community}) if receipt.facts else None
    return done(request, f"{HREF}?community={community}", told, undo=undo)


@router.post("/pastes/{paste_id}/undo")
async def undo(request: Request, caller: Office, paste_id: EntityId) -> Response:
    """Each building is again where it was before."""
    sent = await request.form()
    community = within(caller, read_form(TakeBackPlaces, sent).community)
    async with doing(request, caller, community, f"undo-buildings/{paste_id}", sent) as asked:
        receipt = await buildings_handler(request).take_back(asked, paste_id)
    await show_own_write(request, receipt)
    told: Any = ngettext("%(num)s 栋楼恢复原样。", "%(num)s 栋楼恢复原样。", len(receipt.facts))
    return done(request, f"{HREF}?community={community}", told)
