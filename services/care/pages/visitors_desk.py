"""Those who visit: what each can do in a week, what they know, when they are on leave, and what is to be covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from events.log.command import Receipt
from services.care.decide.visitor import DescribeVisitor, TakeLeave
from services.care.pages import rota_words, visitors, words
from services.care.pages.common import Carer, EntityId, Office, doing, own_only, read_form, rules
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.rota import rota_of
from services.care.project import leave, rota, visitor
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Forbidden
from services.shell.reading import Waited, plain_json, reading, show_own_write

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])

AHEAD: Final = timedelta(days=60)
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


async def _said(request: Request, names: Sequence[str]) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """What these visitors said of themselves, wherever it was put on record, and their leave that is not over."""
    async with request.app.state.database.reading("") as db:
        return await visitor.described(db, names), await leave.leaves(db, names, speech().today)


@router.get("/visitors", dependencies=[Waited])
async def everybody(request: Request, caller: Office) -> Response:
    """All who may be sent."""
    known = await visitors.visitors(request, caller)
    said, leaves = await _said(request, list(known))
    away = {name: [one for one in leaves if one["visitor"] == name] for name in known}
    return await page(
        request,
        "visitors.html",
        known=sorted(known.items(), key=lambda item: item[1]),
        said=said,
        away=away,
        words=words,
        rota_words=rota_words,
        rule=rules(request, caller.scope).rota,
    )


@router.get("/visitors/{name}", dependencies=[Waited])
async def one(request: Request, caller: Carer, name: Name) -> Response:
    """One visitor: their own page, or for the office."""
    return await _page(request, caller, _own(caller, name), empty(request))


def _own(caller: Caller, name: str) -> str:
    """`me` is oneself. Errors: Forbidden, for a visitor who asks about another."""
    name = caller.name if name == "me" else name
    if own_only(caller) and name != caller.name:
        raise Forbidden(_("走访员只能看自己的安排。"))
    return name


async def _page(request: Request, caller: Caller, name: str, form: Form) -> Response:
    display, place = await visitors.post_of(request, caller, name)
    said, leaves = await _said(request, [name])
    today = speech().today
    async with reading(request, caller) as db:
        planned = await rota.set_for(db, name, (today, today + AHEAD))
    uncovered = [row for row in planned if any(one["start_on"] <= row["set_for"] <= one["end_on"] for one in leaves)]
    return await page(
        request,
        "visitor.html",
        status=form.status,
        name=name,
        display=display,
        said=said.get(name),
        leaves=leaves,
        uncovered=uncovered,
        planned=planned,
        form=form,
        may_organise=not own_only(caller),
        skills=[(code, _(word)) for code, word in rota_words.SKILL.items()],
        rule=rules(request, place).rota,
        words=words,
    )


@router.post("/visitors/{name}")
async def describe(request: Request, caller: Office, name: Name) -> Response:
    """What the visitor can do."""
    form = await request.form()

    async def work() -> Response:
        command = read_form(
            DescribeVisitor,
            form,
            ("visits_per_week",),
            skills=[str(one) for one in form.getlist("skills")],
            buildings=str(form.get("buildings") or "").replace("、", " ").replace("，", " ").split(),
        )
        await _described(request, caller, name, command, form)
        return done(request, f"/care/visitors/{name}", _("已记下。下次排本周谁去就按这个排。"))

    return await or_again(work(), form, lambda again: _page(request, caller, name, again))


async def _described(
    request: Request, caller: Caller, name: str, command: DescribeVisitor, form: FormData | None = None
) -> Receipt:
    _display, place = await visitors.post_of(request, caller, name)
    async with doing(request, caller, place, f"describe-visitor/{name}", form) as asked:
        receipt = await rota_of(request).describe(asked, name, command)
    await show_own_write(request, receipt)
    return receipt


@router.post("/visitors/{name}/leaves")
async def take_leave(request: Request, caller: Carer, name: Name) -> Response:
    """Away for some days; what is set for them is shown, to be covered."""
    name, form = _own(caller, name), await request.form()

    async def work() -> Response:
        command = read_form(TakeLeave, form, ("start", "end"))
        receipt = await _left(request, caller, name, command, form)
        async with reading(request, caller) as db:
            lost = await rota.set_for(db, name, (command.start, command.end))
        told = _("已记下请假，这几天不会再派。")
        if lost:
            told += ngettext(
                "已经定在这几天的 %(num)s 次，到“本周谁去”里会建议由别人代。",
                "已经定在这几天的 %(num)s 次，到“本周谁去”里会建议由别人代。",
                len(lost),
            )
        leave_id = getattr(receipt.facts[0].fact, "leave_id", "") if receipt.facts else ""
        undo = Undo(f"/care/visitors/{name}/leaves/{leave_id}/withdraw") if leave_id else None
        return done(request, f"/care/visitors/{name}", told, undo=undo)

    return await or_again(work(), form, lambda again: _page(request, caller, name, again))


async def _left(
    request: Request, caller: Caller, name: str, command: TakeLeave, form: FormData | None = None
) -> Receipt:
    _display, place = await visitors.post_of(request, caller, name)
    async with doing(request, caller, place, f"take-leave/{name}", form) as asked:
        receipt = await rota_of(request).take_leave(asked, name, command)
    await show_own_write(request, receipt)
    return receipt


@router.post("/visitors/{name}/leaves/{leave_id}/withdraw")
async def withdraw(request: Request, caller: Carer, name: Name, leave_id: EntityId) -> Response:
    """Here after all."""
    name, form = _own(caller, name), await request.form()

    async def work() -> Response:
        await _withdrawn(request, caller, name, leave_id, form)
        return done(request, f"/care/visitors/{name}", _("已撤销这段请假。"))

    return await or_again(work(), form, lambda again: _page(request, caller, name, again))


async def _withdrawn(
    request: Request, caller: Caller, name: str, leave_id: str, form: FormData | None = None
) -> Receipt:
    _display, place = await visitors.post_of(request, caller, name)
    async with doing(request, caller, place, f"withdraw-leave/{leave_id}", form) as asked:
        receipt = await rota_of(request).withdraw_leave(asked, name, leave_id)
    await show_own_write(request, receipt)
    return receipt


# ── for programs ─────────────────────────────────────────────────────────────────────────────────────────────────────


@api.get("/visitors", dependencies=[Waited])
async def visitors_json(request: Request, caller: Carer) -> Response:
    """Those who may be sent: what they can do in a week (`visits_per_week` null: nobody said), and their leave.

    A visitor sees themselves.
    """
    known = await visitors.visitors(request, caller)
    names = [caller.name] if own_only(caller) else sorted(known)
    said, leaves = await _said(request, names)
    items = [
        {
            "visitor": name,
            "display": known.get(name, name),
            "visits_per_week": said[name]["visits_per_week"] if name in said else None,
            "skills": said[name]["skills"] if name in said else [],
            "buildings": said[name]["buildings"] if name in said else [],
            "leaves": [
                {"leave_id": one["leave_id"], "start": one["start_on"], "end": one["end_on"]}
                for one in leaves
                if one["visitor"] == name
            ],
        }
        for name in names
    ]
    return JSONResponse(plain_json({"items": items}))


@api.put("/visitors/{name}", status_code=201)
async def describe_json(request: Request, caller: Office, name: Name, command: DescribeVisitor) -> Response:
    """What this visitor can do; all of it is said anew."""
    receipt = await _described(request, caller, name, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)


@api.post("/visitors/{name}/leaves", status_code=201)
async def leave_json(request: Request, caller: Carer, name: Name, command: TakeLeave) -> Response:
    """The visitor goes nowhere on these days. A visitor may say so of themselves."""
    receipt = await _left(request, caller, _own(caller, name), command)
    leave_id = getattr(receipt.facts[0].fact, "leave_id", None) if receipt.facts else None
    return JSONResponse(plain_json({"facts": facts_of(receipt), "leave_id": leave_id}), 201)


@api.post("/visitors/{name}/leaves/{leave_id}/withdraw", status_code=201)
async def withdraw_json(request: Request, caller: Carer, name: Name, leave_id: EntityId) -> Response:
    """There is no such leave after all."""
    receipt = await _withdrawn(request, caller, _own(caller, name), leave_id)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)
