"""Alive is told from outside the loop; ready is what every check says."""

from __future__ import annotations

import asyncio
import logging
import time

import httpx
import nats.errors
import pytest
from nats.js import JetStreamContext

from services.shell.health import Finding, Watchdog
from services.shell.identity.buckets import Bucket
from tests.shell.office import Office


async def test_the_watchdog_sees_a_loop_that_stands_and_names_the_line(caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog(asyncio.get_running_loop(), stall_seconds=0.3)
    watchdog.start()
    port = watchdog.serve(0)
    seen: list[int] = []

    def probe_until(wanted: int) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            seen.append(httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code)
            if seen[-1] == wanted:
                return
        raise AssertionError(seen)

    await asyncio.to_thread(probe_until, 200)
    with caplog.at_level(logging.CRITICAL):
        probe_until(503)  # on the loop's own thread: nothing else runs on it meanwhile
        deadline = time.monotonic() + 10
        while not caplog.records and time.monotonic() < deadline:
            pass
    assert not watchdog.alive()
    assert "test_health.py" in caplog.text
    await asyncio.to_thread(probe_until, 200)
    watchdog.stop()
    watchdog.join(5)
    assert not watchdog.is_alive()


async def test_ready_means_every_check_is_satisfied(office: Office, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/sample/readyz")).json() == {"ready": True, "checks": {}}

    async def behind() -> Finding:
        return Finding(False, "1200 facts behind")

    async def broken() -> Finding:
        raise RuntimeError("no broker")

    async def fine() -> Finding:
        return Finding(True)

    for name, check in (("lag", behind), ("broker", broken), ("tables", fine)):
        office.service.state.health.add(name, check)
    answer = await browser.get("/sample/readyz")
    assert answer.status_code == 503
    told = answer.json()
    assert told["checks"]["lag"] == {"ok": False, "detail": "1200 facts behind"}
    assert told["checks"]["broker"]["ok"] is False
    assert told["checks"]["tables"]["ok"] is True


async def test_the_shell_is_ready_while_somebody_could_sign_in(office: Office, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/readyz")).status_code == 200

    def gone() -> JetStreamContext:
        raise nats.errors.ConnectionClosedError

    office.identity.accounts._bucket = Bucket(gone, "ACCOUNTS")
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["sign-in"]["ok"]) == (503, False)


async def test_figures_name_routes_and_never_addresses(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/sample/healthz")).json() == {"alive": True}
    await browser.get("/language/en")
    text = (await browser.get("/metrics")).text
    assert 'service="shell",status="303"' in text
    assert 'route="/language/{language}"' in text
    assert "/language/en" not in text
