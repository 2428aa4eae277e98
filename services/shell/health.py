"""Whether the process is alive, whether it is ready, and its figures.

Alive is judged by a thread outside the event loop: a loop that spins or waits for ever answers no probe, and
says nothing itself. Ready is judged by the checks that the services give (broker, consumers, lag).
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import FrameType

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.responses import JSONResponse, Response

from services.shell.identity.requires import public

log = logging.getLogger(__name__)

_BEAT_SECONDS = 0.25
_CHECK_SECONDS_MAX = 2.0
_STALLED = Gauge("hearth_event_loop_silent_seconds", "How long the event loop has not answered its watchdog.")


class Watchdog(threading.Thread):
    """Asks the loop to answer four times a second; after `stall_seconds` of silence the process is not alive.

    When a stall begins it writes the loop's stack to the log, once: the line that spins or blocks is in it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, stall_seconds: float) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._stall_seconds = stall_seconds
        self._answered = monotonic()
        self._ended = threading.Event()
        self._told = False
        self._server: ThreadingHTTPServer | None = None

    @property
    def silent_seconds(self) -> float:
        """How long the loop has not answered."""
        return max(0.0, monotonic() - self._answered - _BEAT_SECONDS)

    def alive(self) -> bool:
        """Whether the loop answered lately. May be asked from any thread."""
        return self.silent_seconds < self._stall_seconds

    def run(self) -> None:
        """Ask, until `stop`."""
        while not self._ended.wait(_BEAT_SECONDS):
            try:
                self._loop.call_soon_threadsafe(self._answer)
            except RuntimeError:
                return  # the loop is closed: the process is going down
            _STALLED.set(self.silent_seconds)
            if self.alive():
                self._told = False
            elif not self._told:
                self._told = True
                stack = sys._current_frames().get(self._loop_thread)  # the only way to look into another thread
                log.critical("event loop silent for %.1f s at:\n%s", self.silent_seconds, _text(stack))

    def serve(self, port: int, host: str = "127.0.0.1") -> int:
        """Answer `GET /` on a port of its own from a thread: 200 or 503, also while the loop stands. Port 0: any."""
        self._server = ThreadingHTTPServer((host, port), _probe(self))
        threading.Thread(target=self._server.serve_forever, name="liveness", daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """End the thread and its port."""
        self._ended.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _answer(self) -> None:
        self._answered = monotonic()


def _text(stack: FrameType | None) -> str:
    return "".join(traceback.format_stack(stack)) if stack is not None else "(gone)"


def _probe(watchdog: Watchdog) -> type[BaseHTTPRequestHandler]:
    class Probe(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if watchdog.alive() else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Probe


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says. `detail` is for operators and holds nothing personal."""

    ok: bool
    detail: str = ""


Check = Callable[[], Awaitable[Finding]]


@dataclass(slots=True)
class Health:
    """The checks of one service; `router` gives them their addresses."""

    checks: dict[str, Check] = field(default_factory=dict)
    watchdog: Watchdog | None = None

    def add(self, name: str, check: Check) -> None:
        """Be ready only when this check is satisfied too."""
        assert name not in self.checks, name
        self.checks[name] = check

    async def findings(self) -> Mapping[str, Finding]:
        """All checks at once; one that raises or takes longer than two seconds is not satisfied."""
        results = await asyncio.gather(*(_carefully(check) for check in self.checks.values()))
        return dict(zip(self.checks, results, strict=True))


async def _carefully(check: Check) -> Finding:
    try:
        async with asyncio.timeout(_CHECK_SECONDS_MAX):
            return await check()
    except TimeoutError:
        return Finding(False, f"no answer in {_CHECK_SECONDS_MAX:g} s")
    except Exception as broken:  # noqa: BLE001 - whatever a check raises, the service is not ready
        return Finding(False, repr(broken))


def router(health: Health) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`."""
    routes = APIRouter(
        dependencies=[Depends(public("probes carry no credentials; nothing personal is told"))], include_in_schema=False
    )

    @routes.get("/healthz")
    async def healthz() -> Response:
        alive = health.watchdog is None or health.watchdog.alive()
        return JSONResponse({"alive": alive}, 200 if alive else 503)

    @routes.get("/readyz")
    async def readyz() -> Response:
        findings = await health.findings()
        ready = all(finding.ok for finding in findings.values())
        told = {name: {"ok": finding.ok, "detail": finding.detail} for name, finding in findings.items()}
        return JSONResponse({"ready": ready, "checks": told}, 200 if ready else 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes
