"""Posts of service (发挥余热): all of them, opening one, one of them with its people and whom to ask, changing it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.post import ServiceKind
from services.registry.decide.post import ChangePost, ClosePost, OpenPost
from services.registry.pages import post_words, words
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    read_form,
    reading,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import communities
from services.registry.pages.post_common import Row, closed, in_minutes, month_of, post_row, posts_of, proposed
from services.registry.project import branch, post, register, service_hours, service_wish
from services.registry.project.register import Wanted
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

ENTRIES_SHOWN = 30
IDLE_SHOWN = 20
"""So many people who wish to serve and hold no post are shown beside the posts."""
FOUND_MAX = 10
"""So many people found by name are shown."""


@router.get("/posts", dependencies=[Waited])
async def posts(request: Request, caller: Reader, kind: str = "", show: str = "", page_token: str = "") -> Response:
    """The posts of the scope by name: all, those with a free place, those that are closed; what needs a decision."""
    wanted = ServiceKind(kind) if kind in set(ServiceKind) else None
    first, before = month_of("")
    async with reading(request, caller) as db:
        found = await post.posts(db, kind=wanted, closed=show == "closed", free=show == "free", token=page_token)
        minutes, people = await service_hours.total(db, first, before)
        idle, waiting = await service_wish.idle(db, wanted or "", size=IDLE_SHOWN) if show != "closed" else ([], 0)
    return await page(
        request, "posts.html", rows=found.items, kind=wanted, show=show, words=post_words, minutes=minutes,
        people=people, idle=idle, waiting=waiting, may_write=caller.has(*OFFICE), href=_href,
        next_href=_href(wanted, show, found.next_token) if found.next_token else "",
    )  # fmt: skip


def _href(kind: str | None = None, show: str = "", token: str = "") -> str:
    given = {"kind": kind, "show": show, "page_token": token}
    return "/registry/posts?" + "&".join(f"{name}={value}" for name, value in given.items() if value)


@router.get("/posts/new")
async def new(request: Request, caller: Office) -> Response:
    """The form of a new post."""
    return await _form(request, caller, fresh(request, places=1, kind=ServiceKind.PATROL), None)


@router.post("/posts/new")
async def open_post(request: Request, caller: Office) -> Response:
    """Open it."""
    sent = await request.form()
    try:
        community = str(sent.get("community") or caller.scope)
        if not community:
            raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请选一个。"))])
        command = read_form(OpenPost, _without_community(in_minutes(sent, "minutes_week")), lists=("weekdays",))
        async with doing(request, caller, community, "open-post", sent) as asked:
            post_id, receipt = await posts_of(request).open_post(asked, command)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, again(request, sent, problem), None)
    await show_own_write(request, receipt)
    told = _("%(name)s设好了。下面列出可以问的人。", name=command.name)
    return done(request, f"/registry/posts/{post_id}", told)


def _without_community(sent: Any) -> Any:
    return type(sent)([(name, value) for name, value in sent.multi_items() if name != "community"])


async def _form(request: Request, caller: Caller, form: Form, row: Row | None) -> Response:
    async with reading(request, caller) as db:
        branches = await branch.branches(db, row["community"] if row else "")
        places = [] if row else await communities(db, caller)
    ticked = form["weekdays"]
    return await page(
        request, "post_form.html", status=form.status, form=form, row=row, kinds=words.options(post_words.KIND),
        weekdays=words.options(post_words.WEEKDAY), places=places if len(places) > 1 else [],
        ticked=[str(each) for each in (ticked if isinstance(ticked, list) else [ticked])],
        branches=[("", _("整个社区")), *((one["branch_id"], one["name"]) for one in branches)],
        contacts=[("", _("同上")), *((one["branch_id"], one["name"]) for one in branches)],
    )  # fmt: skip


@router.get("/posts/{post_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, post_id: EntityId, q: str = "") -> Response:
    """One post: who serves there and how much, whom to ask and why, who was asked, the hours."""
    return await shown(request, caller, post_id, q=q)


async def shown(request: Request, caller: Caller, post_id: str, form: Form | None = None, q: str = "") -> Response:
    """The page of a post, with what went wrong on it."""
    row = await post_row(request, caller, post_id)
    first, before = month_of("")
    may_write = caller.has(*OFFICE) and not row["closed_on"]
    full = row["serving"] >= row["places"]
    async with reading(request, caller) as db:
        people = await post.people(db, post_id)
        sums = await service_hours.in_post(db, post_id, first, before)
        entries = await service_hours.entries(db, post_id=post_id, size=ENTRIES_SHOWN)
        asked = await service_wish.asked(db, post_id=post_id)
        matches = (
            await register.cards(db, Wanted(q=q, community=row["community"]), size=FOUND_MAX) if q.strip() else None
        )
    here = {one["member_id"] for one in people}
    return await page(
        request, "post.html", status=form.status if form else 200, row=row, people=people, sums=sums, entries=entries,
        asked=asked, proposals=await proposed(request, caller, row) if may_write and not full else [], full=full,
        words=post_words, today=speech().today, q=q,
        found=[one for one in matches.items if one["member_id"] not in here] if matches else [],
        rule=rules(request, row["community"]).talents, ticked=_ticked(form),
        form=form or fresh(request, on=speech().today), may_write=may_write,
        total=sum(each[1] for each in sums.values()), month=sum(each[0] for each in sums.values()),
    )  # fmt: skip


def _ticked(form: Form | None) -> list[str]:
    given = form["member_ids"] if form else []
    return given if isinstance(given, list) else [given]


@router.get("/posts/{post_id}/change")
async def changing(request: Request, caller: Office, post_id: EntityId) -> Response:
    """The form with what the post is now."""
    row = await post_row(request, caller, post_id)
    values = {
        **row, "branch": row["branch_id"], "contact_branch": row["contact_branch_id"], "on": "",
        "needs": _("、").join(row["needs"]), "weekdays": [str(each) for each in row["weekdays"]],
        "minutes_week": f"{row['minutes_week'] / 60:g}" if row["minutes_week"] else "",
    }  # fmt: skip
    return await _form(request, caller, fresh(request, row["seq"], **values), row)


@router.post("/posts/{post_id}/change")
async def change(request: Request, caller: Office, post_id: EntityId) -> Response:
    """The post is something else."""
    row = await post_row(request, caller, post_id)
    sent = await request.form()
    try:
        command = read_form(ChangePost, in_minutes(sent, "minutes_week"), lists=("weekdays",))
        async with doing(request, caller, row["community"], f"change-post/{post_id}", sent) as asked:
            receipt = await posts_of(request).change(asked, post_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, again(request, sent, problem, row["seq"]), row)
    await show_own_write(request, receipt)
    told = _("已改好。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/posts/{post_id}", told)


@router.get("/posts/{post_id}/close")
async def closing(request: Request, caller: Office, post_id: EntityId) -> Response:
    """Why it ends, and for whom."""
    row = await post_row(request, caller, post_id)
    return await _close_form(request, caller, row, fresh(request))


async def _close_form(request: Request, caller: Caller, row: Row, form: Form) -> Response:
    async with reading(request, caller) as db:
        people = await post.people(db, row["post_id"])
    return await page(request, "post_close.html", status=form.status, row=row, people=people, form=form)


@router.post("/posts/{post_id}/close")
async def close(request: Request, caller: Office, post_id: EntityId) -> Response:
    """End it; whoever served there is free."""
    row = await post_row(request, caller, post_id)
    sent = await request.form()
    try:
        receipt = await closed(request, caller, row, read_form(ClosePost, sent), sent)
    except (Invalid, Refusal) as problem:
        return await _close_form(request, caller, row, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, "/registry/posts", _("%(name)s已撤，服务时长都还在。", name=row["name"]))
