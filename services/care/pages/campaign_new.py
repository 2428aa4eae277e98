"""A new campaign: filled in by the rule of its kind, first whom it would list, and then, with the same form, begun."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.campaign import CampaignKind
from services.care.decide.campaign import OpenCampaign
from services.care.pages import campaign_words, words
from services.care.pages.campaign_common import Row, campaign_rules, opened, place_of, would_list
from services.care.pages.common import Office, care, read_form
from services.care.pages.forms import Form, empty
from services.care.project import branch
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal
from services.shell.reading import reading, show_own_write

router = APIRouter(include_in_schema=False)

FIELDS = ("kind", "title", "since", "until", "age_min", "age_max", "lives_alone", "birthday_within", "held_on", "place")
NAMES_SHOWN = 60


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
