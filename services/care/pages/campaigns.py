"""Campaigns (DOMAIN R14): those that run, a new one with whom it would list, one with its people and its report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.campaign import CampaignKind
from events.log.command import Asked, Receipt
from services.care.decide.campaign import ChangeCampaign, CloseCampaign, OpenCampaign
from services.care.pages import campaign_words, words
from services.care.pages.campaign_common import (
    Row,
    at,
    campaign_row,
    campaign_rules,
    handler,
    opened,
    outcomes_of,
    place_of,
    would_list,
)
from services.care.pages.common import EntityId, Office, care, person_row, read_form
from services.care.pages.forms import Form, empty, or_again
from services.care.project import branch, campaigns, person
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal
from services.shell.reading import Waited, reading, show_own_write

router = APIRouter(include_in_schema=False)

FIELDS = ("kind", "title", "since", "until", "age_min", "age_max", "lives_alone", "birthday_within", "held_on", "place")
NAMES_SHOWN = 60
Act = Callable[[Asked, Row, FormData], Awaitable[Receipt]]


@router.get("/campaigns", dependencies=[Waited])
async def listed(request: Request, caller: Office, show: str = "") -> Response:
    """Those that run, what has to be put right; or those that were closed."""
    async with reading(request, caller) as db:
        rows = await campaigns.campaigns(db, closed=show == "closed")
        tasks = await campaigns.tasks_of(db, waiting=True) if show != "closed" else []
    return await page(
        request,
        "campaigns.html",
        rows=rows,
        tasks=tasks,
        show=show,
        words=words,
        campaign_words=campaign_words,
        rules=campaign_rules(request, caller.scope),
        kinds=words.options(campaign_words.KIND),
    )


# ── a new one ────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/campaigns/new")
async def new(request: Request, caller: Office, kind: CampaignKind = CampaignKind.SAFETY) -> Response:
    """The form, filled in by the rule of the kind."""
    today = speech().today
    rule = campaign_rules(request, caller.scope).kinds[kind]
    since = _quarter(today) if rule.birthday_within else today
    until = _quarter(since + timedelta(days=100)) - timedelta(days=1) if rule.birthday_within else None
    form = empty(
        request,
        kind=kind.value,
        title=_title(kind, since),
        since=since.isoformat(),
        until=(until or today + timedelta(days=rule.days)).isoformat(),
        age_min=rule.age_min,
        lives_alone="1" if rule.lives_alone else "",
        birthday_within="1" if rule.birthday_within else "",
    )
    return await _form(request, caller, form)


def _quarter(day: date) -> date:
    """The first day of the quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _title(kind: CampaignKind, since: date) -> str:
    name = words.word(campaign_words.KIND, kind)
    if kind is CampaignKind.BIRTHDAY:
        return _("%(year)s年第%(quarter)s季度%(name)s", year=since.year, quarter=(since.month - 1) // 3 + 1, name=name)
    return _("%(year)s年%(name)s", year=since.year, name=name)


async def _form(request: Request, caller: Caller, form: Form, found: list[Row] | None = None) -> Response:
    async with reading(request, caller) as db:
        branches = await branch.names(db, caller.scope)
    kind = form["kind"] or CampaignKind.SAFETY.value
    rules = campaign_rules(request, caller.scope)
    rule = rules.kinds[CampaignKind(kind)]
    return await page(
        request,
        "campaign_new.html",
        status=form.status,
        form=form,
        kind=kind,
        branches=branches,
        chosen=form.values.get("branches") or [],
        found=found,
        seen=_digest(found or []),
        shown=(found or [])[:NAMES_SHOWN],
        unable=[row for row in found or [] if row["is_away"] or row["is_ill"]],
        most=rules.people_max,
        clause=rule.clause,
        clause_words=_(care(request).policy_at(caller.scope, speech().today).clauses.get(rule.clause, "")),
        words=words,
        campaign_words=campaign_words,
    )


def _command(form: FormData) -> OpenCampaign:
    given = {"branches": tuple(str(one) for one in form.getlist("branches"))}
    return read_form(OpenCampaign, form, FIELDS, **given)


def _filled(form: FormData, problem: Invalid | Refusal | None = None) -> Form:
    """The form as it was sent, with every branch that is ticked."""
    values: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    values["branches"] = [str(one) for one in form.getlist("branches")]
    return Form(str(values.get("idempotency_key", "")), values, problem)


def _digest(people: list[Row]) -> str:
    """Names a list: who changes the form after looking at it looks once more."""
    return sha256(",".join(row["member_id"] for row in people).encode()).hexdigest()


@router.post("/campaigns/new")
async def begin(request: Request, caller: Office) -> Response:
    """First whom it would list, and then, with the same form, open it."""
    form = await request.form()
    try:
        command = _command(form)
        place = place_of(caller, "")
        found = await would_list(request, caller, place, command)
        if not form.get("confirmed") or form.get("seen") != _digest(found):
            return await _form(request, caller, _filled(form), found)
        campaign_id, receipt = await opened(request, caller, place, command, form)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, _filled(form, problem))
    await show_own_write(request, receipt)
    return done(request, f"/care/campaigns/{campaign_id}", _("%(title)s开始了，名单已定下。", title=command.title))


# ── one of them ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/campaigns/{campaign_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, campaign_id: EntityId, show: str = "", q: str = "") -> Response:
    """Progress, everybody who is listed, what has to be put right; every figure leads to the people it counts."""
    return await shown(request, caller, campaign_id, part=show, q=q)


async def shown(
    request: Request, caller: Caller, campaign_id: str, form: Form | None = None, *, part: str = "", q: str = ""
) -> Response:
    """The page of one campaign."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        people = await campaigns.people_of(db, campaign_id)
        tasks = await campaigns.tasks_of(db, campaign_id=campaign_id)
        branches = await branch.names(db, row["community"])
        found = await person.found(db, q) if q.strip() else []
    known = {one["member_id"] for one in people}
    figures = campaigns.figures(people)
    here = f"/care/campaigns/{campaign_id}"
    parts = [
        campaigns.WAITING, campaigns.UNSEEN, *outcomes_of(row["kind"]), campaigns.TRANSPORT, campaigns.FAULTS,
        campaigns.AWAY,
    ]  # fmt: skip
    form = form or empty(request, on=speech().today.isoformat())
    return await page(
        request,
        "campaign.html",
        status=form.status,
        row=row,
        people=[one for one in people if not part or part in campaigns.parts_of(one)],
        part=part,
        filters=[
            (_("全部"), here, figures[""], not part),
            *(
                (words.word(campaign_words.PART, one), f"{here}?show={one}", figures[one], part == one)
                for one in parts
                if figures[one] or one == part
            ),
        ],
        figures=figures,
        tasks=tasks,
        late=sum(one["done_on"] is None and one["due_on"] < speech().today for one in tasks),
        outcomes=outcomes_of(row["kind"]),
        quick=quick,
        whom=campaign_words.whom(row, branches),
        branches=branches,
        q=q,
        found=[one for one in found if one["member_id"] not in known],
        form=form,
        words=words,
        campaign_words=campaign_words,
        rules=campaign_rules(request, row["community"]),
        clause_words=_(care(request).policy_at(row["community"], speech().today).clauses.get(row["clause"], "")),
    )


_ASKED: Mapping[CampaignKind, tuple[str, ...]] = {
    CampaignKind.SAFETY: ("not_met",),
    CampaignKind.CHECKUP: ("comes", "declined"),
    CampaignKind.DOCTOR: ("done", "not_met"),
    CampaignKind.BIRTHDAY: ("comes", "declined"),
}
_SAID: Mapping[str, tuple[str, ...]] = {"comes": ("came", "brought"), "declined": ("brought",)}


def quick(kind: str, outcome: str | None) -> tuple[str, ...]:
    """What is noted from the list by one press, at most two; everything else, and all words, on the person's page."""
    if kind == CampaignKind.BIRTHDAY and (then := _SAID.get(outcome or "")):
        return then
    if kind == CampaignKind.CHECKUP and outcome in ("comes", "postponed"):
        return ("done",)
    return () if outcome in campaigns.SETTLED else _ASKED[CampaignKind(kind)]


async def _deed(
    request: Request, caller: Caller, campaign_id: str, name: str, act: Act, told: str, undo: Undo | None = None
) -> Response:
    form = await request.form()

    async def work() -> Response:
        row = await campaign_row(request, caller, campaign_id)
        async with at(request, caller, row, name, form) as asked:
            receipt = await act(asked, row, form)
        await show_own_write(request, receipt)
        said = _(told) if receipt.facts else _("已经是这样了，没有改动。")
        return done(request, f"/care/campaigns/{campaign_id}", said, undo=undo if receipt.facts else None)

    return await or_again(work(), form, lambda again: shown(request, caller, campaign_id, again))


@router.post("/campaigns/{campaign_id}/change")
async def change(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It is otherwise now."""

    async def act(asked: Asked, _row: Row, form: FormData) -> Receipt:
        command = read_form(ChangeCampaign, form, ("title", "until", "held_on", "place"))
        return await handler(request).change(asked, campaign_id, command)

    return await _deed(request, caller, campaign_id, "change-campaign", act, N_("已改好。"))


@router.post("/campaigns/{campaign_id}/close")
async def close(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It ends; what has to be put right stays open."""

    async def act(asked: Asked, _row: Row, form: FormData) -> Receipt:
        return await handler(request).close(asked, campaign_id, read_form(CloseCampaign, form, ("note",)))

    undo = Undo(f"/care/campaigns/{campaign_id}/reopen")
    return await _deed(request, caller, campaign_id, "close-campaign", act, N_("已结束。隐患还没办的照样留着。"), undo)


@router.post("/campaigns/{campaign_id}/reopen")
async def reopen(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It was closed too soon."""

    async def act(asked: Asked, _row: Row, _form: FormData) -> Receipt:
        return await handler(request).reopen(asked, campaign_id)

    return await _deed(request, caller, campaign_id, "reopen-campaign", act, N_("已重新打开。"))


@router.post("/campaigns/{campaign_id}/people/{member_id}/add")
async def add(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """Somebody is to be seen as well."""

    async def act(asked: Asked, _row: Row, _form: FormData) -> Receipt:
        await person_row(request, caller, member_id)
        return await handler(request).add(asked, campaign_id, member_id)

    undo = Undo(f"/care/campaigns/{campaign_id}/people/{member_id}/take-off")
    return await _deed(request, caller, campaign_id, f"add/{member_id}", act, N_("已加进名单。"), undo)


@router.post("/campaigns/{campaign_id}/people/{member_id}/take-off")
async def take_off(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """It was a slip that they were added."""

    async def act(asked: Asked, _row: Row, _form: FormData) -> Receipt:
        return await handler(request).take_off(asked, campaign_id, member_id)

    return await _deed(request, caller, campaign_id, f"take-off/{member_id}", act, N_("已从名单上去掉。"))
