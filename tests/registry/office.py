"""A registry at work: its real application on a real cell, and people who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from itertools import product
from typing import Any

import httpx
import uuid_utils

from deploy.box.addresses import BoxAddresses
from events.facts.base import Purpose
from events.facts.care import CareFact
from events.log.command import Asked, Commands, NoStates
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.seal import KeyRing
from services.registry.settings import RegistrySettings
from services.registry.wire import NAV, PROJECTION, PURPOSES, build
from services.shell.host import Host, alone
from tests.desk import JINQIAO, Clock, Desk


class Office(Desk):
    """The application, and clients for whoever asks."""

    def __init__(self, cell: BoxAddresses) -> None:
        self.clock = Clock()
        self.settings = RegistrySettings(
            nats_url=cell.nats["registry"],
            shell_nats_url=cell.nats["shell"],
            postgres_url=cell.postgres["registry_app"],
            postgres_owner_url=cell.postgres["registry_owner"],
            data=cell.data,
        )
        self.host = Host(self.settings, PROJECTION, PURPOSES, clock=self.clock)
        self.service = build(self.settings, self.host)
        self.app = alone(self.settings, self.service, NAV, self.clock)


@asynccontextmanager
async def working(cell: BoxAddresses) -> AsyncIterator[Office]:
    """The office while it is open."""
    office = Office(cell)
    async with office.app.router.lifespan_context(office.app):
        yield office


IDS = product(("310101", "310104", "310105", "310106"), range(1, 999))
"""A district and a serial number: a worker may enrol some thousands."""


def id_number(birth: str = "19400307", serial: int | None = None) -> str:
    """A valid ID number that no other test has used."""
    district, number = next(IDS) if serial is None else ("310101", serial)
    first = f"{district}{birth}{number:03d}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


def somebody(**differently: Any) -> dict[str, Any]:
    """The body of an enrolment."""
    body = {
        "name": "张桂兰",
        "sex": "女",
        "id_number": id_number(),
        "joined_on": "1968-07-01",
        "full_member_on": "1969-07-01",
        "community": JINQIAO,
        "branch": "第三党支部",
        "kind": "退休",
        "phone": "13912348862",
        "address": "金桥路36弄28号101室",
        "pension_basis_fen": 342000,
    }
    return body | differently


def seq_of(answer: httpx.Response) -> str:
    """The position a reader waits for after a command."""
    last: Mapping[str, Any] = answer.json()["facts"][-1]
    return f"{last['stream']}:{last['seq']}"


async def enrolled(client: httpx.AsyncClient, **differently: Any) -> str:
    """Somebody on the roll, and visible."""
    answer = await client.post("/registry/api/members", json=somebody(**differently))
    assert answer.status_code == 201, answer.text
    member_id: str = answer.json()["member_id"]
    seen = await client.get(f"/registry/api/members/{member_id}?after={seq_of(answer)}")
    assert seen.status_code == 200, seen.text
    return member_id


async def asked(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    """A command through the API that is done, and seen."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    if answer.json()["facts"]:
        assert (await client.get(f"/registry/api/branches?after={seq_of(answer)}")).status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@asynccontextmanager
async def care_of(cell: BoxAddresses, clock: Clock) -> AsyncIterator[Commands]:
    """The care service as far as the registry hears of it: something that writes facts on care's stream."""
    connection = await connect(cell.nats["care"], inbox_prefix=b"_INBOX_care")
    log = JetStreamLog(connection, "care")
    purposes: tuple[Purpose, ...] = ("identity", "contact", "care")
    keks: dict[Purpose, bytes] = {purpose: cell.kek(purpose).read_bytes() for purpose in purposes}
    keys = KeyRing("care", keks, NatsKeyStore(log))
    yield Commands("care", "demo", log, keys, NoStates(), clock, lambda: str(uuid_utils.uuid7()))
    await connection.close()


async def tells(care: Commands, member_id: str, fact: CareFact, on: date, community: str = JINQIAO) -> str:
    """Care publishes a fact; the position to wait for."""
    receipt = await care.note(Asked("wang", community), fact.STREAM, member_id, fact, on)
    return receipt.position
