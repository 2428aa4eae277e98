"""The other services as a page sees them: panels and figures, fetched with the caller's own credentials.

A service in this process is asked without a socket, one elsewhere at its base URL. None of them can hold up a page:
each has a time limit, and one that is down or slow is simply not there for the moment.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

import httpx
from markupsafe import Markup
from starlette.requests import Request
from starlette.types import ASGIApp

from services.shell.identity.caller import Caller

log = logging.getLogger(__name__)

PANEL_SECONDS_MAX = 1.0
COUNTS_SECONDS_MAX = 0.3
_FRESH_SECONDS = 5.0
_STALE_SECONDS_MAX = 300.0
_CALLERS_MAX = 2_000
_PASSED_ON = ("cookie", "authorization", "accept-language")
#: In a panel, what follows this comment stands in the narrow column (`parts.aside_from_here()`).
ASIDE = "<!-- aside -->"
#: And what follows this one, before that, stands under the other services' first things (`parts.later_from_here()`).
LATER = "<!-- later -->"

_NOTHING = Markup("")
Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Panel:
    """What one service has for the home page: HTML for the wide column, for its lower part and for the narrow column,
    or that it is `down`.
    """

    service: str
    main: Markup = _NOTHING
    later: Markup = _NOTHING
    aside: Markup = _NOTHING
    down: bool = False


class Neighbours:
    """Asks the services. `app` is the application they are mounted in; `base_urls` names those elsewhere."""

    def __init__(self, app: ASGIApp, mounted: Sequence[str], base_urls: Mapping[str, str]) -> None:
        self._inside = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._outside = {name: url for name, url in base_urls.items() if name not in mounted}
        self._names = (*mounted, *self._outside)
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._counts: OrderedDict[Caller, tuple[float, Counts]] = OrderedDict()
        self._refreshing: dict[Caller, asyncio.Task[Counts]] = {}

    async def panels(self, request: Request, path: str = "panels/today") -> list[Panel]:
        """One panel per service that has something for this caller, in order; services answer at the same time."""
        found = await asyncio.gather(*(self._panel(request, name, path) for name in self._names))
        return [panel for panel in found if panel is not None]

    async def counts(self, request: Request, caller: Caller) -> Counts:
        """(service, figure) → number. A few seconds old at most when asked often; never waits longer than 0.3 s."""
        age, known = self._known(caller)
        if age < _FRESH_SECONDS:
            return known
        task = self._refreshing.get(caller)
        if task is None:
            task = asyncio.create_task(self._refresh(caller, dict(_passed_on(request)), str(request.base_url)))
            self._refreshing[caller] = task
        if age < _STALE_SECONDS_MAX:
            return known
        done, _pending = await asyncio.wait([task], timeout=COUNTS_SECONDS_MAX)
        return task.result() if done else {}

    def forget(self, caller: Caller) -> None:
        """The caller just changed something: ask anew for the next page."""
        self._counts.pop(caller, None)
        self._refreshing.pop(caller, None)

    async def close(self) -> None:
        """Let go of connections and of questions still open."""
        asking = list(self._refreshing.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)  # they hold connections until they are told
        for client in self._clients.values():
            await client.aclose()

    def _known(self, caller: Caller) -> tuple[float, Counts]:
        at, known = self._counts.get(caller, (float("-inf"), {}))
        return monotonic() - at, known

    async def _refresh(self, caller: Caller, headers: dict[str, str], base_url: str) -> Counts:
        answers = await asyncio.gather(*(self._figures(name, headers, base_url) for name in self._names))
        found = {
            (name, figure): number
            for name, figures in zip(self._names, answers, strict=True)
            for figure, number in figures.items()
        }
        if self._refreshing.get(caller) is not asyncio.current_task():
            return found  # asked before the caller's last deed: good for the page that waits, not for later ones
        del self._refreshing[caller]
        self._counts[caller] = (monotonic(), found)
        self._counts.move_to_end(caller)
        if len(self._counts) > _CALLERS_MAX:
            self._counts.popitem(last=False)
        return found

    async def _figures(self, name: str, headers: dict[str, str], base_url: str) -> dict[str, int]:
        answer = await self._get(name, "panels/counts", {**headers, "accept": "application/json"}, base_url)
        if answer is None or answer.status_code != httpx.codes.OK:
            return {}
        figures = answer.json()
        return {key: number for key, number in figures.items() if isinstance(number, int)}

    async def _panel(self, request: Request, name: str, path: str) -> Panel | None:
        headers = {**_passed_on(request), "accept": "text/html"}
        answer = await self._get(name, path, headers, str(request.base_url))
        if answer is None or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return Panel(name, down=True)
        if answer.status_code != httpx.codes.OK or not answer.text.strip():
            return None  # nothing there for this caller
        wide, _mark, aside = answer.text.partition(ASIDE)
        main, _mark, later = wide.partition(LATER)
        # our own service escaped its values when it made the panel
        wide_first, wide_later, narrow = (Markup(part.strip()) for part in (main, later, aside))  # noqa: S704 - see above
        return Panel(name, wide_first, wide_later, narrow)

    async def _get(self, name: str, path: str, headers: Mapping[str, str], base_url: str) -> httpx.Response | None:
        try:
            async with asyncio.timeout(PANEL_SECONDS_MAX):
                outside = self._outside.get(name)
                address = f"{(outside or base_url).rstrip('/')}/{name}/{path}"
                return await self._client(name).get(address, headers=headers)
        except (TimeoutError, httpx.HTTPError, OSError) as silent:
            log.warning("%s does not answer %s: %r", name, path, silent)
            return None

    def _client(self, name: str) -> httpx.AsyncClient:
        if name not in self._clients:
            transport = None if name in self._outside else self._inside
            self._clients[name] = httpx.AsyncClient(transport=transport, timeout=PANEL_SECONDS_MAX, trust_env=False)
        return self._clients[name]


def _passed_on(request: Request) -> dict[str, str]:
    return {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
