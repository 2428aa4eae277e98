"""Calling meetings by rote: a look at the days first, clear of the festivals of the moon's calendar, then the calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from borax.calendars.lunardate import LunarDate  # type: ignore[import-untyped]  # borax ships no types
from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.meeting import MeetingKind
from events.log.command import Receipt
from services.registry.decide.meeting_policy import SeriesRule
from services.registry.decide.series import Rhythm, ScheduleSeries, Turn, meeting_of, turns
from services.registry.pages import words
from services.registry.pages.api_ledger import CallMeeting, CommunityPath, community_of, in_its_branch
from services.registry.pages.common import Office, doing, read_form, reading, registry, rules, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.meetings import groups_to_choose
from services.registry.pages.places import communities
from services.registry.pages.plain import answered
from services.registry.project import branch
from services.shell.acting import facts_of
from services.shell.i18n import N_, ngettext, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, Refusal

router = APIRouter()

FESTIVAL: Final = {"spring": N_("春节"), "dragon_boat": N_("端午"), "mid_autumn": N_("中秋")}
RHYTHM: Final = {Rhythm.DAY: N_("每月同一天"), Rhythm.WEEKDAY: N_("每月同一个星期几")}
_LOOK: Final = frozenset({"sure", "shown"})
"""What the form says of the look at the days."""
WITHOUT: Final = frozenset({MeetingKind.JOINT})
"""Kinds that are not called by rote: they name partner units."""


class SeriesHere(ScheduleSeries):
    """Meetings by rote; `community` may be left out where the caller has only one."""

    community: CommunityPath | None = None


def festivals(rule: SeriesRule, first: date, last: date) -> dict[date, str]:
    """Which days between two days, both included, belong to a festival, and to which one."""
    found: dict[date, str] = {}
    for year in range(first.year - 1, last.year + 1):
        for name, festival in rule.festivals.items():
            begins = LunarDate(year, festival.month, festival.day).to_solar_date() - timedelta(days=festival.before)
            found |= {begins + timedelta(days=number): name for number in range(festival.days)}
    return {day: name for day, name in found.items() if first <= day <= last + timedelta(days=40)}


async def _read(request: Request, caller: Caller, command: SeriesHere) -> tuple[str, ScheduleSeries, list[Turn]]:
    """The community, the command without it, and its days. Errors: Invalid."""
    plain = ScheduleSeries.model_validate(command.model_dump(exclude={"community"}))
    first = meeting_of(plain, Turn(plain.on, plain.on, ""))
    whose = CallMeeting.model_validate({**first.model_dump(), "community": command.community})
    whose = await in_its_branch(request, caller, whose)
    plain = plain.model_copy(update={"branch": whose.branch})
    community = await community_of(request, caller, whose)
    rule = rules(request, community).meetings.series
    span = command.times * command.every_months
    if span > rule.months_max and command.times > 1:
        todo = _("一次最多排 %(most)s 个月（%(clause)s）。", most=rule.months_max, clause=rule.clause)
        raise Invalid([FieldError("times", _("排得太远"), todo)])
    if command.kind in WITHOUT:
        raise Invalid([FieldError("kind", _("共建活动不能按月排"), _("请逐次记，并选一起办的单位。"))])
    last = command.on + timedelta(days=31 * span)
    return community, plain, list(turns(plain, festivals(rule, command.on, last)))


async def _call(
    request: Request, caller: Caller, community: str, command: ScheduleSeries, days: list[Turn], sent: Any = None
) -> tuple[list[str], list[Receipt]]:
    """One meeting after the other; the same request again calls none twice, and goes on where it was cut off."""
    ids, receipts = [], []
    async with doing(request, caller, community, "schedule-series", sent) as asked:
        key = asked.command or f"schedule-series/{registry(request).commands.new_id()}"
        for number, turn in enumerate(days):
            each = replace(asked, command=f"{key}/{number}", expected=None)
            meeting_id, receipt = await registry(request).schedule(each, meeting_of(command, turn))
            ids.append(meeting_id)
            receipts.append(receipt)
    await show_own_write(request, receipts[-1])
    return ids, receipts


def _turn_json(turn: Turn) -> dict[str, Any]:
    return {"on": turn.on, "by_rote": turn.by_rote, "festival": turn.festival or None}


@router.post("/api/meetings/series", status_code=201, tags=["meetings"])
async def series_api(request: Request, caller: Office, command: SeriesHere) -> Response:
    """Call meetings by rote; `days` says which of them made way for a festival."""
    community, plain, days = await _read(request, caller, command)
    ids, receipts = await _call(request, caller, community, plain, days)
    told = [fact for receipt in receipts for fact in facts_of(receipt)]
    return answered({"meeting_ids": ids, "days": [_turn_json(turn) for turn in days], "facts": told}, 201)


@router.get("/meetings/series", include_in_schema=False)
async def form(request: Request, caller: Office) -> Response:
    """The form."""
    usual: dict[str, Any] = {"kind": "theme_day", "on": speech().today, "at": "14:00", "times": "6", "rhythm": "day"}
    return await _page(request, caller, fresh(request, None, **usual, every_months="1"))


@router.post("/meetings/series", include_in_schema=False)
async def call(request: Request, caller: Office) -> Response:
    """A look at the days; pressed again below them, the meetings are called, on the days that were shown."""
    sent = await request.form()
    given = type(sent)([(name, value) for name, value in sent.multi_items() if name not in _LOOK])
    try:
        community, plain, days = await _read(request, caller, read_form(SeriesHere, given))
        if not sent.get("sure") or sent.get("shown") != shown(days):
            return await _page(request, caller, fresh(request, None, **_typed(sent)), days)
        ids, _receipts = await _call(request, caller, community, plain, days, sent)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, again(request, sent, problem))
    return done(request, "/registry/meetings", ngettext("排好了 %(num)s 次会。", "排好了 %(num)s 次会。", len(ids)))


def _typed(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in {*_LOOK, "version", "idempotency_key"}}


def shown(days: list[Turn]) -> str:
    """The days of a look, as the form sends them back."""
    return ",".join(turn.on.isoformat() for turn in days)


async def _page(request: Request, caller: Caller, form: Form, days: list[Turn] | None = None) -> Response:
    async with reading(request, caller) as db:
        branches = await branch.branches(db)
        places = await communities(db, caller)
    rule = rules(request, caller.scope)
    return await page(
        request, "meeting_series.html", status=form.status, form=form, days=days, shown=shown(days or []),
        words=words, festival=FESTIVAL,
        kinds=[one for one in words.options(words.MEETING) if one[0] not in WITHOUT], rhythms=words.options(RHYTHM),
        branches=[("", _("全社区")), *((each["branch_id"], each["name"]) for each in branches)],
        groups=groups_to_choose(branches),
        places=places if len(places) > 1 else [], rule=rule.meetings.series, clauses=rule.clauses,
    )  # fmt: skip
