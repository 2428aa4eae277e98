"""News from doors (上门带回来的): a visitor told of another number, or brought dues along. The secretary confirms it,
and only then does the register change; or sets it aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from events.facts.care_visit import News
from services.registry.decide.commands import PayDues
from services.registry.decide.doorstep import ConfirmPhone, SetNewsAside
from services.registry.pages import words
from services.registry.pages.common import (
    EntityId,
    Office,
    Waited,
    doing,
    read_form,
    reading,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.doorstep_rows import WHY, Row, desk, months_for, news_row
from services.registry.pages.due import dues_sheet
from services.registry.pages.dues_words import months
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import doorstep
from services.shell.formats import mask_phone
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal

router = APIRouter(prefix="/doorstep", include_in_schema=False)

HREF: Final = "/registry/doorstep"
LATELY: Final = timedelta(days=30)
Secretary = Annotated[Caller, Depends(requires(Role.SECRETARY))]


@router.get("", dependencies=[Waited])
async def listed(request: Request, caller: Office, community: str = "") -> Response:
    """What waits, and what was decided lately."""
    return await _list(request, caller, fresh(request), within(caller, community))


async def _list(request: Request, caller: Caller, form: Form, community: str = "") -> Response:
    async with reading(request, caller) as db:
        waiting = await doorstep.waiting(db, community)
        decided = await doorstep.decided(db, speech().today - LATELY, community)
    people = {row[name] for row in (*waiting, *decided) for name in ("told_by", "settled_by") if row[name]}
    return await page(
        request, "doorstep.html", status=form.status, waiting=waiting, decided=decided, form=form, words=words,
        called=await request.app.state.shell.identity.called.of(people), why=WHY, mask=mask_phone,
        may_decide=caller.has(Role.SECRETARY),
    )  # fmt: skip


@router.post("/{news_id}/phone")
async def confirm_phone(request: Request, caller: Secretary, news_id: EntityId) -> Response:
    """The number goes on the card."""
    row = await news_row(request, caller, news_id, News.PHONE)
    sent = await request.form()
    try:
        command = read_form(ConfirmPhone, sent)
        async with doing(request, caller, row["community"], f"confirm-phone/{news_id}", sent) as asked:
            receipt = await desk(request).confirm_phone(asked, news_id, row["person_id"], command)
    except (Invalid, Refusal) as problem:
        return await _list(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, HREF, _("%(name)s的电话已改成 %(phone)s。", name=row["name"], phone=command.phone))


@router.get("/{news_id}/dues")
async def dues_form(
    request: Request,
    caller: Secretary,
    news_id: EntityId,
    chosen: Annotated[tuple[str, ...], Query(alias="months")] = (),
) -> Response:
    """Which months the money is for; what they come to stands beside what was handed over."""
    row = await news_row(request, caller, news_id, News.DUES)
    return await _dues(request, caller, row, fresh(request, paid_on=row["told_on"]), chosen)


@router.post("/{news_id}/dues")
async def confirm_dues(request: Request, caller: Secretary, news_id: EntityId) -> Response:
    """The money is receipted."""
    row = await news_row(request, caller, news_id, News.DUES)
    sent = await request.form()
    try:
        command = read_form(PayDues, sent, lists=("months",))
        async with doing(request, caller, row["community"], f"confirm-dues/{news_id}", sent) as asked:
            number, receipt = await desk(request).confirm_dues(asked, news_id, row["person_id"], command)
    except (Invalid, Refusal) as problem:
        chosen = [str(month) for month in sent.getlist("months")]
        return await _dues(request, caller, row, again(request, sent, problem), chosen)
    await show_own_write(request, receipt)
    told = _(
        "已收%(name)s %(months)s 的党费，收据号 %(number)s。",
        name=row["name"], months=months(command.months), number=number,
    )  # fmt: skip
    return done(request, HREF, told)


async def _dues(request: Request, caller: Caller, row: Row, form: Form, chosen: Sequence[str]) -> Response:
    ahead = rules(request, row["community"]).dues.months_ahead_max
    async with reading(request, caller) as db:
        sheet = await dues_sheet(request, db, row["person_id"], ahead=ahead)
    picked = [one for one in sheet.payable if one.month in chosen] or months_for(sheet.payable, row["amount_fen"] or 0)
    total_fen = sum(one.open_fen for one in picked)
    return await page(
        request, "doorstep_dues.html", status=form.status, row=row, sheet=sheet, picked=picked, form=form,
        picked_months=[one.month for one in picked], total_fen=total_fen, months=months, words=words,
        more_fen=(row["amount_fen"] or 0) - total_fen,
    )  # fmt: skip


@router.post("/{news_id}/set-aside")
async def set_aside(request: Request, caller: Secretary, news_id: EntityId) -> Response:
    """The register stays as it is. It can still be confirmed afterwards."""
    row = await news_row(request, caller, news_id)
    sent = await request.form()
    try:
        command = read_form(SetNewsAside, sent)
        async with doing(request, caller, row["community"], f"set-aside/{news_id}", sent) as asked:
            receipt = await desk(request).set_aside(asked, news_id, row["person_id"], command)
    except (Invalid, Refusal) as problem:
        return await _list(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, HREF, _("名册不改。说错了还可以在下面重新确认。"))
