"""Campaigns (DOMAIN R14): those that run and what has to be put right, one with its people and its report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.campaign import CampaignKind
from events.log.command import Asked, Receipt
from services.care.decide.campaign import ChangeCampaign, CloseCampaign
from services.care.pages import campaign_words, words
from services.care.pages.campaign_common import (
    Row,
    at,
    campaign_row,
    campaign_rules,
    handler,
    invited,
    outcomes_of,
)
from services.care.pages.common import EntityId, Office, care, person_row, read_form
from services.care.pages.forms import Form, empty, or_again
from services.care.project import branch, campaigns, person
from services.shell.i18n import N_, ngettext, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.reading import Waited, reading, show_own_write

router = APIRouter(include_in_schema=False)

Act = Callable[[Asked, Row, FormData], Awaitable[Receipt]]


@router.get("/campaigns", dependencies=[Waited])
async def listed(request: Request, caller: Office, show: str = "") -> Response:
    """Those that run, what has to be put right; or those that were closed."""
    async with reading(request, caller) as db:
        rows = await campaigns.campaigns(db, closed=show == "closed")
        tasks = await campaigns.tasks_of(db, waiting=True) if show != "closed" else []
    return await page(
        request,
        "campaigns.html",
        rows=rows,
        tasks=tasks,
        show=show,
        words=words,
        campaign_words=campaign_words,
        rules=campaign_rules(request, caller.scope),
        kinds=words.options(campaign_words.KIND),
    )


# ── one of them ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/campaigns/{campaign_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, campaign_id: EntityId, show: str = "", q: str = "") -> Response:
    """Progress, everybody who is listed, what has to be put right; every figure leads to the people it counts."""
    return await shown(request, caller, campaign_id, part=show, q=q)


async def shown(
    request: Request, caller: Caller, campaign_id: str, form: Form | None = None, *, part: str = "", q: str = ""
) -> Response:
    """The page of one campaign."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        people = await campaigns.people_of(db, campaign_id)
        tasks = await campaigns.tasks_of(db, campaign_id=campaign_id)
        branches = await branch.names(db, row["community"])
        found = await person.found(db, q) if q.strip() else []
    known = {one["member_id"] for one in people}
    figures = campaigns.figures(people)
    here = f"/care/campaigns/{campaign_id}"
    parts = [
        campaigns.WAITING, campaigns.UNSEEN, *outcomes_of(row["kind"]), campaigns.TRANSPORT, campaigns.FAULTS,
        campaigns.AWAY,
    ]  # fmt: skip
    form = form or empty(request, on=speech().today.isoformat())
    return await page(
        request,
        "campaign.html",
        status=form.status,
        row=row,
        people=[one for one in people if not part or part in campaigns.parts_of(one)],
        part=part,
        filters=[
            (_("全部"), here, figures[""], not part),
            *(
                (words.word(campaign_words.PART, one), f"{here}?show={one}", figures[one], part == one)
                for one in parts
                if figures[one] or one == part
            ),
        ],
        figures=figures,
        tasks=tasks,
        late=sum(one["done_on"] is None and one["due_on"] < speech().today for one in tasks),
        outcomes=outcomes_of(row["kind"]),
        quick=quick,
        whom=campaign_words.whom(row, branches),
        branches=branches,
        q=q,
        found=[one for one in found if one["member_id"] not in known],
        form=form,
        words=words,
        campaign_words=campaign_words,
        rules=campaign_rules(request, row["community"]),
        clause_words=_(care(request).policy_at(row["community"], speech().today).clauses.get(row["clause"], "")),
    )


_ASKED: Mapping[CampaignKind, tuple[str, ...]] = {
    CampaignKind.SAFETY: ("not_met",),
    CampaignKind.CHECKUP: ("comes", "declined"),
    CampaignKind.DOCTOR: ("done", "not_met"),
    CampaignKind.BIRTHDAY: ("comes", "declined"),
}
_SAID: Mapping[str, tuple[str, ...]] = {"comes": ("came", "brought"), "declined": ("brought",)}


def quick(kind: str, outcome: str | None) -> tuple[str, ...]:
    """What is noted from the list by one press, at most two; everything else, and all words, on the person's page."""
    if kind == CampaignKind.BIRTHDAY and (then := _SAID.get(outcome or "")):
        return then
    if kind == CampaignKind.CHECKUP and outcome in ("comes", "postponed"):
        return ("done",)
    return () if outcome in campaigns.SETTLED else _ASKED[CampaignKind(kind)]


async def _deed(
    request: Request, caller: Caller, campaign_id: str, name: str, act: Act, told: str, undo: Undo | None = None
) -> Response:
    form = await request.form()

    async def work() -> Response:
        row = await campaign_row(request, caller, campaign_id)
        async with at(request, caller, row, name, form) as asked:
            receipt = await act(asked, row, form)
        await show_own_write(request, receipt)
        said = _(told) if receipt.facts else _("已经是这样了，没有改动。")
        return done(request, f"/care/campaigns/{campaign_id}", said, undo=undo if receipt.facts else None)

    return await or_again(work(), form, lambda again: shown(request, caller, campaign_id, again))


@router.post("/campaigns/{campaign_id}/invite-all")
async def invite_all(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """Everybody who was not contacted has been told of it."""
    form = await request.form()

    async def work() -> Response:
        row = await campaign_row(request, caller, campaign_id)
        receipts = await invited(request, caller, row, form)
        for receipt in receipts[-1:]:
            await show_own_write(request, receipt)
        people = sum(len(one.facts) for one in receipts)
        undo = Undo(f"/care/campaigns/{campaign_id}/invite-all/take-back") if receipts else None
        told = ngettext("%(num)s 人记为已通知。", "%(num)s 人记为已通知。", people)
        return done(request, f"/care/campaigns/{campaign_id}", told, undo=undo)

    return await or_again(work(), form, lambda again: shown(request, caller, campaign_id, again))


@router.post("/campaigns/{campaign_id}/invite-all/take-back")
async def uninvite_all(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It was a slip; who has answered since keeps the answer."""
    form = await request.form()
    row = await campaign_row(request, caller, campaign_id)
    for receipt in (await invited(request, caller, row, form, back=True))[-1:]:
        await show_own_write(request, receipt)
    return done(request, f"/care/campaigns/{campaign_id}", _("“已通知”都已撤回。"))


@router.post("/campaigns/{campaign_id}/change")
async def change(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It is otherwise now."""

    async def act(asked: Asked, _row: Row, form: FormData) -> Receipt:
        command = read_form(ChangeCampaign, form, ("title", "until", "held_on", "place"))
        return await handler(request).change(asked, campaign_id, command)

    return await _deed(request, caller, campaign_id, "change-campaign", act, N_("已改好。"))


@router.post("/campaigns/{campaign_id}/close")
async def close(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It ends; what has to be put right stays open."""

    async def act(asked: Asked, _row: Row, form: FormData) -> Receipt:
        return await handler(request).close(asked, campaign_id, read_form(CloseCampaign, form, ("note",)))

    undo = Undo(f"/care/campaigns/{campaign_id}/reopen")
    return await _deed(request, caller, campaign_id, "close-campaign", act, N_("已结束。隐患还没办的照样留着。"), undo)


@router.post("/campaigns/{campaign_id}/reopen")
async def reopen(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It was closed too soon."""

    async def act(asked: Asked, _row: Row, _form: FormData) -> Receipt:
        return await handler(request).reopen(asked, campaign_id)

    return await _deed(request, caller, campaign_id, "reopen-campaign", act, N_("已重新打开。"))


@router.post("/campaigns/{campaign_id}/people/{member_id}/add")
async def add(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """Somebody is to be seen as well."""

    async def act(asked: Asked, _row: Row, _form: FormData) -> Receipt:
        await person_row(request, caller, member_id)
        return await handler(request).add(asked, campaign_id, member_id)

    undo = Undo(f"/care/campaigns/{campaign_id}/people/{member_id}/take-off")
    return await _deed(request, caller, campaign_id, f"add/{member_id}", act, N_("已加进名单。"), undo)


@router.post("/campaigns/{campaign_id}/people/{member_id}/take-off")
async def take_off(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """It was a slip that they were added."""

    async def act(asked: Asked, _row: Row, _form: FormData) -> Receipt:
        return await handler(request).take_off(asked, campaign_id, member_id)

    return await _deed(request, caller, campaign_id, f"take-off/{member_id}", act, N_("已从名单上去掉。"))
