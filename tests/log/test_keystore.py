"""Key records on a real bucket: made once, read in bulk, in whatever order they are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.box.addresses import BoxAddresses
from events.log.jetstream import JetStreamLog
from events.log.keystore import READ_AHEAD, READ_AHEAD_MIN, NatsKeyStore
from tests.log.connect import connect

PEOPLE = [f"p{number:05}" for number in range(READ_AHEAD + 2 * READ_AHEAD_MIN)]


@pytest.fixture
async def log(cell: BoxAddresses) -> AsyncIterator[JetStreamLog]:
    async with connect(cell, "registry") as connection:
        yield JetStreamLog(connection, "registry")


def record_of(person: str) -> bytes:
    return person.encode() * 10


async def test_a_record_is_made_once(log: JetStreamLog) -> None:
    store = NatsKeyStore(log)
    assert await store.create("registry", {"a": b"first"}) == {"a": b"first"}
    assert await store.create("registry", {"a": b"second", "b": b"other"}) == {"a": b"first", "b": b"other"}
    assert await store.load("registry", ["a", "b", "c"]) == {"a": b"first", "b": b"other"}


@pytest.mark.parametrize("order", ["as made", "backwards", "every other"])
async def test_a_replay_gets_every_record_whatever_its_order(log: JetStreamLog, order: str) -> None:
    await NatsKeyStore(log).create("registry", {person: record_of(person) for person in PEOPLE})
    wanted = {"as made": PEOPLE, "backwards": PEOPLE[::-1], "every other": PEOPLE[::2] + PEOPLE[1::2]}[order]
    store = NatsKeyStore(log)
    for start in range(0, len(wanted), 500):
        group = wanted[start : start + 500]
        assert await store.load("registry", [*group, "nobody"]) == {person: record_of(person) for person in group}


async def test_a_destroyed_record_is_an_empty_one(log: JetStreamLog) -> None:
    store = NatsKeyStore(log)
    people = PEOPLE[:READ_AHEAD_MIN]
    await store.create("registry", {person: record_of(person) for person in people})
    await log.connection.jetstream().publish("$KV.KEYS_REGISTRY.p00003", b"", headers={"KV-Operation": "PURGE"})
    assert (await store.load("registry", ["p00003"]))["p00003"] == b""
    assert (await NatsKeyStore(log).load("registry", people))["p00003"] == b""


async def test_of_a_large_batch_only_those_are_left_out_who_have_keys(log: JetStreamLog) -> None:
    store = NatsKeyStore(log)
    await store.create("registry", {PEOPLE[7]: b"first"})
    made = await store.create("registry", {person: record_of(person) for person in PEOPLE[:50]})
    assert made == {person: record_of(person) for person in PEOPLE[:50]} | {PEOPLE[7]: b"first"}
    assert await NatsKeyStore(log).load("registry", PEOPLE[:50]) == made
