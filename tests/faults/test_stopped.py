"""A process that folds is stopped, replaced by another, and does no harm when it goes on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.box.layout import SERVICES
from services.shell.identity.caller import Role
from tests.faults.clerks import patiently
from tests.faults.town import Apart
from tests.faults.truth import expect_clean, expect_log_whole, expect_second_copy, settled
from tests.registry.office import enrolled, seq_of, somebody

PEOPLE = 20


@pytest.fixture
def apart(disk: Path) -> Iterator[Apart]:
    """As everywhere, and a second registry."""
    town = Apart(disk / "var", replicas={"registry": 2})
    try:
        town.start()
        yield town
    finally:
        town.stop()


async def test_a_registry_that_stands_still_is_replaced_and_goes_on_as_the_second(apart: Apart) -> None:
    leader = await _leader(apart)
    (other,) = {"registry", "registry-2"} - {leader}
    async with apart.asking(leader) as stopped, apart.asking(other) as clerk:
        for _ in range(PEOPLE):
            await enrolled(clerk)
        apart.running[leader].send_signal(signal.SIGSTOP)
        written = [await clerk.post("/registry/api/members", json=somebody()) for _ in range(PEOPLE)]
        assert {one.status_code for one in written} == {201}, "commands need nobody who folds"
        assert len(await _people_after(clerk, seq_of(written[-1]))) == 2 * PEOPLE
        assert await _leader(apart, other) == other
        apart.running[leader].send_signal(signal.SIGCONT)
        for desk in (stopped, clerk):
            await enrolled(desk)
        await _stands_by(apart, leader)
        assert await _leader(apart) == other
        assert apart.running[leader].poll() is None, "it stands by now"
    log = await settled(apart.addresses)
    expect_log_whole(log)
    for service in SERVICES:
        await expect_second_copy(apart.addresses, service, log)
        await expect_clean(apart.addresses, service)


async def _people_after(clerk: httpx.AsyncClient, position: str) -> list[Any]:
    """The roll, as soon as the tables have come so far: somebody else must take up the folding first."""
    async for _ in patiently():
        answer = await clerk.get("/registry/api/members", params={"after": position, "page_size": "1000"})
        if answer.status_code == httpx.codes.OK:
            found: list[Any] = answer.json()["items"]
            return found
    raise AssertionError(f"nobody folded up to {position}")


async def _leader(town: Apart, *among: str) -> str:
    """Which registry folds, as the operator's page tells it."""
    async for _ in patiently():
        for name in among or ("registry", "registry-2"):
            if await _says_it_folds(town, name):
                return name
    raise AssertionError("nobody folds")


async def _stands_by(town: Apart, name: str) -> None:
    """Wait until this one has noticed, by its next beat, that its lead was taken."""
    async for _ in patiently():
        if await _says_it_folds(town, name) is False:
            return
    raise AssertionError(f"{name} believes that it folds")


async def _says_it_folds(town: Apart, name: str) -> bool | None:
    """None: it does not answer."""
    async with town.asking(name, Role.OPERATOR, scope="") as operator:
        panel = await operator.get("/registry/panels/operations", headers={"accept": "text/html"})
        return "这个进程" in panel.text if panel.is_success else None
