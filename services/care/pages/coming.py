"""What is due for somebody in the coming twelve months, as the rules stand today; most of it is no fact yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from events.facts.care import AlsoFor, VisitReason
from services.care.decide.window import Window
from services.care.pages.common import EntityId, Office, care, person_row
from services.shell.reading import Waited, plain_json

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


@api.get("/members/{member_id}/plan", dependencies=[Waited])
async def plan_of(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Every visit and call that is due in the coming twelve months, by due day, each with its reasons and clauses."""
    row = await person_row(request, caller, member_id)
    windows = await care(request).coming(member_id, row["community"])
    return JSONResponse(plain_json({"items": [_item(window) for window in windows]}))


def _item(window: Window) -> dict[str, Any]:
    reasons: Sequence[AlsoFor] = (AlsoFor(reason=window.reason, clause=window.clause), *window.also)
    return {
        "start": window.start,
        "due": window.due,
        "end": window.end,
        "way": window.way.value,
        "reasons": [one.model_dump(mode="json") for one in reasons],
    }
