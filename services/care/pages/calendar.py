"""A visitor's calendar at a secret address: opened, shown once, revoked; read by programs that cannot sign in."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from services.care.decide.feed import OpenFeed
from services.care.pages import visitors
from services.care.pages.common import Carer, EntityId, care, doing, read_form
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.ics import calendar_of
from services.care.project import feed, visits
from services.care.project.visits import Wanted
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, public
from services.shell.pages import done, page
from services.shell.problems import NotFound
from services.shell.reading import reading, show_own_write

router = APIRouter(include_in_schema=False)
open_to_all = APIRouter(
    dependencies=[Depends(public("calendar programs cannot sign in; the secret in the address is the right to read"))],
    include_in_schema=False,
)

SECRET_BYTES = 32
EVENTS_MAX = 500
Secret = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{43}$")]


class Asked(BaseModel):
    """The form: a secret that the page made up, so that sending it twice opens one address."""

    secret: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{43}$")]


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _id_of(secret: str) -> str:
    """The address's id, which says nothing of the secret."""
    return sha256(b"feed\x1f" + secret.encode()).hexdigest()[:32]


@router.get("/calendar")
async def mine(request: Request, caller: Carer) -> Response:
    """One's own addresses, and how to open one."""
    return await _page(request, caller, empty(request))


async def _page(request: Request, caller: Caller, form: Form, address: str = "") -> Response:
    async with reading(request, caller) as db:
        rows = await feed.feeds_of(db, caller.name)
    secret = form["secret"] if form.problem else secrets.token_urlsafe(SECRET_BYTES)
    return await page(
        request, "calendar.html", status=form.status, rows=rows, form=form, secret=secret, address=address
    )


@router.post("/calendar")
async def open_one(request: Request, caller: Carer) -> Response:
    """Open an address and show it, this once."""
    form = await request.form()

    async def work() -> Response:
        secret = read_form(Asked, form, ("secret",)).secret
        command = OpenFeed(visitor=caller.name, scope=caller.scope, digest=_digest(secret))
        async with doing(request, caller, caller.scope, "open-feed", form) as asked:
            receipt = await care(request).open_feed(asked, _id_of(secret), command)
        await show_own_write(request, receipt)
        return await _page(request, caller, empty(request), f"{_origin(request)}/care/calendar/{secret}.ics")

    return await or_again(work(), form, lambda again: _page(request, caller, again))


@router.post("/calendar/{feed_id}/revoke")
async def revoke(request: Request, caller: Carer, feed_id: EntityId) -> Response:
    """The address answers nobody any more."""
    form = await request.form()
    async with reading(request, caller) as db:
        row = await feed.one(db, feed_id)
    if row is None or row["visitor"] != caller.name:
        raise NotFound(_("没有这个日历地址。"))
    async with doing(request, caller, caller.scope, f"revoke-feed/{feed_id}", form) as asked:
        receipt = await care(request).revoke_feed(asked, feed_id)
    await show_own_write(request, receipt)
    return done(request, "/care/calendar", _("这个日历地址已经停用，用它的日历不会再更新。"))


@open_to_all.get("/calendar/{secret}.ics")
async def read(request: Request, secret: Secret) -> Response:
    """What the visitor is to do. An address that is unknown or revoked, or whose account was closed, is alike a 404."""
    async with request.app.state.database.reading("") as db:
        row = await feed.by_digest(db, _digest(secret))
    if row is None or not await visitors.is_open(request, row["visitor"]):
        raise NotFound(_("没有这个日历地址。"))
    today = speech().today
    found: list[Any] = []
    async with request.app.state.database.reading(row["scope"]) as db:
        for state in (visits.READY, visits.DRAFT):
            wanted = Wanted(state=state, visitor=row["visitor"])
            found += (await visits.page(db, wanted, today, size=EVENTS_MAX)).items
    body = calendar_of(found, _("走访"), _origin(request), request.app.state.host.clock())
    headers = {"cache-control": "private, max-age=900", "x-robots-tag": "noindex"}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"
