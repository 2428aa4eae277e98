"""Sealing: personal fields are ciphertext in the log, each under its person's key for that purpose.

One record per person and owning service holds a data key per purpose, each wrapped by that purpose's key-encryption
key (KEK). A service is given only the KEKs of the purposes it may read; destroying the record shreds the person.
The additional data of every ciphertext binds service, person, fact id and field, so that a value cannot be moved.

Layout, base64: suite (1 byte) · purpose (1) · nonce (12) · ciphertext and tag.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import IntEnum
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.facts.base import PURPOSES, Purpose
from events.log.port import LogError
from events.log.recent import Recent

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_NUMBERS: Final = {purpose: number for number, purpose in enumerate(PURPOSES)}
"""How a purpose is written in a ciphertext and in a record of keys."""
_SEALED_AT: Final = 2 + NONCE_BYTES
_UNKNOWN: Final = object()
PEOPLE_CACHED_MAX: Final = 40_000
"""Bounds the memory of a replay: about 0.4 kB a person."""


class Suite(IntEnum):
    """Cipher suites by the number that stands first in every ciphertext."""

    INTL = 1
    """AES-256-GCM."""
    GM = 2
    """SM4-GCM, with the first half of the data key."""


class Erased(LogError):
    """The person's keys were destroyed: nothing more can be sealed for them."""


class Tampered(LogError):
    """A ciphertext does not belong where it stands, or was changed."""


class AeadCipher(Protocol):
    """An authenticated cipher bound to one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Ciphertext followed by the tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The plain bytes; raises `InvalidTag`."""
        ...


class Sm4Gcm:
    """SM4 in Galois/counter mode, in the shape of `AESGCM`."""

    def __init__(self, key: bytes) -> None:
        self._key = key[:16]

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Ciphertext followed by the tag."""
        cipher = Cipher(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(associated_data)
        return cipher.update(data) + cipher.finalize() + cipher.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The plain bytes; raises `InvalidTag`."""
        cipher = Cipher(algorithms.SM4(self._key), modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        cipher.authenticate_additional_data(associated_data)
        return cipher.update(data[:-TAG_BYTES]) + cipher.finalize()


_CIPHERS: Final[Mapping[int, Callable[[bytes], AeadCipher]]] = {int(Suite.INTL): AESGCM, int(Suite.GM): Sm4Gcm}


def _cipher(suite: int, key: bytes) -> AeadCipher:
    made = _CIPHERS.get(suite)
    if made is None:
        raise Tampered(f"unknown cipher suite {suite}")
    return made(key)


class KeyStore(Protocol):
    """Where the records of wrapped keys lie: one per person, in the owning service's bucket."""

    async def load(self, service: str, people: Iterable[str]) -> Mapping[str, bytes]:
        """The records that exist, in bulk. A destroyed record is an empty one."""
        ...

    async def create(self, service: str, records: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Store records that do not exist yet, durably, and return the ones that stand now (somebody may be first)."""
        ...


class MemoryKeyStore:
    """See `KeyStore`. The scribe holds the records of one batch in it; tests destroy keys in it."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], bytes] = {}

    async def load(self, service: str, people: Iterable[str]) -> Mapping[str, bytes]:
        """Records that exist, by person."""
        return {p: self.records[(service, p)] for p in people if (service, p) in self.records}

    async def create(self, service: str, records: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Records that stand after the call."""
        return {p: self.records.setdefault((service, p), record) for p, record in records.items()}


class KeyRing:
    """What one service may seal and open. `keks` are the key-encryption keys of its own purposes only."""

    def __init__(
        self,
        service: str,
        keks: Mapping[Purpose, bytes],
        store: KeyStore,
        *,
        suite: Suite = Suite.INTL,
        people_max: int = PEOPLE_CACHED_MAX,
    ) -> None:
        self._service = service
        self._keks = {_NUMBERS[purpose]: AESGCM(kek) for purpose, kek in keks.items()}
        self._store = store
        self._suite = int(suite)
        self._records: Recent[tuple[str, str], bytes | None] = Recent(people_max)
        """By (owning service, person): the wrapped keys as they are stored, None where there are none.

        Opened keys are not kept: unwrapping one again takes 2 µs, and remembering it takes as long.
        """
        self._made: dict[str, dict[int, bytes]] = {}
        """The opened keys that the last `ensure` made: they are about to be used."""

    async def prefetch(self, people: Iterable[tuple[str, str]]) -> None:
        """Have the keys of these (owning service, person) at hand; the least recently asked for are let go."""
        missing: dict[str, list[str]] = {}
        for key in set(people):
            if self._records.get(key) is not None:
                self._records.touch(key)
            else:
                missing.setdefault(key[0], []).append(key[1])
        for service, entities in missing.items():
            records = await self._store.load(service, entities)
            self._records.put({(service, entity): records.get(entity) for entity in entities})

    async def ensure(self, people: Iterable[str], fresh: Collection[str] = ()) -> None:
        """Make keys for people of the own service who have none yet; they are durable before this returns.

        Nobody asks the store for the records of the `fresh`: they should have none. Raises `Erased`.
        """
        records = await self.records(people, fresh)
        _refuse_erased(records)
        made = {person: self._new_keys(person) for person, record in records.items() if record is None}
        if not made:
            return
        standing = await self._store.create(self._service, {person: record for person, (record, _) in made.items()})
        self._remember(standing)
        _refuse_erased(standing)
        self._made = {person: keys for person, (record, keys) in made.items() if standing[person] == record}

    async def records(self, people: Iterable[str], fresh: Collection[str] = ()) -> dict[str, bytes | None]:
        """The wrapped keys of people of the own service as they are stored; None: no keys were made yet.

        The store is not asked about the `fresh`.
        """
        wanted = set(people)
        await self.prefetch((self._service, person) for person in wanted if person not in fresh)
        return {person: self._records.get((self._service, person)) for person in wanted}

    async def adopt(self, records: Mapping[str, bytes]) -> bool:
        """Store key records made elsewhere (by a `Scribe`). False if somebody else's stand for one of the people."""
        standing = await self._store.create(self._service, records) if records else {}
        self._remember(standing)
        return standing == records

    def _remember(self, records: Mapping[str, bytes]) -> None:
        self._records.put({(self._service, person): record for person, record in records.items()})

    def forget(self, service: str, person: str) -> None:
        """Drop the cached keys of a person whose record was destroyed."""
        self._records.forget((service, person))
        if service == self._service:
            self._made.pop(person, None)

    def seal(self, person: str, purpose: Purpose, fact_id: str, field_name: str, plain: bytes) -> str:
        """Ciphertext for the log. The person's keys must have been made (`ensure`) before."""
        number = _NUMBERS[purpose]
        made = self._made.get(person)
        key = self._unwrapped(self._service, person, number) if made is None else made.get(number)
        if key is None:
            raise LogError(f"{self._service} holds no key to seal {purpose!r} fields")
        nonce = os.urandom(NONCE_BYTES)
        sealed = _cipher(self._suite, key).encrypt(nonce, plain, _bound(self._service, person, fact_id, field_name))
        return b2a_base64(bytes((self._suite, number)) + nonce + sealed, newline=False).decode("ascii")

    def open(self, service: str, person: str, fact_id: str, field_name: str, text: str) -> bytes | None:
        """The plain bytes, or None if this service holds no key for the purpose or the person was erased.

        The person's keys must have been prefetched. Raises `Tampered` if the ciphertext does not belong here.
        """
        try:
            raw = a2b_base64(text, strict_mode=True)
            key = self._unwrapped(service, person, raw[1])
            if key is None:
                return None
            bound = _bound(service, person, fact_id, field_name)
            return _cipher(raw[0], key).decrypt(raw[2:_SEALED_AT], raw[_SEALED_AT:], bound)
        except (InvalidTag, ValueError, IndexError) as error:
            raise Tampered(f"{field_name} of {fact_id} cannot be opened: it was changed or moved") from error

    def _unwrapped(self, service: str, person: str, purpose: int) -> bytes | None:
        """The person's data key; None if this service may not have it, or if it was destroyed or never made."""
        kek = self._keks.get(purpose)
        if kek is None:
            return None
        record = self._records.get((service, person), _UNKNOWN)
        if record is _UNKNOWN:
            raise LogError(f"keys of {service}/{person} were not prefetched")
        if not record:
            return None
        for start in range(0, len(record), _ENTRY_BYTES):
            if record[start] == purpose:
                nonce_end = start + 1 + NONCE_BYTES
                wrapped = record[nonce_end : start + _ENTRY_BYTES]
                return kek.decrypt(record[start + 1 : nonce_end], wrapped, _bound(service, person, "key", str(purpose)))
        return None

    def _new_keys(self, person: str) -> tuple[bytes, dict[int, bytes]]:
        """A record of fresh data keys, and the keys themselves by purpose."""
        random = os.urandom(len(self._keks) * _RANDOM_BYTES)
        bound_of = _bound(self._service, person, "key", "")
        parts: list[bytes] = []
        keys = {}
        at = 0
        for number, kek in self._keks.items():
            key_at, end = at + NONCE_BYTES, at + _RANDOM_BYTES
            nonce, key = random[at:key_at], random[key_at:end]
            parts += (b"%c" % number, nonce, kek.encrypt(nonce, key, b"%b%d" % (bound_of, number)))
            keys[number] = key
            at = end
        return b"".join(parts), keys


_ENTRY_BYTES: Final = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES
"""An entry of a record: purpose number, nonce, wrapped key. Entries of one length stand one after the other."""


_RANDOM_BYTES: Final = NONCE_BYTES + KEY_BYTES
"""What is drawn for an entry."""


def _refuse_erased(records: Mapping[str, bytes | None]) -> None:
    if erased := [person for person, record in records.items() if record == b""]:
        raise Erased(f"keys of {', '.join(erased)} were destroyed")


def _bound(service: str, person: str, fact_id: str, field_name: str) -> bytes:
    return f"{service}\x1f{person}\x1f{fact_id}\x1f{field_name}".encode()
