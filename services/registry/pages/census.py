"""A census on its pages: the campaigns and how far they are, beginning one, who asks where, closing it (DOMAIN R7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints
from starlette.datastructures import FormData
from starlette.responses import Response

from services.registry.decide.census import BeginCensus
from services.registry.pages import census_parts, census_words, words
from services.registry.pages.api_ledger import CommunityPath
from services.registry.pages.census_common import (
    Seer,
    campaign_row,
    carrying_out,
    own_only,
    parts_of,
)
from services.registry.pages.census_findings import found_in
from services.registry.pages.census_sets import asking_with, set_of, sets_for
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    read_form,
    reading,
    show_own_write,
)
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import branch, census, register
from services.registry.project.census_part import is_within_branch
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(prefix="/census", include_in_schema=False)

EntityKey = Annotated[str, Query(pattern=r"^[0-9a-f]{0,64}$")]
_USUAL_DAYS = 30
"""The form's proposal for how long a campaign takes; whoever begins one chooses."""


class BeginHere(BeginCensus):
    """A campaign; `community` may be left out where the caller has only one."""

    community: CommunityPath | None = None
    set: Annotated[str, StringConstraints(max_length=64)] | None = None
    """The question set it is begun with; its questions stand for those named here."""


def community_of(caller: Caller, command: BeginHere) -> str:
    """The community a campaign belongs to: the one named, or the caller's own. Errors: Invalid."""
    if not (command.community or caller.scope):
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    return command.community or caller.scope


def plain(command: BeginHere) -> BeginCensus:
    """The command without the place it belongs to."""
    return BeginCensus.model_validate(command.model_dump(by_alias=True, exclude={"community", "set"}))


@router.get("", dependencies=[Waited])
async def campaigns(request: Request, caller: Seer, page_token: str = "") -> Response:
    """Every campaign of the scope and how far it is; of a visitor those with people of theirs."""
    async with reading(request, caller) as db:
        found = await census.campaigns(db, visitor=own_only(caller), token=page_token)
        counts = await census.totals(db, {one["campaign_id"]: (one, one["mine"] or None) for one in found.items})
    return await page(
        request, "census.html", rows=found.items, counts=counts, may_write=caller.has(*OFFICE),
        next_href=f"/registry/census?page_token={found.next_token}" if found.next_token else "",
    )  # fmt: skip


@router.get("/new")
async def new(request: Request, caller: Office, set: EntityKey = "") -> Response:
    """The form to begin a campaign: everything is asked of everybody, unless somebody unticks it. With `set`, by that
    question set.
    """
    today = speech().today
    usual: dict[str, Any] = {"from": today, "until": today + timedelta(days=_USUAL_DAYS), "asks": "all"}
    if set:
        usual |= {"set": set, "title": (await set_of(request, caller, set)).head.title}
    return await _form(request, caller, fresh(request, None, **usual))


@router.post("/new")
async def begin(request: Request, caller: Office) -> Response:
    """Begin it."""
    sent = await request.form()
    try:
        command = _typed(sent)
        community = community_of(caller, command)
        async with doing(request, caller, community, "begin-census", sent) as asked:
            what, chosen = await asking_with(request, community, plain(command), command.set)
            campaign_id, receipt = await carrying_out(request).begin(asked, what, chosen.ref if chosen else None)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(
        request, f"/registry/census/{campaign_id}", _("%(title)s开始了。下一步：派人去问。", title=command.title)
    )


def _typed(sent: FormData) -> BeginHere:
    """The command out of the form, with a line for each question of its own; no question ticked is none, not all.
    Errors: Invalid.
    """
    lines = [line.strip() for line in str(sent.get("own") or "").splitlines()]
    fields = [(name, value) for name, value in sent.multi_items() if name != "own"]
    given = FormData([*fields, *(("free", line) for line in lines if line)])
    command = read_form(BeginHere, given, lists=("questions", "free", "branches"))
    if given.getlist("questions") or command.set:
        return command
    if not command.free:
        raise Invalid([FieldError("questions", _("一个问题都没有"), _("至少选一个问题，或者自己写一个。"))])
    return command.model_copy(update={"questions": ()})


async def _form(request: Request, caller: Office, form: Form) -> Response:
    async with reading(request, caller) as db:
        branches = await branch.branches(db)
        places = await register.communities(db)
    sets, _problems = await sets_for(request, caller.scope)
    return await page(
        request, "census_new.html", status=form.status, form=form, words=words,
        questions=words.options(census_words.QUESTION), branches=branches,
        sets=[("", _("不用问卷，自己勾"))] * bool(sets) + [
            (one.key, _("%(name)s（%(version)s）", name=one.head.name, version=one.head.version))
            for one in sets
        ],
        ticked={name: _several(form, name) for name in ("questions", "branches")},
        places=[(place, place) for place in places] if len(places) > 1 else [],
    )  # fmt: skip


def _several(form: Form, name: str) -> list[str]:
    if form["asks"] == "all" and name == "questions":
        return [str(question) for question in census_words.QUESTION]
    value = form[name]
    return value if isinstance(value, list) else [value] if value else []


@router.get("/{campaign_id}", dependencies=[Waited])
async def show(request: Request, caller: Seer, campaign_id: EntityId) -> Response:
    """One campaign: how far each branch is, who asks there, and what was found."""
    row = await campaign_row(request, caller, campaign_id)
    return await _page(request, caller, row, fresh(request, row["seq"]))


async def _page(request: Request, caller: Caller, row: dict[str, Any], form: Form) -> Response:
    async with reading(request, caller) as db:
        mine = parts_of(caller, row)
        whole = None if mine is None else [key for key in mine if not is_within_branch(key)]
        branches = await census.progress(db, row, whole)
        within = await census_parts.progress(db, row, mine)
        everybody = branches if mine is None else await census.progress(db, row, mine)
    sheet = await found_in(request, caller, row) if caller.has(*OFFICE) else None
    names = {name for one in row["assigned"].values() for name in one}
    return await page(
        request, "census_campaign.html", status=form.status, row=row, form=form, branches=branches, within=within,
        total={name: sum(one[name] for one in everybody) for name in ("people", *census.OUTCOMES)},
        findings=len(sheet.found) if sheet else 0,
        questions=[words.word(census_words.QUESTION, one) for one in row["questions"]] + row["free"],
        called=await request.app.state.shell.identity.called.of({*names, row["begun_by"]}),
        may_write=caller.has(*OFFICE), may_export=not own_only(caller), words=words,
    )  # fmt: skip


@router.get("/{campaign_id}/progress.xlsx", dependencies=[Waited])
async def export(request: Request, caller: Reader, campaign_id: EntityId) -> Response:
    """How far each branch is, as a worksheet."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        branches = await census.progress(db, row)
    names = {name for one in row["assigned"].values() for name in one}
    called = await request.app.state.shell.identity.called.of(names)
    header = [_("支部"), _("谁去问"), _("应问"), *(words.word(census_words.OUTCOME, one) for one in census.OUTCOMES)]
    lines = [
        [
            one["branch"] or _("未编入支部"),
            "、".join(called[name] for name in row["assigned"].get(one["branch_id"], [])),
            one["people"],
            *(one[outcome] for outcome in census.OUTCOMES),
        ]
        for one in branches
    ]
    return sheet_response(_("摸底进度"), header, lines)


@router.post("/{campaign_id}/close")
async def close(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """Nobody is asked any more."""
    row = await campaign_row(request, caller, campaign_id)
    sent = await request.form()
    try:
        async with doing(request, caller, row["community"], f"close-census/{campaign_id}", sent) as asked:
            receipt = await carrying_out(request).close(asked, campaign_id)
    except (Refusal, Stale) as problem:
        row = await campaign_row(request, caller, campaign_id)
        return await _page(request, caller, row, again(request, sent, problem, row["seq"]))
    await show_own_write(request, receipt)
    return done(request, f"/registry/census/{campaign_id}", _("摸底结束了；问到的情况还可以核定。"))
