"""Turns exceptions into answers: a problem document for programs, a page in the frame for people."""

import contextlib
import logging
import secrets
from typing import Final
from urllib.parse import quote, urlsplit

from asyncpg import UndefinedColumnError, UndefinedTableError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from events.log import port
from events.log.jetstream.rpc import TimedOut
from events.log.project.session import LOST
from services.shell.i18n import gettext as _
from services.shell.pages.render import page
from services.shell.problems import BY_STATUS, Invalid, Problem, Unauthenticated, Unavailable
from services.shell.state import Shell
from services.shell.validation import field_errors

log = logging.getLogger(__name__)

AWAY: Final = (port.Unavailable, port.Unknown, TimedOut, *LOST)
"""What NATS and PostgreSQL leave behind when they go away in the middle of a request."""

UNLIKE: Final = (UndefinedColumnError, UndefinedTableError)
"""What PostgreSQL says of a table that stands in an older version's shape until its rebuild ends."""


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks: it accepts HTML and the address is not one of the APIs'."""
    return "/api/" not in request.url.path and "text/html" in request.headers.get("accept", "")


def back_to(request: Request) -> str:
    """Where to return after signing in: this page, or for a form the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.url.netloc:
        return "/"
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


async def answer(request: Request, problem: Problem) -> Response:
    """The response for a problem, as the request would have it."""
    shell: Shell = request.app.state.shell
    if wants_page(request) and getattr(request.state, "caller", None) is None:
        with contextlib.suppress(Problem):  # no route was reached, yet the page is for somebody who is signed in
            request.state.caller = await shell.identity.caller_of(request)
    if wants_page(request):
        if isinstance(problem, Unauthenticated):
            return RedirectResponse(f"/sign-in?next={quote(back_to(request), safe='/')}", status_code=303)
        found = await page(request, "error.html", status=problem.status, problem=problem)
        found.headers.update(problem.headers)
        return found
    body = {**problem.as_json(), "instance": request.url.path}
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


async def _problem(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, Problem)
    return await answer(request, exception)


async def _invalid(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, RequestValidationError)
    return await answer(request, Invalid(field_errors(exception.errors())))


async def _http(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, HTTPException)
    kind = BY_STATUS.get(exception.status_code, Problem)
    problem = kind.__new__(kind)
    detail = "" if exception.status_code in (404, 405) else str(exception.detail)
    Problem.__init__(problem, detail, headers=exception.headers)
    problem.status = exception.status_code
    return await answer(request, problem)


async def unexpected(request: Request, exception: Exception) -> Response:
    """What nobody foresaw: logged under a number, which is all that the reader is told.

    That a server went away for a moment was foreseen: the same is asked again, and nothing happens twice.
    """
    if _is_caused_by(exception, AWAY):
        log.warning("a server went away at %s %s: %r", request.method, request.url.path, exception)
        return await answer(request, Unavailable(retry_after_seconds=1))
    if _is_caused_by(exception, UNLIKE):
        log.error("tables of another version met %s %s", request.method, request.url.path, exc_info=exception)
        return await answer(request, Unavailable(_("系统刚更新过，这一页的数据正在重新整理。"), retry_after_seconds=30))
    number = secrets.token_hex(4)
    log.error("unexpected error %s at %s %s", number, request.method, request.url.path, exc_info=exception)
    return await answer(request, Problem(_("系统里有一处没有处理好。编号 %(number)s。", number=number), number=number))


def _is_caused_by(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    """Whether one of these is at the bottom of it; SQLAlchemy wraps what the driver said. A file that cannot be read
    is no server that went away: that error knows the file's name.
    """
    while error is not None:
        if isinstance(error, kinds) and not (isinstance(error, OSError) and error.filename):
            return True
        error = error.__cause__
    return False


def install(app: FastAPI) -> None:
    """Give the app its answers; what is not named here reaches `guard` and is answered there."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
