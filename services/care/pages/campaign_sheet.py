"""A campaign on paper: the list to take along, with room to write; at the end the figures of the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.care.pages import campaign_words, words
from services.care.pages.campaign_common import campaign_row, campaign_rules, outcomes_of
from services.care.pages.common import EntityId, Office
from services.care.project import branch, campaigns
from services.shell.formats import age, day
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.printing import pdf, printed
from services.shell.reading import reading

router = APIRouter(include_in_schema=False)

_SHEET: Final = Path(__file__).parents[1] / "paper" / "campaign.typ"


@router.get("/campaigns/{campaign_id}/sheet.pdf")
async def sheet(request: Request, caller: Office, campaign_id: EntityId, show: str = "") -> Response:
    """Everybody, or one part of the list, by building."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        people = await campaigns.people_of(db, campaign_id)
        tasks = await campaigns.tasks_of(db, campaign_id=campaign_id)
        branches = await branch.names(db, row["community"])
    rules = campaign_rules(request, row["community"])
    figures = campaigns.figures(people)
    parts = [campaigns.UNSEEN, *outcomes_of(row["kind"]), campaigns.TRANSPORT, campaigns.FAULTS]
    given = {
        "title": row["title"],
        "under": _(
            "%(since)s–%(until)s　%(whom)s",
            since=day(row["since"], year=True),
            until=day(row["until"], year=True),
            whom=campaign_words.whom(row, branches),
        ),
        "held": " ".join(filter(None, (day(row["held_on"]) if row["held_on"] else "", row["place"] or ""))),
        "head": [_("住处"), _("姓名"), _("年龄"), _("电话"), _("结果"), _("要跟进的"), _("签名或者说明")],
        "rows": [_line(one, tasks, rules) for one in people if not show or show in campaigns.parts_of(one)],
        "figures": [
            [_("一共"), str(figures[""])],
            *([words.word(campaign_words.PART, one), str(figures[one])] for one in parts if figures[one]),
        ],
        "printed": _("%(day)s打印", day=day(speech().today, year=True)),
        "note": row["note"] or "",
    }
    return pdf(await printed(_SHEET, given), row["title"])


def _line(one: dict[str, Any], tasks: list[dict[str, Any]], rules: Any) -> list[str]:
    outcome = words.word(campaign_words.OUTCOME, one["outcome"]) if one["outcome"] else ""
    if one["transport"]:
        outcome += _("，要接送")
    waiting = [
        campaign_words.item(rules, task["item"])
        for task in tasks
        if task["member_id"] == one["member_id"] and task["done_on"] is None
    ]
    where = " ".join(filter(None, (one["building"] or one["address"], one["room"] if one["building"] else "")))
    flags = [_("外出")] if one["is_away"] else []
    flags += [_("患病")] if one["is_ill"] else []
    name = (one["name"] or "") + (f"（{_('、').join(flags)}）" if flags else "")
    return [where, name, age(one["birth"]), one["phone"] or "", outcome, _("、").join(waiting), ""]
