"""Care at work: its real application on a real cell, and a registry that is only its facts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx
import uuid_utils

from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from events.facts.base import Fact
from events.facts.member import Enrolled
from events.facts.people import Address, ContactCard, Person, Relative, Sex
from events.log.command import Asked, Commands, NoStates, Receipt
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import LogClient, connect
from events.log.keystore import NatsKeyStore
from events.log.seal import KeyRing
from services.care.settings import CareSettings
from services.care.wire import NAV, PROJECTION, PURPOSES, build
from services.shell.host import Host, alone
from tests.desk import JINQIAO, Clock, Desk, until

TODAY = date(2026, 11, 21)


class Registry:
    """Whoever writes the registry's facts: the published ones are all that care knows of it."""

    def __init__(self, cell: BoxAddresses, clock: Clock, client: LogClient) -> None:
        self.log = JetStreamLog(client, "registry")
        keks = {purpose: cell.kek(purpose).read_bytes() for purpose in ("identity", "contact", "dues")}
        self.keys = KeyRing("registry", keks, NatsKeyStore(self.log))  # type: ignore[arg-type]  # the purposes above
        self.commands = Commands("registry", "demo", self.log, self.keys, NoStates(), clock, new_id)

    async def says(self, member_id: str, fact: Fact, on: date = TODAY, community: str = JINQIAO) -> Receipt:
        """Append a fact of a member."""
        return await self.commands.note(Asked("registry", community), "member", member_id, fact, on)

    async def enrols(self, community: str = JINQIAO, on: date = date(2026, 1, 5), **differently: Any) -> str:
        """Somebody comes on the roll; the id."""
        member_id = new_id()
        await self.says(member_id, enrolled(**differently), on, community)
        return member_id


def new_id() -> str:
    return str(uuid_utils.uuid7())


def enrolled(name: str = "张桂兰", birth: date = date(1940, 3, 7), **differently: Any) -> Enrolled:
    """The fact; `room`, `building`, `phone`, `lives_alone` and `import_id` may differ."""
    building, room = differently.get("building", "金桥路36弄28号"), differently.get("room", "101室")
    return Enrolled(
        person=Person(name=name, sex=Sex.FEMALE, id_number="310101194003070021", birth=birth),
        contact=ContactCard(
            phone=differently.get("phone", "13912348862"),
            address=Address(text=f"{building}{room}", building=building, room=room) if building else None,
            family=(Relative(name="张敏", relation="女儿", phone="13800002210"),),
            lives_alone=differently.get("lives_alone", False),
        ),
        joined_on=date(1968, 7, 1),
        import_id=differently.get("import_id"),
    )


class Office(Desk):
    """The application, the registry's facts, and clients for whoever asks."""

    def __init__(self, cell: BoxAddresses, **settings: Any) -> None:
        self.cell, self.clock = cell, Clock()
        self.settings = CareSettings(
            nats_url=cell.nats["care"],
            shell_nats_url=cell.nats["shell"],
            postgres_url=cell.postgres["care_app"],
            postgres_owner_url=cell.postgres["care_owner"],
            data=cell.data,
            plan_quiet_seconds=settings.pop("plan_quiet_seconds", 0.05),
            **settings,
        )
        self.host = Host(self.settings, PROJECTION, PURPOSES, clock=self.clock)
        self.service = build(self.settings, self.host)
        self.app = alone(self.settings, self.service, NAV, self.clock)
        self.registry: Registry


@asynccontextmanager
async def registry_alone(cell: BoxAddresses, clock: Clock | None = None) -> AsyncIterator[Registry]:
    """The registry's facts, whether care is there or not."""
    client = await connect(cell.nats["registry"], inbox_prefix=inbox_prefix("registry").encode())
    try:
        yield Registry(cell, clock or Clock(), client)
    finally:
        await client.close()


@asynccontextmanager
async def working(cell: BoxAddresses, **settings: Any) -> AsyncIterator[Office]:
    """The office while it is open."""
    office = Office(cell, **settings)
    async with registry_alone(cell, office.clock) as registry, office.app.router.lifespan_context(office.app):
        office.registry = registry
        yield office


async def visits_of(client: httpx.AsyncClient, member_id: str, **wanted: str) -> list[dict[str, Any]]:
    """A member's visits, as far as they are planned by now."""
    answer = await client.get("/care/api/visits", params={"member_id": member_id, **wanted})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def planned(client: httpx.AsyncClient, member_id: str, reason: str, state: str = "") -> dict[str, Any]:
    """The visit of that reason, waited for."""

    async def ask() -> dict[str, Any] | None:
        found = await visits_of(client, member_id, **({"state": state} if state else {}))
        return next((one for one in found if one["reason"] == reason), None)

    one: dict[str, Any] = await until(ask)
    return one


def seq_of(answer: httpx.Response) -> str:
    """The position a reader waits for after a command."""
    assert answer.status_code == 201, answer.text
    last = answer.json()["facts"][-1]
    return f"{last['stream']}:{last['seq']}"
