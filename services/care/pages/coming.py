"""What is due for somebody in the coming twelve months, as the rules stand today; most of it is no fact yet.

Beside the visits and calls that are planned from it stand the turns of the pension certification and the campaigns
(check-ups, home safety) that list the person: those have days of their own, and become no visit by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from events.facts.care import AlsoFor, VisitReason
from services.care.decide.certification import coming_turns, way_for
from services.care.decide.window import Window
from services.care.handle.certification import Certifications
from services.care.pages import campaign_words, words
from services.care.pages.common import EntityId, Office, care, person_row, rules
from services.care.project import campaigns
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.reading import Waited, plain_json, reading

api = APIRouter(prefix="/api", tags=["care"])


async def coming(request: Request, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The windows as rows that read like those of visits, by due day; `times` says how many alike one row stands for.

    The weekly calls are one row: the next of them. Nothing for whom nothing is planned any more.
    """
    rows: list[dict[str, Any]] = []
    calls: dict[str, Any] | None = None
    for window in await care(request).coming(row["member_id"], row["community"]):
        if window.reasons != (VisitReason.ALONE,):
            rows.append(_row(window, row["community"]))
        elif calls is None:
            calls = _row(window, row["community"])
            rows.append(calls)
        else:
            calls["times"] += 1
    return rows


def _row(window: Window, community: str) -> dict[str, Any]:
    return {
        "community": community,
        "reason": window.reason.value,
        "way": window.way.value,
        "start_on": window.start,
        "due_on": window.due,
        "end_on": window.end,
        "clause": window.clause,
        "also": [one.model_dump(mode="json") for one in window.also],
        "times": 1,
    }


async def beside(request: Request, caller: Caller, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Certifications and campaigns, by due day: rows like those of `coming`, with `way_said` and `said` for a page.

    A certification is best done before the reminder, a campaign's part on the day it is held, if there is one.
    """
    rest = {"community": row["community"], "also": [], "times": 1}
    found = [*await _certifications(request, row), *await _campaigns(request, caller, row)]
    return sorted(({**one, **rest} for one in found), key=lambda one: one["due_on"])


async def _certifications(request: Request, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    certifications: Certifications = request.app.state.certifications
    today, rule = speech().today, rules(request, row["community"]).certification
    one = (await certifications.pensioners([row["member_id"]])).get(row["member_id"])
    if one is None:
        return []
    way = way_for(one, today, rule)
    return [
        {
            "reason": "certification", "way": way.way.value, "start_on": turn.start, "end_on": turn.end,
            "due_on": turn.end - timedelta(days=rule.remind_days), "clause": way.clause,
            "said": _("养老认证"), "way_said": words.word(words.CERTIFIED, way.way),
        }
        for turn in coming_turns(await care(request).state(row["member_id"]), one, rule, today)
    ]  # fmt: skip


async def _campaigns(request: Request, caller: Caller, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    async with reading(request, caller) as db:
        listed = await campaigns.of_member(db, row["member_id"])
    return [
        {
            "reason": one["kind"], "way": "campaign", "start_on": one["since"], "end_on": one["until"],
            "due_on": one["held_on"] or one["until"], "clause": one["clause"],
            "said": one["title"], "way_said": words.word(campaign_words.KIND, one["kind"]),
        }
        for one in listed
        if one["closed_on"] is None and one["outcome"] not in campaigns.SETTLED and one["until"] >= speech().today
    ]  # fmt: skip


@api.get("/members/{member_id}/plan", dependencies=[Waited])
async def plan_of(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Every visit and call that is due in the coming twelve months, by due day, each with its reasons and clauses;
    and `beside` them the pension certifications and the campaigns that list the person, as `reason` and `way` say.
    """
    row = await person_row(request, caller, member_id)
    windows = await care(request).coming(member_id, row["community"])
    others = [_beside(one) for one in await beside(request, caller, row)]
    return JSONResponse(plain_json({"items": [_item(window) for window in windows], "beside": others}))


def _beside(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "start": one["start_on"],
        "due": one["due_on"],
        "end": one["end_on"],
        "way": one["way"],
        "reasons": [{"reason": one["reason"], "clause": one["clause"]}],
    }


def _item(window: Window) -> dict[str, Any]:
    reasons: Sequence[AlsoFor] = (AlsoFor(reason=window.reason, clause=window.clause), *window.also)
    return {
        "start": window.start,
        "due": window.due,
        "end": window.end,
        "way": window.way.value,
        "reasons": [one.model_dump(mode="json") for one in reasons],
    }
