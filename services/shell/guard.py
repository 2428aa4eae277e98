"""What stands before every request: the sender's page is checked, the language chosen, the answer's headers set."""

from collections.abc import Mapping
from time import perf_counter
from urllib.parse import urlsplit

from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.shell.handlers import answer, unexpected
from services.shell.i18n import gettext as _
from services.shell.i18n import speaking
from services.shell.problems import Forbidden

_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # pages are about people: nothing stays in a shared computer's cache unless a route says so
    "Cache-Control": "no-store",
}

REQUESTS = Histogram(
    "hearth_http_request_seconds",
    "Time to answer, by route and status; routes are templates, never addresses with somebody's id.",
    ("service", "method", "route", "status"),
    buckets=(0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 5),
)


def comes_from_here(request: Request) -> bool:
    """Whether a request that changes something was sent by a page of ours, or by no browser at all.

    Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; a program sends neither and cannot be made to
    send somebody else's cookie. A bearer token is never sent by itself either.
    """
    if request.method in _SAFE or "authorization" in request.headers:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


class Guard:
    """Outermost in the shell and in each service; what the shell has done, a service mounted in it does not repeat."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        shell = scope["app"].state.shell
        first = "hearth.began" not in scope
        began = scope.setdefault("hearth.began", perf_counter())
        answered = _headers_added(send, scope) if first else send
        chosen = shell.speech_for(request)
        with speaking(chosen):
            try:
                if first and not comes_from_here(request):
                    refusal = Forbidden(
                        _("这个请求不是从本系统的页面发出的，没有执行。"), todo=_("请从本系统的页面重新操作。")
                    )
                    response = await answer(request, refusal)
                    await response(scope, receive, answered)
                    return
                await self._app(scope, receive, answered)
            except Exception as broken:
                if "hearth.status" in scope:
                    raise  # half an answer is out already: the connection must break
                response = await unexpected(request, broken)
                await response(scope, receive, answered)
            finally:
                _measure(scope, shell.service, perf_counter() - began)


def _headers_added(send: Send, scope: Scope) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            scope["hearth.status"] = message["status"]  # it is out: an error later can no longer be answered
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return with_headers


def _measure(scope: Scope, service: str, seconds: float) -> None:
    if scope.get("hearth.measured"):
        return
    scope["hearth.measured"] = True
    route = getattr(scope.get("route"), "path", "other")
    REQUESTS.labels(service, scope["method"], route, scope.get("hearth.status", 500)).observe(seconds)
