"""What figures are measured on: fresh servers with the product's own settings, on a disk, and a desk that writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import uuid_utils
from nats.aio.client import Client

from deploy.box.addresses import BoxAddresses
from deploy.box.box import running_box
from events.facts.base import Fact, Purpose
from events.facts.member import ContactChanged, Enrolled
from events.facts.people import Address, ContactCard, Person, Relative, RetirementKind, Sex
from events.log.envelope import About, digest, encode, subject_of
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.port import Write
from events.log.seal import KeyRing

PURPOSES: Final[Sequence[Purpose]] = ("identity", "contact", "dues")
DAY = date(2026, 11, 21)
COMMUNITY = "bench.one"


@dataclass
class Ground:
    """A fresh box and registry's connection to it."""

    addresses: BoxAddresses
    connection: Client
    log: JetStreamLog
    keys: KeyRing


@asynccontextmanager
async def fresh_ground(folder: Path) -> AsyncIterator[Ground]:
    """Servers on an empty folder, gone at the end."""
    async with running_box(folder) as addresses, joined(addresses) as ground:
        yield ground


@asynccontextmanager
async def joined(addresses: BoxAddresses) -> AsyncIterator[Ground]:
    """A connection of registry's user to servers that run."""
    connection = await connect(addresses.nats["registry"], inbox_prefix=b"_INBOX_registry", max_reconnect_attempts=-1)
    try:
        log = JetStreamLog(connection, "bench")
        keks = {purpose: addresses.kek(purpose).read_bytes() for purpose in PURPOSES}
        yield Ground(addresses, connection, log, KeyRing("registry", keks, NatsKeyStore(log)))
    finally:
        await connection.close()


def new_id() -> str:
    """A UUIDv7."""
    return str(uuid_utils.uuid7())


def card(number: int) -> ContactCard:
    """A made-up card."""
    return ContactCard(
        phone=f"138{number % 100_000_000:08}",
        address=Address(
            text=f"金桥路{number % 60}弄{number % 40}号101室", building=f"金桥路{number % 60}弄{number % 40}号"
        ),
        family=(Relative(name="王小明", relation="儿子", phone=f"139{number % 100_000_000:08}"),),
        lives_alone=number % 7 == 0,
    )


def enrolled(number: int, **differently: Any) -> Enrolled:
    """A made-up member, sealed for three purposes when it is stored."""
    born = date(1930 + number % 60, 1 + number % 12, 1 + number % 28)
    return Enrolled(
        person=Person(
            name=f"张桂{number % 1000}",
            sex=Sex.FEMALE,
            ethnicity="汉族",
            id_number=f"310104{born:%Y%m%d}{number % 1000:03}X",
            birth=born,
        ),
        contact=card(number),
        joined_on=date(1990, 7, 1),
        full_member_on=date(1991, 7, 1),
        kind=RetirementKind.RETIRED,
        skills=("书法",),
        pension_basis_fen=342_000 + number % 1000,
        **{"branch_id": str(UUID(int=number % 4 + 1)), **differently},
    )


def changed(number: int) -> ContactChanged:
    """A made-up change of the card."""
    return ContactChanged(contact=card(number))


class Pen:
    """Writes envelopes of one entity, chained, the way the command handlers do."""

    _numbers = count(1)

    def __init__(self, keys: KeyRing, entity: str) -> None:
        self._keys = keys
        self.entity = entity
        self.seq = 0
        self.lock = asyncio.Lock()
        """One append after the other."""
        self._previous = ""

    def write(self, *facts: Fact) -> Write:
        """The next guarded write of this entity."""
        bodies = []
        for fact in facts:
            about = About(
                id=new_id(),
                type=fact.TYPE,
                entity=self.entity,
                community=COMMUNITY,
                effective=DAY,
                recorded=datetime.now(UTC),
                actor="bench",
                correlation="",
                causation="",
                command="",
                reason="",
                previous=self._previous,
                service="registry",
            )
            body = encode(about, fact, "bench", self._keys.seal)
            self._previous = digest(body)
            bodies.append((about.id, body))
        return Write(subject_of("registry", fact.STREAM, self.entity), self.seq, bodies)
