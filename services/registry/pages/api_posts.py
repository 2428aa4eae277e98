"""The API of posts of service: posts, whom to propose, who serves, what members wish and answer, and the hours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from events.facts.decision import Command
from events.facts.post import ServiceKind
from services.registry.decide.centre import EntityKey
from services.registry.decide.post import PLACES_MAX, ChangePost, ClosePost, LeavePost, OpenPost, TakePost
from services.registry.decide.service import AnswerPost, DoNotAsk, KeepPost, LogHours, WishService, WithdrawHours
from services.registry.pages.as_of import Travels
from services.registry.pages.common import PAGE_SIZE as PAGE_DEFAULT
from services.registry.pages.common import (
    EntityId,
    Office,
    PageSize,
    Reader,
    Waited,
    doing,
    member_card,
    of_member,
    reading,
    within,
)
from services.registry.pages.plain import answered
from services.registry.pages.post_common import (
    Row,
    answered_so,
    closed,
    kept,
    left,
    logged,
    month_of,
    open_again,
    post_row,
    posts_of,
    proposed,
    taken,
    withdrawn,
)
from services.registry.pages.post_words import because
from services.registry.project import post, service_hours, service_wish
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid

router = APIRouter(prefix="/api", tags=["posts"])

Community = Annotated[str, Query(max_length=200)]


class OpenHere(OpenPost):
    """A post; `community` may be left out where the caller has only one."""

    community: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class Taking(TakePost):
    """Who takes a place."""

    member_id: EntityKey


class Leaving(LeavePost):
    """Who leaves."""

    member_id: EntityKey


class Keeping(KeepPost):
    """Who stays."""

    member_id: EntityKey


class Reopening(Command):
    """Whose stay is open again."""

    member_id: EntityKey


class Answering(AnswerPost):
    """Who answered."""

    member_id: EntityKey


class Logging(LogHours):
    """Who served, all of them as long."""

    member_ids: Annotated[tuple[EntityKey, ...], Field(min_length=1, max_length=PLACES_MAX)]


class Withdrawing(WithdrawHours):
    """Whose entry."""

    member_id: EntityKey


@router.get("/posts", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, community: Community = "", kind: ServiceKind | None = None, free: bool = False,
    state: Literal["open", "closed"] = "open", page_size: PageSize = PAGE_DEFAULT, page_token: str = "",
) -> Response:  # fmt: skip
    """Posts by name, with how many serve there; of `doubtful` of them a person should decide."""
    async with reading(request, caller) as db:
        found = await post.posts(
            db, community=within(caller, community), kind=kind, free=free, closed=state == "closed", size=page_size,
            token=page_token,
        )  # fmt: skip
    return answered({"items": found.items, "next_page_token": found.next_token})


@router.post("/posts", status_code=201)
async def open_post(request: Request, caller: Office, command: OpenHere) -> Response:
    """Open a post."""
    community = command.community or caller.scope
    if not community:
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    wanted = OpenPost.model_validate(command.model_dump(exclude={"community"}))
    async with doing(request, caller, community, "open-post") as asked:
        post_id, receipt = await posts_of(request).open_post(asked, wanted)
    return answered({"post_id": post_id, "facts": facts_of(receipt)}, 201)


@router.get("/posts/{post_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, post_id: EntityId) -> Response:
    """A post, who serves there with their minutes (of this month, and in all), and who was asked."""
    row = await post_row(request, caller, post_id)
    first, before = month_of("")
    async with reading(request, caller) as db:
        people = await post.people(db, post_id)
        sums = await service_hours.in_post(db, post_id, first, before)
        asked = await service_wish.asked(db, post_id=post_id)
    return answered({**row, "members": [_person(one, sums) for one in people], "asked": [_reply(one) for one in asked]})


def _person(one: Row, sums: dict[str, tuple[int, int]]) -> dict[str, Any]:
    month, total = sums.get(one["member_id"], (0, 0))
    names = ("member_id", "name", "state", "since", "doubtful")
    return {**{name: one[name] for name in names}, "minutes_month": month, "minutes": total}


def _reply(one: Row) -> dict[str, Any]:
    names = ("member_id", "post_id", "said_on", "not_before", "why")
    return {name: one[name] for name in names}


@router.post("/posts/{post_id}/change", status_code=201)
async def change(request: Request, caller: Office, post_id: EntityId, command: ChangePost) -> Response:
    """The post as a whole is this now."""
    row = await post_row(request, caller, post_id)
    async with doing(request, caller, row["community"], f"change-post/{post_id}") as asked:
        receipt = await posts_of(request).change(asked, post_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/posts/{post_id}/close", status_code=201)
async def close(request: Request, caller: Office, post_id: EntityId, command: ClosePost) -> Response:
    """The post ends, and everybody's service in it."""
    row = await post_row(request, caller, post_id)
    return answered({"facts": facts_of(await closed(request, caller, row, command))}, 201)


@router.get("/posts/{post_id}/proposals", dependencies=[Waited])
async def proposals(request: Request, caller: Office, post_id: EntityId) -> Response:
    """Whom to ask, the best first, and why, in the reader's language and weighed by the rules."""
    row = await post_row(request, caller, post_id)
    items = [
        {
            "member_id": one.row["member_id"],
            "name": one.row["name"],
            "points": one.proposal.points,
            "because": because(one.proposal),
            "reasons": [{"what": each.fit, "points": each.points} for each in one.proposal.reasons],
            "thinks_since": one.row["thinks_since"],
        }
        for one in await proposed(request, caller, row)
    ]
    return answered({"items": items, "next_page_token": ""})


@router.post("/posts/{post_id}/take", status_code=201)
async def take(request: Request, caller: Office, post_id: EntityId, command: Taking) -> Response:
    """The member said yes and serves from `on` (today) on."""
    row = await post_row(request, caller, post_id)
    receipt = await taken(request, caller, row, command.member_id, TakePost(on=command.on))
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/posts/{post_id}/leave", status_code=201)
async def leave(request: Request, caller: Office, post_id: EntityId, command: Leaving) -> Response:
    """`on` (today) is the member's last day there."""
    row = await post_row(request, caller, post_id)
    wanted = LeavePost(on=command.on, reason=command.reason)
    return answered({"facts": facts_of(await left(request, caller, row, command.member_id, wanted))}, 201)


@router.post("/posts/{post_id}/keep", status_code=201)
async def keep(request: Request, caller: Office, post_id: EntityId, command: Keeping) -> Response:
    """The member stays although they are away; `doubtful` is gone until they move on or leave anew."""
    row = await post_row(request, caller, post_id)
    receipt = await kept(request, caller, row, command.member_id, KeepPost(reason=command.reason))
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/posts/{post_id}/keep/withdraw", status_code=201)
async def withdraw_keep(request: Request, caller: Office, post_id: EntityId, command: Reopening) -> Response:
    """That was a slip."""
    row = await post_row(request, caller, post_id)
    return answered({"facts": facts_of(await open_again(request, caller, row, command.member_id))}, 201)


@router.post("/posts/{post_id}/answer", status_code=201)
async def answer(request: Request, caller: Office, post_id: EntityId, command: Answering) -> Response:
    """The member was asked, and thinks it over or said no."""
    row = await post_row(request, caller, post_id)
    wanted = AnswerPost.model_validate(command.model_dump(exclude={"member_id"}))
    return answered({"facts": facts_of(await answered_so(request, caller, row, command.member_id, wanted))}, 201)


@router.post("/posts/{post_id}/hours", status_code=201)
async def log_hours(request: Request, caller: Office, post_id: EntityId, command: Logging) -> Response:
    """Each of these members served so long; all are written down or none."""
    row = await post_row(request, caller, post_id)
    wanted = LogHours(on=command.on, minutes=command.minutes, what=command.what)
    entry_id, receipt = await logged(request, caller, row, command.member_ids, wanted)
    return answered({"entry_id": entry_id, "facts": facts_of(receipt)}, 201)


@router.post("/posts/{post_id}/hours/{entry_id}/withdraw", status_code=201)
async def withdraw_hours(
    request: Request, caller: Office, post_id: EntityId, entry_id: EntityId, command: Withdrawing
) -> Response:
    """One member's entry was wrong."""
    await post_row(request, caller, post_id)
    wanted = WithdrawHours(reason=command.reason)
    return answered({"facts": facts_of(await withdrawn(request, caller, command.member_id, entry_id, wanted))}, 201)


@router.get("/service-hours", dependencies=[Waited])
async def sums(
    request: Request, caller: Reader, month: str = "", by: Literal["member", "post", "branch"] = "member",
    community: Community = "",
) -> Response:  # fmt: skip
    """Minutes of a month (`2026-11`; this one) by member, post or branch, and in all; without those withdrawn."""
    first, before = month_of(month)
    place = within(caller, community)
    async with reading(request, caller) as db:
        items = await service_hours.sums(db, by, first, before, community=place)
        minutes, people = await service_hours.total(db, first, before, place)
    return answered({"items": items, "minutes": minutes, "people": people, "next_page_token": ""})


@router.get("/members/{member_id}/service", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """What a member wishes, holds, answered and served, by month."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        found = {
            "wish": await service_wish.wish_of(db, member_id),
            "posts": await post.held_by(db, member_id),
            "asked": [_reply(one) for one in await service_wish.asked(db, member_id=member_id)],
            "months": [
                {"month": f"{month:%Y-%m}", "minutes": minutes}
                for month, minutes in await service_hours.by_month(db, member_id)
            ],
            "hours": await service_hours.entries(db, member_id=member_id, size=1000),
        }
    return answered(found)


@router.post("/members/{member_id}/wish-service", status_code=201)
async def wish(request: Request, caller: Office, member_id: EntityId, command: WishService) -> Response:
    """The member would like to serve."""
    async with of_member(request, caller, member_id, "wish-service") as asked:
        receipt = await posts_of(request).wish(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/do-not-ask-service", status_code=201)
async def do_not_ask(request: Request, caller: Office, member_id: EntityId, command: DoNotAsk) -> Response:
    """The member does not want to be asked."""
    async with of_member(request, caller, member_id, "do-not-ask") as asked:
        receipt = await posts_of(request).do_not_ask(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/withdraw-service-wish", status_code=201)
async def withdraw_wish(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Nothing is known of a wish."""
    async with of_member(request, caller, member_id, "withdraw-wish") as asked:
        receipt = await posts_of(request).withdraw_wish(asked, member_id)
    return answered({"facts": facts_of(receipt)}, 201)
