"""What is done with a partner unit: describing it anew, its offers, its pairings, its leaving and coming back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.partner import DescribePartner, EndPairing, LeavePartner, MakeOffer, PairPartner
from services.registry.pages import neighbour_words, words
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, doing, read_form, show_own_write
from services.registry.pages.forms import again, fresh
from services.registry.pages.partner_rows import left_by, partner_row, partners_of, together
from services.registry.pages.partners import HREF, shown
from services.shell.i18n import gettext as _
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(prefix="/partners", include_in_schema=False)


@router.get("/{partner_id}/change")
async def changing(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """What may be otherwise."""
    row = await partner_row(request, caller, partner_id)
    fields = ("name", "kind", "office_address", "office_phone", "contact_name", "contact_phone")
    form = fresh(request, row["seq"], **{name: row[name] for name in fields})
    return await page(request, "partner_form.html", form=form, row=row, places=[], words=words, theirs=neighbour_words)


@router.post("/{partner_id}/change")
async def change(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """Another name, address, number or person to ask for."""
    row = await partner_row(request, caller, partner_id)
    sent = await request.form()
    try:
        command = read_form(DescribePartner, sent)
        async with doing(request, caller, row["community"], f"describe-partner/{partner_id}", sent) as asked:
            receipt = await partners_of(request).describe(asked, partner_id, command)
    except (Invalid, Refusal, Stale) as problem:
        form = again(request, sent, problem, row["seq"])
        return await page(
            request, "partner_form.html", status=form.status, form=form, row=row, places=[], words=words,
            theirs=neighbour_words,
        )  # fmt: skip
    await show_own_write(request, receipt)
    told = _("已改好。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"{HREF}/{partner_id}", told)


@router.post("/{partner_id}/offers")
async def offer(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """It offers something."""
    row = await partner_row(request, caller, partner_id)
    sent = await request.form()
    try:
        command = read_form(MakeOffer, sent)
        async with doing(request, caller, row["community"], f"offer/{partner_id}", sent) as asked:
            offer_id, receipt = await partners_of(request).make_offer(asked, partner_id, command)
    except (Invalid, Refusal) as problem:
        return await shown(request, caller, partner_id, again(request, sent, problem), "offer")
    await show_own_write(request, receipt)
    if not receipt.facts:
        return done(request, f"{HREF}/{partner_id}", _("这一项已经记过了。"))
    back = Undo(f"{HREF}/{partner_id}/offers/{offer_id}/end")
    return done(request, f"{HREF}/{partner_id}", _("已记下：%(what)s。", what=command.what), undo=back)


@router.post("/{partner_id}/offers/{offer_id}/end")
async def end_offer(request: Request, caller: Office, partner_id: EntityId, offer_id: EntityId) -> Response:
    """It offers that no more."""
    row = await partner_row(request, caller, partner_id)
    sent = await request.form()
    async with doing(request, caller, row["community"], f"end-offer/{partner_id}/{offer_id}", sent) as asked:
        receipt = await partners_of(request).end_offer(asked, partner_id, offer_id)
    await show_own_write(request, receipt)
    return done(request, f"{HREF}/{partner_id}", _("这一项不再提供。"))


@router.post("/{partner_id}/pair")
async def pair(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """A branch works together with it."""
    unit = await partner_row(request, caller, partner_id)
    sent = await request.form()
    branch_id = str(sent.get("branch") or "")
    try:
        row = await branch_row(request, caller, branch_id)
        together(row, unit)
        async with doing(request, caller, row["community"], f"pair/{branch_id}/{partner_id}", sent) as asked:
            receipt = await partners_of(request).pair(asked, branch_id, PairPartner(partner=partner_id))
    except (Invalid, Refusal) as problem:
        return await shown(request, caller, partner_id, again(request, sent, problem), "pair")
    await show_own_write(request, receipt)
    told = _("已与%(branch)s结对。", branch=row["name"])
    back = Undo(f"{HREF}/{partner_id}/pair/{branch_id}/end", {"reason": _("记错了")}) if receipt.facts else None
    return done(request, f"{HREF}/{partner_id}", told, undo=back)


@router.get("/{partner_id}/pair/{branch_id}/end")
async def ending(request: Request, caller: Office, partner_id: EntityId, branch_id: EntityId) -> Response:
    """Why the pairing ends."""
    row, with_branch = await partner_row(request, caller, partner_id), await branch_row(request, caller, branch_id)
    return await page(request, "partner_leave.html", row=row, branch=with_branch, form=fresh(request))


@router.post("/{partner_id}/pair/{branch_id}/end")
async def end_pairing(request: Request, caller: Office, partner_id: EntityId, branch_id: EntityId) -> Response:
    """They work together no more."""
    row, with_branch = await partner_row(request, caller, partner_id), await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = EndPairing.model_validate({"partner": partner_id, "reason": read_form(LeavePartner, sent).reason})
        community = with_branch["community"]
        async with doing(request, caller, community, f"end-pairing/{branch_id}/{partner_id}", sent) as asked:
            receipt = await partners_of(request).end_pairing(asked, branch_id, command)
    except (Invalid, Refusal) as problem:
        form = again(request, sent, problem)
        return await page(request, "partner_leave.html", status=form.status, row=row, branch=with_branch, form=form)
    await show_own_write(request, receipt)
    told = _("与%(branch)s的结对已结束。", branch=with_branch["name"])
    back = Undo(f"{HREF}/{partner_id}/pair", {"branch": branch_id}) if receipt.facts else None
    return done(request, f"{HREF}/{partner_id}", told, undo=back)


@router.get("/{partner_id}/leave")
async def leaving(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """Why it leaves."""
    row = await partner_row(request, caller, partner_id)
    return await page(request, "partner_leave.html", row=row, branch=None, form=fresh(request))


@router.post("/{partner_id}/leave")
async def leave(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """It works together with the community no more; its pairings end with it."""
    row = await partner_row(request, caller, partner_id)
    sent = await request.form()
    try:
        receipt = await left_by(request, caller, row, read_form(LeavePartner, sent), sent)
    except (Invalid, Refusal) as problem:
        form = again(request, sent, problem)
        return await page(request, "partner_leave.html", status=form.status, row=row, branch=None, form=form)
    await show_own_write(request, receipt)
    told = _("与%(name)s的共建已结束，结对也一起结束。", name=row["name"])
    return done(request, HREF, told, undo=Undo(f"{HREF}/{partner_id}/resume"))


@router.post("/{partner_id}/resume")
async def resume(request: Request, caller: Office, partner_id: EntityId) -> Response:
    """It is back; its pairings are agreed upon anew."""
    row = await partner_row(request, caller, partner_id)
    async with doing(request, caller, row["community"], f"resume/{partner_id}", await request.form()) as asked:
        receipt = await partners_of(request).resume(asked, partner_id)
    await show_own_write(request, receipt)
    return done(request, f"{HREF}/{partner_id}", _("共建已恢复。结对要和支部重新记。"))
