"""A connection that is lost while answers are awaited: nobody waits until their time is over."""

from __future__ import annotations

import asyncio

import pytest
import uvloop

from deploy.box.addresses import BoxAddresses
from events.log.jetstream import JetStreamLog
from events.log.jetstream.rpc import CutOff
from events.log.port import Unavailable, Write
from tests.log.connect import connect

SUBJECT = "fact.registry.member.one"


async def test_who_waits_is_told_at_once(cell: BoxAddresses) -> None:
    async with connect(cell, "registry") as client:
        log = JetStreamLog(client, "registry")
        _, answer = await log.requests.open(60.0)
        log.requests.cut_off()
        with pytest.raises(CutOff):
            await answer


async def test_a_question_is_asked_again(cell: BoxAddresses) -> None:
    async with connect(cell, "registry") as client:
        log = JetStreamLog(client, "registry")
        await log.append("REGISTRY", [Write(SUBJECT, 0, [("a", b"{}")])])
        asked = asyncio.ensure_future(log.ends("REGISTRY"))
        await asyncio.sleep(0)
        log.requests.cut_off()
        assert (await asked).last == 1


async def test_an_append_that_was_cut_off_is_looked_for_and_written_once(cell: BoxAddresses) -> None:
    async with connect(cell, "registry") as client:
        log = JetStreamLog(client, "registry")
        for number, together in enumerate([[("a", b"{1}")], [("b", b"{2}"), ("c", b"{3}")]]):
            appended = asyncio.ensure_future(log.append("REGISTRY", [Write(SUBJECT, number, together)]))
            await asyncio.sleep(0)
            log.requests.cut_off()
            assert await appended == list(range(number + 1, number + 1 + len(together)))
        assert [one.body for one in await log.read_entity("REGISTRY", SUBJECT, 0)] == [b"{1}", b"{2}", b"{3}"]


async def test_a_question_refused_is_not_taken_for_nothing_there(cell: BoxAddresses) -> None:
    async with connect(cell, "registry") as client:
        log = JetStreamLog(client, "registry")
        for hundreds in (range(700), range(700, 1400)):  # the server answers for 1,024 subjects at most
            writes = [Write(f"fact.registry.member.{i}", 0, [(f"{i}", b"{}")]) for i in hundreds]
            await log.append("REGISTRY", writes)
        with pytest.raises(Unavailable, match="413"):
            await log.reader.last_of_each("REGISTRY", ["fact.registry.member.*"])


def test_a_socket_found_closed_before_anybody_noticed_is_a_lost_connection(cell: BoxAddresses) -> None:
    async def append_to_a_closed_socket() -> list[int]:
        async def noticed() -> None:
            log.requests.cut_off()

        async with connect(cell, "registry", reconnect_time_wait=0.1, disconnected_cb=noticed) as client:
            log = JetStreamLog(client, "registry")
            await log.append("REGISTRY", [Write(SUBJECT, 0, [("a", b"{1}")])])
            assert client._flusher_task is not None
            assert client._transport is not None
            client._flusher_task.cancel()  # as it ends when it meets the closed socket first
            await asyncio.sleep(0)
            client._transport._io_writer.transport.abort()  # type: ignore[attr-defined]  # as a killed server does
            assert client.is_connected, "nobody has noticed yet"
            return await log.append("REGISTRY", [Write(SUBJECT, 1, [("b", b"{2}")])])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as in the box; asyncio's own says nothing
        assert runner.run(append_to_a_closed_socket()) == [2]
