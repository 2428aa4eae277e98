"""What the pages and the API of posts share: which post, whom to propose, and deeds over a post and its people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from events.facts.post import ServiceKind
from events.log.command import Asked, Receipt
from services.registry.decide.matching import Candidate, Proposal, proposals
from services.registry.decide.post import ClosePost, LeavePost, TakePost
from services.registry.decide.service import AnswerPost, KeepPost, LogHours, WithdrawHours
from services.registry.handle.posts import Posts
from services.registry.pages.common import doing, member_card, reading, registry, rules, sought
from services.registry.project import post, register, service_wish
from services.registry.project.register import Wanted
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid, NotFound

Row = Mapping[str, Any]
Sent = Mapping[str, Any] | None
"""The form, where one was sent: it holds the key by which the same is not done twice."""


def posts_of(request: Request) -> Posts:
    """The handler of commands about posts."""
    return Posts(registry(request))


async def post_row(request: Request, caller: Caller, post_id: str) -> dict[str, Any]:
    """A post the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: post.post(db, post_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这个岗位。"))
    return row


@dataclass(frozen=True, slots=True)
class Proposed:
    """Somebody to ask: the row of the tables, and what was weighed."""

    row: Row
    proposal: Proposal


async def proposed(request: Request, caller: Caller, row: Row) -> list[Proposed]:
    """Whom to ask for a post, the best first, by the rules of its community."""
    rule = rules(request, row["community"]).talents.matching
    terms = post.terms_of(row)
    async with reading(request, caller) as db:
        found = await service_wish.candidates(db, row, terms, speech().today)
    people = {each["member_id"]: each for each in found}
    return [Proposed(people[one.member_id], one) for one in proposals(map(candidate_of, found), terms, rule)]


def candidate_of(row: Row) -> Candidate:
    """A row as matching sees it."""
    return Candidate(
        row["member_id"],
        kinds=tuple(ServiceKind(kind) for kind in row["kinds"] or ()),
        skills=tuple(row["skills"] or ()),
        branch_id=row["branch_id"],
        building=row["building"],
        grid=row["grid"],
        minutes_week_max=row["minutes_week_max"],
        weekdays=tuple(row["weekdays"] or ()),
        not_before=_time(row["not_before"]),
        not_after=_time(row["not_after"]),
        promised=int(row["promised"]),
    )


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


# ── deeds ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def of_the_post(request: Request, caller: Caller, row: Row, member_id: str) -> dict[str, Any]:
    """The card of a member who can hold the post: one of its community. Errors: NotFound, Invalid."""
    card = await member_card(request, caller, member_id)
    if card["community"] != row["community"]:
        raise Invalid([FieldError("member", _("这位党员不在这个社区"), _("岗位只安排本社区的党员。"))])
    return card


async def taken(
    request: Request, caller: Caller, row: Row, member_id: str, command: TakePost, sent: Sent = None
) -> Receipt:
    """The member takes a place."""
    async with _with_the_post(request, caller, row, member_id, "take-post", sent) as asked:
        return await posts_of(request).take(asked, row["post_id"], member_id, command)


async def left(
    request: Request, caller: Caller, row: Row, member_id: str, command: LeavePost, sent: Sent = None
) -> Receipt:
    """The member leaves the post."""
    async with _with_the_post(request, caller, row, member_id, "leave-post", sent) as asked:
        return await posts_of(request).leave(asked, row["post_id"], member_id, command)


async def answered_so(
    request: Request, caller: Caller, row: Row, member_id: str, command: AnswerPost, sent: Sent = None
) -> Receipt:
    """The member thinks it over, or said no."""
    async with _with_the_post(request, caller, row, member_id, "answer-post", sent) as asked:
        return await posts_of(request).answer(asked, row["post_id"], member_id, command)


@asynccontextmanager
async def _with_the_post(
    request: Request, caller: Caller, row: Row, member_id: str, name: str, sent: Sent
) -> AsyncIterator[Asked]:
    """What a command on a member and a post is asked by, once it is sure that they belong together."""
    await of_the_post(request, caller, row, member_id)
    async with doing(request, caller, row["community"], f"{name}/{row['post_id']}/{member_id}", sent) as asked:
        yield asked


async def closed(request: Request, caller: Caller, row: Row, command: ClosePost, sent: Sent = None) -> Receipt:
    """The post ends for everybody."""
    async with doing(request, caller, row["community"], f"close-post/{row['post_id']}", sent) as asked:
        return await posts_of(request).close(asked, row["post_id"], command)


async def kept(
    request: Request, caller: Caller, row: Row, member_id: str, command: KeepPost, sent: Sent = None
) -> Receipt:
    """The member stays although they are away."""
    card = await of_the_post(request, caller, row, member_id)
    async with doing(request, caller, card["community"], f"keep-post/{row['post_id']}/{member_id}", sent) as asked:
        return await posts_of(request).keep(asked, row["post_id"], member_id, command)


async def open_again(request: Request, caller: Caller, row: Row, member_id: str, sent: Sent = None) -> Receipt:
    """Whether they stay is open again."""
    card = await of_the_post(request, caller, row, member_id)
    async with doing(request, caller, card["community"], f"open-doubt/{row['post_id']}/{member_id}", sent) as asked:
        return await posts_of(request).withdraw_keep(asked, row["post_id"], member_id)


async def logged(
    request: Request, caller: Caller, row: Row, member_ids: Sequence[str], command: LogHours,
    sent: Sent = None,
) -> tuple[str, Receipt]:  # fmt: skip
    """The same hours for each of these people. Errors: Invalid, if one is not of the post's community."""
    wanted = list(dict.fromkeys(member_ids))
    async with reading(request, caller) as db:
        page = await register.cards(db, Wanted(state="all", only=wanted), size=len(wanted) or 1)
    names = {each["member_id"]: each["name"] or "—" for each in page.items if each["community"] == row["community"]}
    if not wanted or set(wanted) - names.keys():
        raise Invalid([FieldError("member_ids", _("没有选人，或者选的人不在这个社区"), _("请勾选这个岗位上的人。"))])
    people = {each: names[each] for each in wanted}
    async with doing(request, caller, row["community"], f"log-hours/{row['post_id']}", sent) as asked:
        return await posts_of(request).log(asked, row["post_id"], people, command)


async def withdrawn(
    request: Request, caller: Caller, member_id: str, entry_id: str, command: WithdrawHours,
    sent: Sent = None,
) -> Receipt:  # fmt: skip
    """An entry counts for nothing."""
    card = await member_card(request, caller, member_id)
    name = f"withdraw-hours/{entry_id}/{member_id}"
    async with doing(request, caller, card["community"], name, sent) as asked:
        return await posts_of(request).withdraw_hours(asked, member_id, entry_id, command)


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_minutes(sent: FormData, *names: str) -> FormData:
    """The form with hours, as people write them (`1.5`), turned into minutes. Errors: Invalid."""
    given = []
    for name, value in sent.multi_items():
        hours = value.strip() if isinstance(value, str) and name in names else ""
        given.append((name, _minutes(name, hours) if hours else value))
    return FormData(given)


def _minutes(name: str, hours: str) -> str:
    try:
        return str(round(float(hours) * 60))
    except (ValueError, OverflowError) as error:
        raise Invalid([FieldError(name, _("不是小时数"), _("请写小时，例如 2 或 1.5。"))]) from error


def month_of(text: str) -> tuple[date, date]:
    """The first day of a month (`2026-11`; empty: this one) and of the next. Errors: Invalid."""
    try:
        first = date.fromisoformat(f"{text}-01") if text else speech().today.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    except (ValueError, OverflowError) as error:
        raise Invalid([FieldError("month", _("不是月份"), _("请写成 年-月，例如 2026-11。"))]) from error
