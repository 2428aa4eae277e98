"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from services.shell.i18n import gettext as _
from services.shell.identity.accounts import Account
from services.shell.identity.caller import Caller, Role
from services.shell.identity.identity import Identity
from services.shell.identity.paths import local_path
from services.shell.identity.requires import public, requires
from services.shell.pages.render import page
from services.shell.problems import Forbidden, NotFound, TooMany
from services.shell.state import Shell

_open = [Depends(public("one must be able to sign in before being signed in"))]
router = APIRouter(include_in_schema=False)


@router.get("/sign-in", dependencies=_open)
async def form(request: Request, next: str = "/") -> Response:
    """The form; in a demonstration also a button for every demo account."""
    return await _form(request, next)


@router.post("/sign-in", dependencies=_open)
async def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Check the password and open a session."""
    identity: Identity = request.app.state.shell.identity
    try:
        account = await identity.check_password(name.strip().lower(), password[:1024], place_of(request))
    except TooMany as many:
        found = await _form(request, next, name, many.title() + "，" + many.advice(), status=many.status)
        found.headers.update(many.headers)
        return found
    if account is None:
        return await _form(request, next, name, _("账号或密码不对，请再试一次。"), status=401)
    return await _welcome(request, account, next)


@router.post("/sign-in/demo", dependencies=_open)
async def sign_in_demo(
    request: Request,
    name: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """One click for the accounts of a demonstration; elsewhere this address does not exist."""
    shell: Shell = request.app.state.shell
    if not shell.settings.demo:
        raise NotFound()
    account = await shell.identity.accounts.get(name)
    if account is None or not account.demo or account.closed:
        raise NotFound()
    return await _welcome(request, account, next)


@router.post("/sign-out", dependencies=_open)
async def sign_out(request: Request) -> Response:
    """End the session. Without one it does nothing. What the browser kept for times without a connection goes too."""
    response = RedirectResponse("/sign-in?signed_out=1", status_code=303, headers={"Clear-Site-Data": '"storage"'})
    await request.app.state.shell.identity.sign_out(request, response)
    return response


@router.post("/post")
async def change_post(
    request: Request, number: Annotated[int, Form()], caller: Annotated[Caller, Depends(requires())]
) -> Response:
    """Somebody with several posts goes on in another one, in a new session."""
    identity: Identity = request.app.state.shell.identity
    account = await identity.accounts.get(caller.name)
    if account is None or not 0 <= number < len(account.grants):
        raise Forbidden()
    response = RedirectResponse("/", status_code=303)
    await identity.sign_in(request, response, account, account.grants[number])
    return response


async def _welcome(request: Request, account: Account, wish: str) -> Response:
    response = RedirectResponse(local_path(wish), status_code=303)
    await request.app.state.shell.identity.sign_in(request, response, account, account.grants[0])
    return response


async def _form(request: Request, wish: str, name: str = "", error: str = "", status: int = 200) -> Response:
    shell: Shell = request.app.state.shell
    posts = list(Role)
    demo = [account for account in await shell.identity.accounts.every() if account.demo] if shell.settings.demo else []
    demo.sort(key=lambda account: (posts.index(account.grants[0].role), account.grants[0].scope, account.name))
    return await page(
        request,
        "sign_in.html",
        status=status,
        wish=local_path(wish),
        name=name,
        error=error,
        demo=demo,
        signed_out="signed_out" in request.query_params,
    )


def place_of(request: Request) -> str:
    """Where the request comes from, for the limits on guessing."""
    return request.client.host if request.client else "unknown"
