"""Sealed fields: opened by those who hold the key, bound to where they stand, shredded with the record."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts.base import PURPOSES, Purpose
from events.log.port import LogError
from events.log.seal import Erased, KeyRing, MemoryKeyStore, Suite, Tampered

KEKS: dict[Purpose, bytes] = {purpose: bytes([n]) * 32 for n, purpose in enumerate(PURPOSES)}


def ring(store: MemoryKeyStore, *purposes: Purpose, service: str = "registry", suite: Suite = Suite.INTL) -> KeyRing:
    return KeyRing(service, {purpose: KEKS[purpose] for purpose in purposes}, store, suite=suite)


@pytest.mark.parametrize("suite", list(Suite))
async def test_what_is_sealed_opens_again_and_is_not_plain(suite: Suite) -> None:
    keys = ring(MemoryKeyStore(), "identity", suite=suite)
    await keys.ensure(["zhang"])
    text = keys.seal("zhang", "identity", "f1", "person", "张桂兰".encode())
    assert b64decode(text)[0] == suite
    assert "张桂兰".encode() not in b64decode(text)
    assert keys.open("registry", "zhang", "f1", "person", text) == "张桂兰".encode()


@given(plain=st.binary(max_size=300), fact_id=st.text(max_size=40), field=st.text(max_size=20))
async def test_any_value_survives(plain: bytes, fact_id: str, field: str) -> None:
    keys = ring(MemoryKeyStore(), "contact")
    await keys.ensure(["p"])
    assert keys.open("registry", "p", fact_id, field, keys.seal("p", "contact", fact_id, field, plain)) == plain


async def test_another_service_opens_only_its_purposes() -> None:
    store = MemoryKeyStore()
    registry = ring(store, "identity", "dues")
    await registry.ensure(["zhang"])
    name = registry.seal("zhang", "identity", "f1", "name", b"x")
    pension = registry.seal("zhang", "dues", "f1", "pension", b"y")
    care = ring(store, "identity", "care", service="care")
    await care.prefetch([("registry", "zhang")])
    assert care.open("registry", "zhang", "f1", "name", name) == b"x"
    assert care.open("registry", "zhang", "f1", "pension", pension) is None


@pytest.mark.parametrize(
    ("person", "fact", "field"), [("li", "f1", "name"), ("zhang", "f2", "name"), ("zhang", "f1", "other")]
)
async def test_a_ciphertext_cannot_be_moved(person: str, fact: str, field: str) -> None:
    keys = ring(MemoryKeyStore(), "identity")
    await keys.ensure(["zhang", "li"])
    text = keys.seal("zhang", "identity", "f1", "name", b"x")
    with pytest.raises(Tampered):
        keys.open("registry", person, fact, field, text)


@pytest.mark.parametrize("at", [0, 1, 5, 20, -1])
async def test_a_changed_byte_shows(at: int) -> None:
    keys = ring(MemoryKeyStore(), *PURPOSES)
    await keys.ensure(["zhang"])
    raw = bytearray(b64decode(keys.seal("zhang", "identity", "f1", "name", b"some value")))
    raw[at] ^= 3
    with pytest.raises(Tampered):
        keys.open("registry", "zhang", "f1", "name", b64encode(bytes(raw)).decode())


async def test_keys_are_made_once() -> None:
    store = MemoryKeyStore()
    first, second = ring(store, "identity"), ring(store, "identity")
    await first.ensure(["zhang"])
    await second.ensure(["zhang"])
    text = first.seal("zhang", "identity", "f", "n", b"x")
    assert second.open("registry", "zhang", "f", "n", text) == b"x"


async def test_a_destroyed_record_shreds_the_person() -> None:
    store = MemoryKeyStore()
    keys = ring(store, "identity")
    await keys.ensure(["zhang"])
    text = keys.seal("zhang", "identity", "f", "n", b"x")
    store.records[("registry", "zhang")] = b""
    keys.forget("registry", "zhang")
    await keys.prefetch([("registry", "zhang")])
    assert keys.open("registry", "zhang", "f", "n", text) is None
    with pytest.raises(Erased):
        await keys.ensure(["zhang"])


async def test_people_asked_for_now_stay_when_others_are_let_go() -> None:
    store = MemoryKeyStore()
    keys = KeyRing("registry", KEKS, store, people_max=10)
    await keys.ensure([f"p{n}" for n in range(10)])
    text = keys.seal("p0", "identity", "f", "n", b"x")
    await keys.ensure([f"q{n}" for n in range(9)])
    await keys.prefetch([("registry", "p0")])
    await keys.ensure(["q9"])
    assert keys.open("registry", "p0", "f", "n", text) == b"x"


async def test_keys_made_just_now_and_keys_unwrapped_are_the_same() -> None:
    store = MemoryKeyStore()
    keys = ring(store, "identity", "contact")
    await keys.ensure(["zhang"])
    made = keys.seal("zhang", "contact", "f1", "phone", b"1")
    await keys.ensure(["li"])
    unwrapped = keys.seal("zhang", "contact", "f2", "phone", b"2")
    opened = [keys.open("registry", "zhang", fact, "phone", text) for fact, text in (("f1", made), ("f2", unwrapped))]
    assert opened == [b"1", b"2"]


async def test_a_purpose_without_a_key_cannot_be_sealed() -> None:
    keys = ring(MemoryKeyStore(), "identity")
    await keys.ensure(["zhang"])
    with pytest.raises(LogError, match="holds no key"):
        keys.seal("zhang", "care", "f", "n", b"x")


async def test_whoever_is_taken_for_a_newcomer_keeps_the_keys_that_stand() -> None:
    store = MemoryKeyStore()
    before = ring(store, "identity")
    await before.ensure(["zhang"])
    keys = ring(store, "identity")
    await keys.ensure(["zhang", "li"], fresh={"zhang", "li"})
    text = keys.seal("zhang", "identity", "f1", "name", b"x")
    assert before.open("registry", "zhang", "f1", "name", text) == b"x"


async def test_nobody_erased_is_a_newcomer() -> None:
    store = MemoryKeyStore()
    store.records[("registry", "zhang")] = b""
    with pytest.raises(Erased):
        await ring(store, "identity").ensure(["zhang"], fresh={"zhang"})
