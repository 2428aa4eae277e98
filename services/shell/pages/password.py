"""A new password for oneself. It ends every session that the old one opened."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller
from services.shell.identity.identity import Identity
from services.shell.identity.requires import requires
from services.shell.pages.flash import done
from services.shell.pages.render import page
from services.shell.pages.sign_in import place_of
from services.shell.problems import FieldError, TooMany

CHARACTERS_MIN = 10
CHARACTERS_MAX = 200

router = APIRouter(include_in_schema=False)
Anybody = Annotated[Caller, Depends(requires())]


@router.get("/password")
async def form(request: Request, _caller: Anybody) -> Response:
    """The present password, and the new one twice."""
    return await page(request, "password.html", errors=[])


@router.post("/password")
async def change(
    request: Request,
    caller: Anybody,
    present: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change it and go on in a new session."""
    identity: Identity = request.app.state.shell.identity
    errors = _faults(caller, new, again)
    try:
        account = None if errors else await identity.check_password(caller.name, present, place_of(request))
    except TooMany as many:
        errors.append(FieldError("present", many.title(), many.advice()))
        account = None
    if account is None:
        errors = errors or [FieldError("present", _("现在的密码不对"), _("请再试一次。"))]
        return await page(request, "password.html", status=422, errors=errors)
    account = await identity.accounts.change_password(account, new)
    response = done(request, "/more", _("密码改好了，其他地方的登录都已退出。"))
    grant = next(grant for grant in account.grants if (grant.role, grant.scope) == (caller.role, caller.scope))
    await identity.sign_in(request, response, account, grant)
    return response


def _faults(caller: Caller, new: str, again: str) -> list[FieldError]:
    if len(new) > CHARACTERS_MAX:
        return [FieldError("new", _("太长了"), _("最多 %(most)s 个字。", most=CHARACTERS_MAX))]
    if len(new) < CHARACTERS_MIN:
        return [FieldError("new", _("太短了"), _("至少 %(least)s 个字符，可以是一句话。", least=CHARACTERS_MIN))]
    if caller.name in new.lower():
        return [FieldError("new", _("太容易猜到"), _("请不要把账号写在密码里。"))]
    return [] if new == again else [FieldError("again", _("两次填的不一样"), _("请再填一遍。"))]
