"""Household centres: all of them, one of them, and what a member has to do with them; the forms of these deeds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.decision import Command
from events.log.command import Asked, Receipt
from services.registry.decide.centre import (
    CloseCentre,
    DeclineHost,
    DesignateHost,
    JoinCentre,
    LeaveCentre,
    WithdrawDecline,
)
from services.registry.handle.centres import Centres
from services.registry.pages.as_of import Travels
from services.registry.pages.centre_town import spots_in, steps_of, way_between
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    member_card,
    of_member,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
    sought,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import centre
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, NotFound, Refusal, Stale

router = APIRouter(include_in_schema=False)

FREE_SHOWN_MAX = 30
"""So many people without a centre are listed; the rest is found by name, or placed by a proposal."""

Row = Mapping[str, Any]


def centres_of(request: Request) -> Centres:
    """The handler of commands about centres."""
    return Centres(registry(request))


async def centre_row(request: Request, caller: Caller, centre_id: str) -> Row:
    """A centre the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: centre.centre(db, centre_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这个中心户。"))
    return row


@router.get("/centres", dependencies=[Waited])
async def centres(request: Request, caller: Reader, q: str = "") -> Response:
    """Every centre with its host and size, and who has none yet."""
    async with reading(request, caller) as db:
        rows = await centre.centres(db)
        people = await centre.everybody(db, "")
    free = [one for one in people if one["centre_id"] is None]
    found = [one for one in people if q and q in (one["name"] or "")] if q else free
    return await page(
        request, "centres.html", rows=rows, free=len(free), found=found[:FREE_SHOWN_MAX], q=q,
        size=rules(request, caller.scope).centres.size, may_write=caller.has(*OFFICE),
    )  # fmt: skip


@router.get("/centres/{centre_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, centre_id: EntityId) -> Response:
    """One centre: who belongs to it, how far they have to go, and who lives near and has none."""
    return await _show(request, caller, centre_id)


async def _show(request: Request, caller: Caller, centre_id: str, form: Form | None = None) -> Response:
    row = await centre_row(request, caller, centre_id)
    policy = rules(request, row["community"]).centres
    async with reading(request, caller) as db:
        people = await centre.people(db, centre_id)
        others = await centre.everybody(db, row["community"])
        spots = await spots_in(db, row["community"])
        wishes = {one["member_id"] for one in await centre.wishes_in(db, host_id=row["host_id"])}
    steps = steps_of(policy)
    near = [
        (way_between(one, row, steps, spots), one)
        for one in others
        if one["centre_id"] is None and one["member_id"] not in wishes
    ]
    near.sort(key=lambda each: each[0])
    return await page(
        request, "centre.html", status=form.status if form else 200, row=row, size=policy.size,
        people=[(way_between(one, row, steps, spots), one) for one in people], near=near[:10],
        form=form or fresh(request), unknown=steps.elsewhere, may_write=caller.has(*OFFICE) and not row["closed_on"],
    )  # fmt: skip


@router.get("/centres/{centre_id}/close")
async def closing(request: Request, caller: Office, centre_id: EntityId) -> Response:
    """Why it closes."""
    row = await centre_row(request, caller, centre_id)
    return await page(request, "centre_close.html", row=row, form=fresh(request))


@router.post("/centres/{centre_id}/close")
async def close(request: Request, caller: Office, centre_id: EntityId) -> Response:
    """Close it; its people are free."""
    row = await centre_row(request, caller, centre_id)
    sent = await request.form()
    try:
        receipt = await closed(request, caller, row, read_form(CloseCentre, sent), sent)
    except (Invalid, Refusal) as problem:
        form = again(request, sent, problem)
        return await page(request, "centre_close.html", status=form.status, row=row, form=form)
    await show_own_write(request, receipt)
    return done(request, "/registry/centres", _("%(name)s家的中心户已关闭，原来的人可以另编。", name=row["host"]))


async def closed(
    request: Request, caller: Caller, row: Row, command: CloseCentre, sent: Mapping[str, Any] | None = None
) -> Receipt:
    """Close a centre with everybody who is known to belong to it."""
    async with reading(request, caller) as db:
        people = [one["member_id"] for one in await centre.people(db, row["centre_id"])]
    people = list(dict.fromkeys([row["host_id"], *people]))
    async with doing(request, caller, row["community"], f"close-centre/{row['centre_id']}", sent) as asked:
        return await centres_of(request).close(asked, row["centre_id"], command, people)


# ── a member ─────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/members/{member_id}/centre", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Where a member belongs, the centres from the nearest on, and whom they do not wish to go to."""
    return await _of_one(request, caller, member_id)


async def _of_one(request: Request, caller: Caller, member_id: str, form: Form | None = None) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        own = await centre.of_member(db, member_id)
        rows = await centre.centres(db, card["community"])
        spots = await spots_in(db, card["community"])
        wishes = await centre.wishes_in(db, member_id=member_id)
    here = rules(request, card["community"]).centres
    steps = steps_of(here)
    near = sorted(((way_between(card, row, steps, spots), row) for row in rows), key=lambda each: each[0])
    against = {one["host_id"] for one in wishes}
    return await page(
        request, "member_centre.html", status=form.status if form else 200, card=card, own=own, near=near,
        wishes=wishes, against=against, unknown=steps.elsewhere, size=here.size,
        hosts=[("", _("请选择")), *((row["host_id"], row["host"] or "—") for _way, row in near
               if row["host_id"] not in {member_id, *against})],
        form=form or fresh(request, agreed_on=speech().today),
        may_write=caller.has(*OFFICE) and card["state"] in ("enrolled", "away"),
    )  # fmt: skip


Act = Callable[[Asked, Any], Awaitable[Receipt]]


async def _deed(
    request: Request, caller: Caller, member_id: str, name: str, kind: type[Command], act: Act, told: str,
    undo: Undo | None = None,
) -> Response:  # fmt: skip
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(kind, sent)
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await act(asked, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _of_one(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _(told, name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/members/{member_id}/centre", told, undo=undo if receipt.facts else None)


@router.post("/members/{member_id}/centre/join")
async def join(request: Request, caller: Office, member_id: EntityId) -> Response:
    """To this centre, by hand."""
    async with reading(request, caller) as db:
        before = await centre.of_member(db, member_id)
    back = Undo(f"/registry/members/{member_id}/centre/join", {"centre": before["centre_id"]}) if before else None

    async def act(asked: Asked, command: Any) -> Receipt:
        return await centres_of(request).join(asked, member_id, command)

    told = N_("已把%(name)s编入中心户。")
    return await _deed(request, caller, member_id, "join-centre", JoinCentre, act, told, back)


@router.post("/members/{member_id}/centre/leave")
async def leave(request: Request, caller: Office, member_id: EntityId) -> Response:
    """To no centre."""

    async def act(asked: Asked, command: Any) -> Receipt:
        return await centres_of(request).leave(asked, member_id, command)

    return await _deed(request, caller, member_id, "leave-centre", LeaveCentre, act, N_("%(name)s已不在中心户里。"))


@router.post("/members/{member_id}/centre/decline")
async def decline(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Not this host."""

    async def act(asked: Asked, command: Any) -> Receipt:
        return await centres_of(request).decline(asked, member_id, command)

    return await _deed(request, caller, member_id, "decline-host", DeclineHost, act, N_("已记下%(name)s的意愿。"))


@router.post("/members/{member_id}/centre/withdraw-decline")
async def withdraw_decline(request: Request, caller: Office, member_id: EntityId) -> Response:
    """This host after all."""

    async def act(asked: Asked, command: Any) -> Receipt:
        return await centres_of(request).withdraw_decline(asked, member_id, command)

    return await _deed(
        request, caller, member_id, "withdraw-decline", WithdrawDecline, act, N_("已撤回%(name)s的意愿。")
    )


@router.post("/members/{member_id}/centre/designate")
async def designate(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member opens the house."""

    async def act(asked: Asked, command: Any) -> Receipt:
        return (await centres_of(request).designate(asked, command))[1]

    return await _deed(
        request, caller, member_id, "designate-host", DesignateHost, act, N_("%(name)s家现在是中心户了。")
    )
