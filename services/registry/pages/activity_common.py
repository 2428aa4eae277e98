"""What the pages and the API of activities share: which activity, whom it concerns, deeds over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request

from events.facts.activity import MovedUp
from events.log.command import Asked, Receipt
from services.registry.handle.activities import Activities
from services.registry.pages.common import doing, member_card, reading, registry, sought
from services.registry.project import activity, register
from services.registry.project.register import Wanted
from services.shell.formats import local_day
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid, NotFound

Row = Mapping[str, Any]
Sent = Mapping[str, Any] | None


def activities_of(request: Request) -> Activities:
    """The handler of commands about activities."""
    return Activities(registry(request))


async def activity_row(request: Request, caller: Caller, activity_id: str) -> dict[str, Any]:
    """An activity the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: activity.activity(db, activity_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这个活动。"))
    return row


@asynccontextmanager
async def at(request: Request, caller: Caller, row: Row, name: str, sent: Sent = None) -> AsyncIterator[Asked]:
    """What a command on an activity is asked by."""
    async with doing(request, caller, row["community"], f"{name}/{row['activity_id']}", sent) as asked:
        yield asked


@asynccontextmanager
async def with_member(
    request: Request, caller: Caller, row: Row, member_id: str, name: str, sent: Sent = None
) -> AsyncIterator[Asked]:
    """The same about a member of the activity's community. Errors: NotFound, Invalid."""
    card = await member_card(request, caller, member_id)
    if card["community"] != row["community"]:
        raise Invalid([FieldError("member_id", _("这位党员不在这个社区"), _("活动只给本社区的党员报名。"))])
    async with at(request, caller, row, f"{name}/{member_id}", sent) as asked:
        yield asked


async def noted(request: Request, caller: Caller, row: Row, member_ids: Sequence[str], sent: Sent = None) -> Receipt:
    """These members were there. Errors: Invalid, if one is not of the activity's community."""
    wanted = list(dict.fromkeys(member_ids))
    async with reading(request, caller) as db:
        page = await register.cards(db, Wanted(state="all", only=wanted), size=len(wanted) or 1)
    names = {each["member_id"]: each["name"] or "—" for each in page.items if each["community"] == row["community"]}
    if not wanted or set(wanted) - names.keys():
        raise Invalid([FieldError("member_ids", _("没有选人，或者选的人不在这个社区"), _("请勾选到场的人。"))])
    people = {each: names[each] for each in wanted}
    async with at(request, caller, row, "activity-came", sent) as asked:
        return await activities_of(request).came(asked, row["activity_id"], people, local_day(row["starts_at"]))


def moved_up(receipt: Receipt) -> list[str]:
    """Who has a place by this command that waited before."""
    return [one.fact.member_id for one in receipt.facts if isinstance(one.fact, MovedUp)]
