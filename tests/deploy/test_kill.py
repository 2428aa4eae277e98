"""kill -9 of anything: the servers come back or end with their box, and the next start continues."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from time import monotonic

import asyncpg
import nats.errors
import psutil  # type: ignore[import-untyped]  # psutil ships no types
import pytest

from deploy.box.addresses import BoxAddresses, attach
from deploy.box.child import Child
from deploy.box.keeper import Plan
from deploy.box.locks import is_held
from tests.deploy.boxes import SECONDS_MAX, Box, gone, remember, remembered, until


async def test_a_second_start_continues_at_the_same_address(box: Box) -> None:
    first = box.start()
    await remember(first, "kept")
    box.stop()
    second = box.start()
    assert second.nats == first.nats
    assert await remembered(second) == (["kept"], ["kept"])


@pytest.mark.parametrize("server", ["nats-server", "postgres"])
async def test_a_killed_server_comes_back_with_everything_it_had(box: Box, server: str) -> None:
    addresses = box.start()
    await remember(addresses, "before")
    killed = box.process(server)
    killed.kill()
    until(lambda: gone([killed]), f"{server} ends")
    await _until_answering(addresses)
    await remember(addresses, "after")
    assert await remembered(addresses) == (["before", "after"], ["before", "after"])


async def test_killed_keepers_take_their_servers_with_them_and_both_come_back(box: Box) -> None:
    addresses = box.start()
    await remember(addresses, "before")
    before = box.processes()
    for keeper in box.keepers():
        keeper.kill()
    until(lambda: gone(before), "keepers and servers end")
    await _until_answering(addresses)
    assert await remembered(addresses) == (["before"], ["before"])


@pytest.mark.parametrize("with_keepers", [False, True], ids=["alone", "with its keepers"])
async def test_a_killed_box_leaves_no_process_and_blocks_no_start(box: Box, with_keepers: bool) -> None:
    addresses = box.start()
    await remember(addresses, "kept")
    processes, keepers = box.processes(), box.keepers()
    box.kill()
    if with_keepers:
        for keeper in keepers:
            keeper.kill()
    assert attach(box.data) is None
    second = box.start()  # At once: it waits for what still ends.
    assert gone(processes)
    assert await remembered(second) == (["kept"], ["kept"])


async def test_a_killed_postmaster_and_box_leave_no_backend_behind(box: Box) -> None:
    addresses = box.start()
    await remember(addresses, "kept")
    processes = box.processes()
    postmaster = box.process("postgres")
    postmaster.kill()
    box.kill()
    until(lambda: gone(processes), "every process of the box ends")
    assert not is_held(box.data / "servers.lock")
    assert await remembered(box.start()) == (["kept"], ["kept"])


async def test_a_pid_file_that_names_a_living_process_blocks_nothing(box: Box) -> None:
    box.start()
    owner = box.process("postgres").uids().real
    box.stop()
    pid_file = box.data / "postgres" / "postmaster.pid"
    sleeper = psutil.Popen(["sleep", "300"], user=owner if os.geteuid() == 0 else None)
    try:
        pid_file.write_text(f"{sleeper.pid}\n{box.data / 'postgres'}\n1700000000\n5432\n/tmp\n\n  123456  0\nready\n")
        box.start()
    finally:
        sleeper.kill()
        sleeper.wait()


async def test_a_start_broken_off_in_the_making_of_the_cluster_is_made_again(box: Box) -> None:
    unfinished = box.data / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    (box.data / "postgres").mkdir()
    box.start()
    assert not unfinished.exists()


async def test_a_server_that_does_not_listen_is_killed_after_its_grace(place: Path) -> None:
    deaf = place / "deaf"
    command = ["sh", "-c", f"trap '' TERM; touch {deaf}; while :; do sleep 1; done"]
    plan = Plan(command, str(place / "log"), signal.SIGTERM, signal.SIGKILL, grace_seconds=0.2, inherit=[])
    child = Child("deaf", plan)

    async def answers() -> bool:
        return deaf.exists()

    await child.start(answers, seconds_max=10)
    await child.stop()
    assert "did not end within 0.2 s, killed" in (place / "log").read_text()


async def _until_answering(addresses: BoxAddresses) -> None:
    deadline = monotonic() + SECONDS_MAX
    while True:
        try:
            await remembered(addresses)
        except (OSError, nats.errors.Error, asyncpg.PostgresError, asyncpg.InterfaceError):
            assert monotonic() < deadline, "the servers did not answer again"
        else:
            return
