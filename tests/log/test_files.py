"""Sealed files beside the facts: kept once, opened by their owner alone, gone with the person's keys."""

from __future__ import annotations

import hashlib

import pytest

from deploy.box.addresses import BoxAddresses
from events.facts.base import Purpose
from events.log.files import SealedFiles
from events.log.jetstream import JetStreamLog
from events.log.memory import MemoryLog
from events.log.port import LogError
from events.log.seal import KeyRing, MemoryKeyStore, Tampered
from tests.log.connect import connect

KEKS: dict[Purpose, bytes] = {"care": b"k" * 32, "contact": b"c" * 32}
PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 600


def files(store: MemoryKeyStore, log: MemoryLog | None = None, keks: dict[Purpose, bytes] | None = None) -> SealedFiles:
    return SealedFiles("care", "PHOTOS_CARE", log or MemoryLog(), KeyRing("care", keks or KEKS, store))


async def test_a_file_comes_back_as_it_was() -> None:
    mine = files(MemoryKeyStore())
    kept = await mine.keep("person-1", "f1", "care", PICTURE)
    assert kept.size_bytes == len(PICTURE)
    assert await mine.opened("person-1", "f1") == PICTURE
    assert await mine.opened("person-1", "f2") is None
    stored = await mine.log.read_last("KV_PHOTOS_CARE", "$KV.PHOTOS_CARE.f1")
    assert stored is not None
    assert PICTURE[:64] not in stored.body
    assert kept.digest == hashlib.sha256(stored.body).hexdigest()


async def test_the_same_again_changes_nothing() -> None:
    mine = files(MemoryKeyStore())
    first = await mine.keep("person-1", "f1", "care", PICTURE)
    assert await mine.keep("person-1", "f1", "care", PICTURE) == first


async def test_it_is_bound_to_its_person() -> None:
    mine = files(MemoryKeyStore())
    await mine.keep("person-1", "f1", "care", PICTURE)
    await mine.keep("person-2", "f2", "care", PICTURE)
    with pytest.raises(Tampered):
        await mine.opened("person-2", "f1")


async def test_without_the_key_or_the_person_nobody_opens_it() -> None:
    store, log = MemoryKeyStore(), MemoryLog()
    await files(store, log).keep("person-1", "f1", "care", PICTURE)
    assert await files(store, log, {"contact": b"c" * 32}).opened("person-1", "f1") is None
    store.records[("care", "person-1")] = b""
    assert await files(store, log).opened("person-1", "f1") is None
    with pytest.raises(LogError):
        await files(store, log).keep("person-1", "f2", "care", PICTURE)


async def test_a_real_bucket_keeps_it_and_no_other_service_reaches_it(cell: BoxAddresses) -> None:
    store = MemoryKeyStore()
    async with connect(cell, "care") as connection:
        mine = SealedFiles("care", "PHOTOS_CARE", JetStreamLog(connection, "care"), KeyRing("care", KEKS, store))
        first = await mine.keep("person-1", "f1", "care", PICTURE)
        assert await mine.keep("person-1", "f1", "care", PICTURE) == first
        assert await mine.opened("person-1", "f1") == PICTURE
        assert await mine.opened("person-1", "none") is None
