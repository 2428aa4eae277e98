"""The report upward: how much was raised by topic, and what came of it. No person stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from services.care.pages import voice_words
from services.care.pages.voice_common import Handler, late_by, voice_rules
from services.care.project import voices
from services.care.project.voices import Wanted
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.problems import FieldError, Invalid
from services.shell.reading import Waited, plain_json, reading, within
from services.shell.saved import csv_file

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["voice"])

COLUMNS = {
    "raised": N_("提出"),
    "open": N_("没办结"),
    "late": N_("逾期"),
    "up": N_("报到上级"),
    "answered": N_("已答复"),
    "in_time": N_("按期答复"),
    "satisfied": N_("本人满意"),
    "not_satisfied": N_("本人不满意"),
    "again": N_("不满意再报"),
    "days": N_("平均几天答复"),
}
LEADS = {"raised": voices.ALL, "open": "", "late": voices.LATE, **{name: name for name in voices.REPORTED[1:]}}
"""Each figure leads to the list it counts."""


class Span(BaseModel):
    """Raised on these days, both included; from the first of January, if nothing is said."""

    since: date | None = None
    until: date | None = None
    community: str = ""


async def _report(request: Request, caller: Caller, span: Span) -> tuple[Wanted, list[Mapping[str, Any]]]:
    today = speech().today
    since, until = span.since or today.replace(month=1, day=1), span.until or today
    if since > until:
        raise Invalid([FieldError("since", _("开始的日子晚于结束的日子"), _("请换一下两个日子。"))])
    place = within(caller, span.community)
    wanted = Wanted(community=place, since=since, until=until, late_by=late_by(request, caller))
    async with reading(request, caller) as db:
        return wanted, list(await voices.by_topic(db, wanted, today))


def _total(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in COLUMNS if name != "days"}


@router.get("/voice-report", dependencies=[Waited])
async def report(request: Request, caller: Handler, span: Annotated[Span, Query()]) -> Response:
    """Topic by topic; each figure leads to the items it counts."""
    wanted, rows = await _report(request, caller, span)
    rules = voice_rules(request, wanted.community or caller.scope)
    kept = {"since": wanted.since, "until": wanted.until, "community": wanted.community}
    return await page(
        request,
        "voice_report.html",
        rows=[
            {**row, "title": voice_words.topic(rules, row["topic"]), "links": _links(row["topic"], kept)}
            for row in rows
        ],
        total=_total(rows),
        columns={name: _(text) for name, text in COLUMNS.items()},
        wanted=wanted,
        csv=f"/care/voice-report.csv?{_query(kept)}",
    )


def _query(kept: Mapping[str, Any]) -> str:
    return urlencode({name: value for name, value in kept.items() if value})


def _links(topic: str, kept: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"/care/voices?{_query({'topic': topic, 'show': show, **kept})}" for name, show in LEADS.items()}


@router.get("/voice-report.csv")
async def saved(request: Request, caller: Handler, span: Annotated[Span, Query()]) -> Response:
    """The same as a file to hand up."""
    wanted, rows = await _report(request, caller, span)
    rules = voice_rules(request, wanted.community or caller.scope)
    header = [_("类别"), *(_(text) for text in COLUMNS.values())]
    lines = [[voice_words.topic(rules, row["topic"]), *(row[name] for name in COLUMNS)] for row in rows]
    total = _total(rows)
    title = _("社情民意 %(since)s~%(until)s", since=wanted.since, until=wanted.until)
    return csv_file(title, header, [*lines, [_("合计"), *(total.get(name, "") for name in COLUMNS)]])


@api.get("/voice-report", dependencies=[Waited])
async def report_json(request: Request, caller: Handler, span: Annotated[Span, Query()]) -> Response:
    """Figures by topic."""
    wanted, rows = await _report(request, caller, span)
    items = [dict(row) for row in rows]
    body = {"since": wanted.since, "until": wanted.until, "items": items, "total": _total(rows)}
    return JSONResponse(plain_json(body))
