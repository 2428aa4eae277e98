"""Buildings as on a map of our own: where something is late, due or was done lately; no tiles of anybody else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.care.pages import visitors, words
from services.care.pages.common import SOON_DAYS, Office, rules_by_row
from services.care.pages.rota_week import on_the_ground
from services.care.project import month, spot
from services.care.project import rota as places
from services.care.rota.ground import road_and_number
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.reading import Waited, reading, within

router = APIRouter(include_in_schema=False)

WIDTH, HEIGHT_MIN, HEIGHT_MAX, EDGE = 1000, 240, 800, 60
"""Of the drawing, in its own units."""
RADIUS_MIN, RADIUS_MAX = 9, 26
SPOTS_MIN: Final = 3
"""Fewer known places make no picture."""


class BlocksQuery(BaseModel):
    """Which community; `building`: one of them, with who lives there."""

    community: str = ""
    building: str = Field(default="", max_length=100)


@dataclass(frozen=True, slots=True)
class Dot:
    """One building on the drawing."""

    x: int
    y: int
    radius: int
    tone: str
    row: Mapping[str, Any]
    short: str


def tone_of(row: Mapping[str, Any]) -> str:
    """The most urgent of what is there."""
    return next((tone for name, tone in (("late", "late"), ("due", "soon"), ("done", "done")) if row[name]), "")


def drawn(rows: Sequence[Mapping[str, Any]], ground: Mapping[str, tuple[int, int]]) -> tuple[list[Dot], int]:
    """The buildings whose place is known, north above, in one scale; and how high the drawing is."""
    known = [(row, *ground[row["building"]]) for row in rows if row["building"] in ground]
    if len(known) < SPOTS_MIN:
        return [], 0
    west, east = min(x for _, x, _y in known), max(x for _, x, _y in known)
    south, north = min(y for _, _x, y in known), max(y for _, _x, y in known)
    scale = min((WIDTH - 2 * EDGE) / max(1, east - west), (HEIGHT_MAX - 2 * EDGE) / max(1, north - south))
    height = max(HEIGHT_MIN, round((north - south) * scale) + 2 * EDGE)
    dots = [
        Dot(
            x=round((x - west) * scale) + EDGE,
            y=height - EDGE - round((y - south) * scale),
            radius=min(RADIUS_MAX, RADIUS_MIN + 2 * (row["late"] + row["due"])),
            tone=tone_of(row),
            row=row,
            short=short_of(row["building"]),
        )
        for row, x, y in known
    ]
    return sorted(dots, key=lambda dot: (-dot.radius, dot.row["building"])), height


def short_of(building: str) -> str:
    """`金桥路36弄28号` -> `36弄28号`: without the road."""
    read = road_and_number(building)
    return building.removeprefix(read[0]) if read else building


@router.get("/blocks", dependencies=[Waited])
async def show(request: Request, caller: Office, asked: Annotated[BlocksQuery, Query()]) -> Response:
    """All buildings, or one."""
    today = speech().today
    community = within(caller, asked.community)
    async with reading(request, caller) as db:
        there = await places.communities(db)
        rows = await month.buildings(db, today, today + timedelta(days=SOON_DAYS), community)
        one = community or (there[0] if len(there) == 1 else "")
        spots = await spot.spots(db, one) if one else {}
    if asked.building:
        return await _one(request, caller, asked.building, community)
    dots, height = drawn(rows, on_the_ground(spots))
    return await page(
        request,
        "blocks.html",
        rows=rows,
        dots=dots,
        width=WIDTH,
        height=height,
        roads=_by_road(rows),
        totals={name: sum(row[name] for row in rows) for name in ("late", "due", "done")},
        days=SOON_DAYS,
        done_days=month.DONE_DAYS,
    )


def _by_road(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Road by road, as one walks: house numbers in their order."""

    def key(row: Mapping[str, Any]) -> tuple[str, int]:
        read = road_and_number(row["building"])
        return (read[0], int(read[1])) if read else (row["building"], 0)

    ordered = sorted(rows, key=lambda row: (*key(row), len(row["building"]), row["building"]))
    return [
        (road, [{**row, "tone": tone_of(row), "short": short_of(row["building"])} for row in those])
        for road, those in groupby(ordered, key=lambda row: key(row)[0])
    ]


async def _one(request: Request, caller: Caller, building: str, community: str) -> Response:
    today = speech().today
    async with reading(request, caller) as db:
        people = await month.residents(db, building, community)
        waiting = await month.waiting_for(db, [row["member_id"] for row in people], today)
    known = await visitors.visitors(request, caller)
    theirs: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in waiting:
        theirs[row["member_id"]].append(row)
    return await page(
        request,
        "block.html",
        building=building or _("住址未登记"),
        people=people,
        theirs=theirs,
        names=visitors.called(known, [row["visitor"] for row in waiting]),
        words=words,
        policy=rules_by_row(request),
    )
