"""The behaviour every driver of the log keeps, written once and run on JetStream and in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest

from events.log.jetstream import JetStreamLog
from events.log.memory import MemoryLog
from events.log.port import BATCH_WRITES_MAX, Conflict, Log, LogShrunk, Message, Write
from tests.log.connect import connect

A = "fact.registry.member.a"
B = "fact.registry.member.b"


@pytest.fixture(params=["jetstream", "memory"])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[Log]:
    if request.param == "memory":
        yield MemoryLog()
        return
    async with connect(request.getfixturevalue("cell"), "registry") as connection:
        yield JetStreamLog(connection, "registry")


def write(subject: str, expected: int, *ids: str) -> Write:
    return Write(subject, expected, [(one, f'{{"id":"{one}"}}'.encode()) for one in ids])


async def read(log: Log, after: int, count: int) -> list[Message]:
    """The next `count` messages a follower sees."""
    seen: list[Message] = []
    async with asyncio.timeout(10), aclosing(log.follow("REGISTRY", after)) as pages:
        async for page in pages:
            seen.extend(page)
            if len(seen) >= count:
                break
    return seen


def bodies(messages: Sequence[Message]) -> list[str]:
    return [message.body.decode().split('"')[3] for message in messages]


async def test_sequences_are_those_of_the_stream(log: Log) -> None:
    assert await log.append("REGISTRY", [write(A, 0, "1")]) == [1]
    assert await log.append("REGISTRY", [write(B, 0, "2")]) == [2]
    assert await log.append("REGISTRY", [write(A, 1, "3")]) == [3]
    ends = await log.ends("REGISTRY")
    assert (ends.first, ends.last) == (1, 3)


async def test_an_empty_append_does_nothing(log: Log) -> None:
    assert await log.append("REGISTRY", []) == []
    assert await log.append("REGISTRY", [Write(A, 0, [])]) == []
    assert (await log.ends("REGISTRY")).last == 0


@pytest.mark.parametrize("expected", [0, 2, 99])
async def test_a_wrong_expectation_changes_nothing(log: Log, expected: int) -> None:
    await log.append("REGISTRY", [write(A, 0, "1")])
    with pytest.raises(Conflict):
        await log.append("REGISTRY", [write(A, expected, "2")])
    assert bodies(await log.read_entity("REGISTRY", A, 0)) == ["1"]


async def test_of_many_writers_at_once_one_wins(log: Log) -> None:
    outcomes = await asyncio.gather(
        *(log.append("REGISTRY", [write(A, 0, f"w{n}")]) for n in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19


async def test_a_batch_is_stored_whole_and_in_order(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, "1")])
    assert await log.append("REGISTRY", [write(A, 1, "2", "3"), write(B, 0, "4")]) == [2, 3, 4]
    assert bodies(await read(log, 0, 4)) == ["1", "2", "3", "4"]


async def test_a_batch_with_one_stale_entity_stores_nothing(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, "1")])
    with pytest.raises(Conflict):
        await log.append("REGISTRY", [write(B, 0, "2", "3"), write(A, 0, "4")])
    assert (await log.ends("REGISTRY")).last == 1


async def test_more_than_a_batch_holds_is_refused(log: Log) -> None:
    too_many = [write(f"{A}{n}", 0, f"{n}") for n in range(BATCH_WRITES_MAX + 1)]
    with pytest.raises(ValueError, match="at most"):
        await log.append("REGISTRY", too_many)


async def test_reading_one_entity_sees_only_its_own_newer_messages(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, *(f"a{n}" for n in range(600)))])
    await log.append("REGISTRY", [write(B, 0, "b")])
    assert len(await log.read_entity("REGISTRY", A, 0)) == 600
    assert bodies(await log.read_entity("REGISTRY", A, 598)) == ["a598", "a599"]
    assert await log.read_entity("REGISTRY", A, 600) == []
    assert bodies(await log.read_entity("REGISTRY", B, 0)) == ["b"]


async def test_the_last_message_of_an_entity(log: Log) -> None:
    assert await log.read_last("REGISTRY", A) is None
    await log.append("REGISTRY", [write(A, 0, "1", "2")])
    last = await log.read_last("REGISTRY", A)
    assert last is not None
    assert (last.seq, bodies([last])) == (2, ["2"])


async def test_a_follower_replays_and_then_sees_what_comes(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, "1", "2")])
    reader = asyncio.create_task(read(log, 0, 3))
    await log.append("REGISTRY", [write(B, 0, "3")])
    seen = await reader
    assert bodies(seen) == ["1", "2", "3"]
    assert [message.seq for message in seen] == [1, 2, 3]
    assert [message.subject for message in seen] == [A, A, B]


async def test_a_follower_starts_behind_the_position_it_is_given(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, "1", "2", "3")])
    assert bodies(await read(log, 2, 1)) == ["3"]


async def test_pages_are_no_longer_than_asked(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, *(str(n) for n in range(500)))])
    sizes = []
    async with aclosing(log.follow("REGISTRY", 0, batch=64)) as pages:
        async for page in pages:
            sizes.append(len(page))
            if sum(sizes) == 500:
                break
    assert max(sizes) <= 64


async def test_a_range_is_read_to_its_end_and_no_further(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, *(str(n) for n in range(100)))])
    seen = [message async for page in log.read_range("REGISTRY", 11, 90, batch=25) for message in page]
    assert [message.seq for message in seen] == list(range(11, 91))
    assert [page async for page in log.read_range("REGISTRY", 5, 4)] == []


async def test_a_stream_shorter_than_the_position_halts_the_reader(log: Log) -> None:
    await log.append("REGISTRY", [write(A, 0, "1")])
    with pytest.raises(LogShrunk):
        await read(log, 7, 1)
    with pytest.raises(LogShrunk):
        _ = [page async for page in log.read_range("REGISTRY", 1, 7)]
