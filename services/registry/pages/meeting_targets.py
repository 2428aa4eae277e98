"""How far every branch is with its regular meetings (三会一课), down to the meetings themselves (DOMAIN R9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.meeting import MeetingKind
from services.registry.decide.meeting_policy import TargetsRule
from services.registry.decide.targets import Target, targets
from services.registry.pages import words
from services.registry.pages.as_of import Travels
from services.registry.pages.branches import branch_row
from services.registry.pages.common import OFFICE, Day, EntityId, Reader, Waited, reading, rules, within
from services.registry.pages.places import places_of
from services.registry.pages.plain import answered, fields_of
from services.registry.project import meeting_targets
from services.shell.i18n import speech
from services.shell.pages import page

router = APIRouter()
Kind = Annotated[MeetingKind | None, Query()]


def _moments(rule: TargetsRule, day: date) -> dict[MeetingKind, tuple[datetime, datetime]]:
    """The spans around a day, as moments by the office's clock."""
    return {kind: _of_days(*rule.period(kind, day)) for kind in rule.every_months}


def _of_days(first: date, last: date) -> tuple[datetime, datetime]:
    zone = speech().zone
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


async def _standing(
    db: AsyncConnection, rule: TargetsRule, day: date, community: str
) -> list[tuple[Mapping[str, Any], Sequence[Target]]]:
    """Every branch with its targets. What a community held for all of them counts for each."""
    held = await meeting_targets.held(db, _moments(rule, day), community)
    found: list[tuple[Mapping[str, Any], Sequence[Target]]] = []
    for row in await meeting_targets.branches(db, day, community):
        own = dict(held.get((row["community"], row["branch_id"]), {}))
        for kind, times in held.get((row["community"], ""), {}).items():
            if kind in meeting_targets.COMMUNITY_TOO:
                own[kind] = own.get(kind, 0) + times
        found.append((row, targets(own, rule, day, led=row["led"], groups=row["groups"])))
    return found


@router.get("/api/meetings/targets", dependencies=[Waited, Travels], tags=["meetings"])
async def targets_api(request: Request, caller: Reader, community: str = "", on: Day = None) -> Response:
    """Of every branch and kind of meeting: held, needed and missing in the span around a day, with the clause."""
    place, day = within(caller, community), on or speech().today
    async with reading(request, caller) as db:
        found = await _standing(db, rules(request, place or caller.scope, day).meetings.targets, day, place)
    items = [
        {
            "branch_id": row["branch_id"],
            "branch": row["name"],
            "community": row["community"],
            "targets": [fields_of(one) | {"missing": one.missing} for one in each],
        }
        for row, each in found
    ]
    return answered({"items": items, "next_page_token": ""})


@router.get("/meetings/targets", dependencies=[Waited, Travels], include_in_schema=False)
async def show(request: Request, caller: Reader, community: str = "", on: Day = None) -> Response:
    """Every branch and how far it is; over several communities, how far each of them is."""
    place, day = within(caller, community), on or speech().today
    then = rules(request, place or caller.scope, day)
    rule = then.meetings.targets
    async with reading(request, caller) as db:
        found = await _standing(db, rule, day, place)
        paths = sorted({row["community"] for row, _each in found})
        called = await places_of(db, caller, paths)
    several = len(paths) > 1
    return await page(
        request, "meeting_targets.html", day=day, today=speech().today, place=place, words=words, several=several,
        kinds=list(rule.every_months), heads=[words.word(words.MEETING, kind) for kind in rule.every_months],
        rows=[] if several else [(row, _by_kind(each)) for row, each in found],
        places=[(path, called.called(path), *_summed(found, path)) for path in paths] if several else [],
        missing=sum(one.missing for _row, each in found for one in each), clause=rule.clause,
        clauses=then.clauses, title=called.called(paths[0]) if paths and not several else caller.reach,
        earlier=rule.period(MeetingKind.GENERAL, day)[0] - timedelta(days=1), may_write=caller.has(*OFFICE),
    )  # fmt: skip


def _by_kind(found: Sequence[Target]) -> dict[MeetingKind, Target]:
    return {one.kind: one for one in found}


def _summed(found: Sequence[tuple[Mapping[str, Any], Sequence[Target]]], path: str) -> tuple[int, int, int]:
    """(branches that lack nothing, branches, meetings missing) of a community."""
    here = [each for row, each in found if row["community"] == path]
    missing = [sum(one.missing for one in each) for each in here]
    return sum(lacking == 0 for lacking in missing), len(here), sum(missing)


@router.get("/meetings/targets/{branch_id}", dependencies=[Waited, Travels], include_in_schema=False)
async def one(request: Request, caller: Reader, branch_id: EntityId, kind: Kind = None, on: Day = None) -> Response:
    """One branch: each kind with the meetings that count for it, those called but not held among them."""
    row, day = await branch_row(request, caller, branch_id), on or speech().today
    then = rules(request, row["community"], day)
    rule = then.meetings.targets
    async with reading(request, caller) as db:
        standing = await _standing(db, rule, day, row["community"])
        each = next((each for known, each in standing if known["branch_id"] == branch_id), ())
        lines = [await _line(db, row, target) for target in each if kind is None or target.kind is kind]
    return await page(
        request, "meeting_targets_branch.html", row=row, lines=lines, day=day, words=words, kind=kind,
        clause=rule.clause, clauses=then.clauses, may_write=caller.has(*OFFICE),
    )  # fmt: skip


async def _line(db: AsyncConnection, row: Mapping[str, Any], target: Target) -> tuple[Target, Sequence[Any]]:
    since, until = _of_days(target.first, target.last)
    found = await meeting_targets.drill_down(db, row["branch_id"], row["community"], target.kind, since, until)
    return target, found
