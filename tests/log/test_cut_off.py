"""A connection that is lost while answers are awaited: nobody waits until their time is over."""

from __future__ import annotations

import asyncio

import pytest

from deploy.box.addresses import BoxAddresses
from events.log.jetstream import JetStreamLog
from events.log.jetstream.rpc import CutOff
from events.log.port import Write
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
