"""`Done: …` — the line a page shows once, after a form was sent and the browser was led on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import jwt
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.shell.identity.paths import local_path

if TYPE_CHECKING:
    from services.shell.state import Shell

_COOKIE = "hearth_done"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes the deed back: where it is posted, with which hidden fields."""

    href: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flash:
    """What was done, and how to take it back if it can be."""

    message: str
    undo: Undo | None = None


def done(request: Request, to: str, message: str, *, undo: Undo | None = None) -> RedirectResponse:
    """Lead the browser on (303) and say there once what was done. `to` is a path of this box.

    The figures beside the navigation are asked anew for the page that follows.
    """
    shell: Shell = request.app.state.shell
    shell.neighbours.forget(request.state.caller)
    response = RedirectResponse(local_path(to), status_code=303)
    told = {"message": message, "undo": asdict(undo) if undo else None}
    signed = jwt.encode(told, shell.identity.key_for("flash"), "HS256")
    response.set_cookie(
        _COOKIE, signed, max_age=_SECONDS, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return response


def take(request: Request) -> Flash | None:
    """The line to show on this page, if the cookie carries one that we signed."""
    signed = request.cookies.get(_COOKIE)
    if not signed:
        return None
    try:
        told = jwt.decode(signed, request.app.state.shell.identity.key_for("flash"), ["HS256"])
    except jwt.InvalidTokenError:
        return None
    undo = told.get("undo")
    return Flash(str(told.get("message", "")), Undo(local_path(undo["href"]), undo["fields"]) if undo else None)


def forget(response: Response) -> None:
    """It was shown: once is enough."""
    response.delete_cookie(_COOKIE, httponly=True, samesite="lax")
