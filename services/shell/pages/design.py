"""Every part of the design system in every state, on one page: to look at, and for the tests that measure it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity.caller import Caller
from services.shell.identity.requires import requires
from services.shell.pages.flash import Flash, Undo, done
from services.shell.pages.render import page
from services.shell.pages.travel import Travel
from services.shell.problems import FieldError

router = APIRouter(include_in_schema=False)


@router.get("/design")
async def design(request: Request, _caller: Annotated[Caller, Depends(requires())]) -> Response:
    """The parts, with made-up words."""
    today = speech().today
    return await page(
        request,
        "design.html",
        days={name: today + timedelta(days=number) for name, number in _DAYS.items()},
        flash_sample=Flash(_("已记录。"), Undo("/design", {"sample": "1"})),
        times=[
            Travel("/design", latest=today.isoformat()),
            Travel("/design", as_of="2026-05-01", latest=today.isoformat(), told=_("这是过去的情况，只能看，不能改。")),
        ],
        errors=[
            FieldError("on", _("不是有效的日期"), _("请写成 年-月-日，例如 2026-11-21。")),
            FieldError("phone", _("没有填写"), _("请填写这一项。")),
        ],
    )


@router.post("/design", dependencies=[Depends(requires())])
async def pretend(request: Request) -> Response:
    """The buttons of the page do nothing, and say so."""
    return done(request, "/design", _("已记录。"), undo=Undo("/design"))


_DAYS = {"late": -2, "today": 0, "soon": 3, "far": 40, "past": -61, "year": -400}
