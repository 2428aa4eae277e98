"""What the pages and the API of campaigns share: which one, whom one would list, who is in it, what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request

from events.facts.base import is_hidden
from events.facts.campaign import CampaignKind
from events.facts.care_campaign import CampaignAnswered, CheckupDone, FollowUpOpened, Outcome, SafetyChecked
from events.log.command import Asked, Receipt
from services.care.decide.campaign import OpenCampaign, is_listed
from services.care.decide.campaign_outcome import OUTCOMES
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.handle.campaigns import Campaigns
from services.care.pages.common import OFFICE, care, doing, rules
from services.care.pages.voice_common import facts_at
from services.care.project import campaigns, visits
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role
from services.shell.problems import FieldError, Forbidden, Invalid, NotFound
from services.shell.reading import reading, sought

Row = Mapping[str, Any]


def handler(request: Request) -> Campaigns:
    """The handler of commands about campaigns."""
    return Campaigns(care(request), request.app.state.host.pool)


def campaign_rules(request: Request, place: str) -> CampaignPolicy:
    """The rules in force in a community today."""
    return rules(request, place).campaigns


def place_of(caller: Caller, community: str) -> str:
    """The one community it is for. Errors: Invalid, if the caller has several and names none; Forbidden."""
    place = community or caller.scope
    if not place:
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    if not caller.covers(place):
        raise Forbidden(_("这个社区不在您的范围内。"))
    return place


async def campaign_row(request: Request, caller: Caller, campaign_id: str) -> dict[str, Any]:
    """A campaign the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: campaigns.one(db, campaign_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这次活动。"))
    return row


async def listed_row(request: Request, caller: Caller, campaign_id: str, member_id: str) -> dict[str, Any]:
    """Somebody who is listed in it. Errors: NotFound."""
    row = await sought(request, caller, lambda db: campaigns.person_of(db, campaign_id, member_id))
    if row is None:
        raise NotFound(_("这个人不在名单上，先加进来。"))
    return row


async def person_at(request: Request, caller: Caller, campaign_id: str, member_id: str) -> tuple[Row, Row]:
    """A campaign and somebody in it, for the office, and for a visitor who goes to that person or has been there since
    it began: who is at the door notes what came of it. Errors: NotFound, Forbidden.
    """
    row = await campaign_row(request, caller, campaign_id)
    if not caller.has(*OFFICE):
        async with reading(request, caller) as db:
            if not await visits.goes_there(db, member_id, caller.name, row["since"]):
                raise Forbidden(_("走访员只能记自己去看望的人。"))
    return row, await listed_row(request, caller, campaign_id, member_id)


async def would_list(request: Request, caller: Caller, place: str, command: OpenCampaign) -> list[Row]:
    """Everybody the campaign would list now, by building; those who are away or ill are among them and say so."""
    whom, since = command.whom(), command.since or speech().today
    async with reading(request, caller) as db:
        found = await campaigns.listable(db, whom, place)
    return [row for row in found if is_listed(row["birth"], whom, since, command.until)]


async def opened(
    request: Request, caller: Caller, place: str, command: OpenCampaign, form: Mapping[str, Any] | None = None
) -> tuple[str, Receipt]:
    """Open it with the list as it is now."""
    people = [row["member_id"] for row in await would_list(request, caller, place, command)]
    async with doing(request, caller, place, "open-campaign", form) as asked:
        return await handler(request).open(asked, command, people)


@asynccontextmanager
async def at(
    request: Request, caller: Caller, row: Row, name: str, form: Mapping[str, Any] | None = None
) -> AsyncIterator[Asked]:
    """What a command on a campaign is asked by."""
    async with doing(request, caller, row["community"], f"{name}/{row['campaign_id']}", form) as asked:
        yield asked


async def invited(
    request: Request, caller: Caller, row: Row, form: Mapping[str, Any] | None = None, *, back: bool = False
) -> list[Receipt]:
    """Note that everybody who was not contacted has been told of it; or (`back`) that they have not."""
    outcome = Outcome.INVITED.value if back else None
    async with reading(request, caller) as db:
        people = await campaigns.people_of(db, row["campaign_id"])
    wanted = [one["member_id"] for one in people if one["outcome"] == outcome]
    async with at(request, caller, row, "campaign-uninvite" if back else "campaign-invite", form) as asked:
        act = handler(request).uninvite if back else handler(request).invite
        return [one for one in await act(asked, row["campaign_id"], wanted) if one.facts]


def may_open(caller: Caller, row: Row) -> bool:
    """What was found at somebody's is for the secretary, and for whoever noted it."""
    return caller.has(Role.SECRETARY) or row["noted_by"] == caller.name


def may_take_back(caller: Caller, row: Row) -> None:
    """The office takes back what anybody noted, a visitor what they noted themselves. Errors: Forbidden."""
    if not caller.has(*OFFICE) and row["noted_by"] not in (None, caller.name):
        raise Forbidden(_("这是别人记的，请告诉书记。"))


async def found_at(
    request: Request, caller: Caller, campaign: Row, row: Row, reason: str
) -> tuple[dict[str, Any], Receipt]:
    """What was found and noted, after it is on record who asked and why. Errors: Forbidden, NotFound."""
    if not may_open(caller, row):
        raise Forbidden(_("结果只给书记和记下的人看。"))
    async with reading(request, caller) as db:
        tasks = await campaigns.tasks_of(db, campaign_id=campaign["campaign_id"], member_id=row["member_id"])
    seqs = [seq for seq in (row["noted_seq"], *(one["said_seq"] for one in tasks)) if seq]
    if not seqs:
        raise NotFound(_("还没有记过结果。"))
    async with at(request, caller, campaign, f"reveal-campaign/{row['member_id']}") as asked:
        receipt = await care(request).record_read(asked, row["member_id"], f"campaign-{campaign['kind']}", reason)
    facts = await facts_at(request, caller, seqs)
    said = facts.get(row["noted_seq"])
    return {
        "text": _text(said),
        "faults": said.faults if isinstance(said, SafetyChecked) else (),
        "tasks": {one["follow_up_id"]: _text(facts.get(one["said_seq"])) for one in tasks},
    }, receipt


def _text(fact: Any) -> str | None:
    match fact:
        case CheckupDone():
            said = fact.result
        case CampaignAnswered() | SafetyChecked():
            said = fact.note
        case FollowUpOpened():
            said = fact.what
        case _:
            return None
    return None if is_hidden(said) else said


def outcomes_of(kind: str) -> Sequence[str]:
    """What may come of it, as codes."""
    return [one.value for one in OUTCOMES[CampaignKind(kind)]]
