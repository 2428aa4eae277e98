"""Handing out a campaign: a branch, a group in it or a household centre to those who ask there (DOMAIN R7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.census import CENTRE
from services.registry.decide.census import AssignPart
from services.registry.pages.census_common import campaign_row, carrying_out, who_may_ask
from services.registry.pages.common import EntityId, Office, doing, read, reading, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import branch, census, census_part
from services.registry.project.census_part import Part
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, NotFound, Refusal

router = APIRouter(prefix="/census/{campaign_id}", include_in_schema=False)

Key = Annotated[str, Query(max_length=130)]


def said(part: Part) -> str:
    """What a part is called."""
    if part.host:
        return _("%(name)s家", name=part.host)
    return f"{part.branch} · {part.group}" if part.group else part.branch or _("未编入支部")


async def named(db: AsyncConnection, row: Mapping[str, Any], key: str) -> Part | None:
    """A part of the campaign, if there is one of this key in scope."""
    if census_part.is_within_branch(key):
        return next((one for one in await census_part.choices(db, row) if one.key == key), None)
    found = await branch.branch(db, key) if key else {"name": ""}
    return None if found is None else Part(key, found["name"])


async def progress(db: AsyncConnection, row: Mapping[str, Any], mine: Sequence[str] | None) -> list[dict[str, Any]]:
    """For each group and centre that is handed out (to the visitor) how far it is, in the numbers of a branch."""
    handed = [key for key, accounts in row["assigned"].items() if accounts and census_part.is_within_branch(key)]
    handed = [key for key in handed if mine is None or key in mine]
    if not handed:
        return []
    known = {one.key: one for one in await census_part.choices(db, row)}
    numbers = await census.totals(db, {key: (row, [key]) for key in handed})
    found: list[dict[str, Any]] = [
        {"part": key, "called": said(known[key]) if key in known else _("已撤销"), **numbers[key]} for key in handed
    ]
    return sorted(found, key=lambda one: str(one["called"]))


@router.get("/assign")
async def assigning(request: Request, caller: Office, campaign_id: EntityId, part: Key | None = None) -> Response:
    """Who asks in this part; without one, which group or centre is to be handed out."""
    row = await campaign_row(request, caller, campaign_id)
    return await _form(request, caller, row, part, fresh(request))


@router.post("/assign")
async def assign(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """Hand the part to those ticked; nobody ticked: to nobody."""
    row = await campaign_row(request, caller, campaign_id)
    sent = await request.form()
    part = str(sent.get("part") or "")
    accounts = [str(name) for name in sent.getlist("accounts")]
    chosen_here = None if "among" in sent else part
    try:
        command = read(AssignPart, {**addressed(part), "accounts": accounts})
        async with doing(request, caller, row["community"], f"assign-census/{campaign_id}/{part}", sent) as asked:
            receipt = await carrying_out(request).assign(asked, campaign_id, command)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, row, chosen_here, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/census/{campaign_id}", _("已派好。") if accounts else _("这里现在没有派人。"))


def addressed(key: str) -> dict[str, str]:
    """A part as a command says it."""
    if key.startswith(CENTRE):
        return {"centre": key.removeprefix(CENTRE)}
    branch_id, _slash, group_id = key.partition("/")
    return {"branch": branch_id, "group": group_id} if group_id else {"branch": branch_id}


async def _form(request: Request, caller: Caller, row: dict[str, Any], key: str | None, form: Form) -> Response:
    async with reading(request, caller) as db:
        choices = await census_part.choices(db, row) if key is None else []
        part = None if key is None else await named(db, row, key)
    if key is not None and part is None:
        raise NotFound(_("在您的范围内没有这个支部、小组或中心户。"))
    known = await who_may_ask(request, row["community"])
    chosen = row["assigned"].get(key, []) if key is not None else []
    names = sorted({**known, **{name: name for name in chosen}}, key=lambda name: known.get(name, name))
    return await page(
        request, "census_assign.html", status=form.status, row=row, form=form, part=key,
        called=said(part) if part else "", all_handed=bool(choices),
        # Who goes to a part that is handed out is changed there, where it is seen who goes there now.
        choices=[(one.key, said(one)) for one in choices if not row["assigned"].get(one.key)],
        names=[(name, known.get(name, name)) for name in names], chosen=chosen,
    )  # fmt: skip
