"""Notify at work: its real application on a real cell, and a registry and a care that are only their facts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from typing import Any

import httpx
import uuid_utils

from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from events.facts.base import PURPOSES as ALL_PURPOSES
from events.facts.base import Fact
from events.facts.branch import BranchContact, Formed
from events.facts.care import FellIll, Severity
from events.facts.member import AwayKind, DuesAmount, DuesPaid, Enrolled, MonthDue, MovedAway, PayMethod
from events.facts.people import Address, ContactCard, Person, Relative, Sex
from events.log.command import Asked, Commands, NoStates
from events.log.envelope import About
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import LogClient, connect
from events.log.keystore import NatsKeyStore
from events.log.seal import KeyRing
from services.notify.settings import NotifySettings
from services.notify.wire import NAV, PROJECTION, PURPOSES, build
from services.shell.host import Host, alone
from tests.desk import JINQIAO, WAIT_SECONDS, Clock, Desk, until

TODAY = date(2026, 11, 21)


def new_id() -> str:
    return str(uuid_utils.uuid7())


class Elsewhere:
    """Whoever writes another service's facts: the published ones are all that notify knows of it."""

    def __init__(self, service: str, cell: BoxAddresses, clock: Clock, client: LogClient) -> None:
        self.log = JetStreamLog(client, service)
        keks = {purpose: cell.kek(purpose).read_bytes() for purpose in ALL_PURPOSES}
        keys = KeyRing(service, keks, NatsKeyStore(self.log))
        self.commands = Commands(service, "demo", self.log, keys, NoStates(), clock, new_id)

    async def says(self, entity: str, fact: Fact, on: date = TODAY, community: str = JINQIAO) -> About:
        """Append a fact; what its envelope says."""
        receipt = await self.commands.note(Asked("shuji", community), fact.STREAM, entity, fact, on)
        return receipt.facts[0].about

    async def forms(self, name: str = "第三党支部", community: str = JINQIAO, phone: str | None = "62710000") -> str:
        """A branch; the id."""
        branch_id, contact = new_id(), BranchContact(name="李老师", phone=phone)
        await self.says(branch_id, Formed(name=name, contact=contact), date(2020, 1, 1), community)
        return branch_id

    async def enrols(self, branch_id: str | None, community: str = JINQIAO, **differently: Any) -> str:
        """Somebody comes on the roll; the id."""
        member_id = new_id()
        await self.says(member_id, enrolled(branch_id, **differently), date(2026, 1, 5), community)
        return member_id


def enrolled(
    branch_id: str | None,
    name: str = "张桂兰",
    phone: str | None = "13912348862",
    address: str | None = "金桥路36弄28号101室",
) -> Enrolled:
    return Enrolled(
        person=Person(name=name, sex=Sex.FEMALE, id_number="310101194003070021", birth=date(1940, 3, 7)),
        contact=ContactCard(
            phone=phone,
            address=Address(text=address) if address else None,
            family=(Relative(name="张敏", relation="女儿", phone="13800002210"),),
        ),
        joined_on=date(1968, 7, 1),
        branch_id=branch_id,
    )


def moved_away(**differently: Any) -> MovedAway:
    fields: dict[str, Any] = {
        "kind": AwayKind.CARD,
        "clause": "§3.2",
        "destination": "深圳市",
        "address": "深圳市南山区科苑路9号502室",
        "phone": None,
        "fixed_place": True,
        "reason": "随子女居住",
    }
    return MovedAway(**fields | differently)


def dues_paid(*months: str, receipt_no: str = "2026-0341") -> DuesPaid:
    due = tuple(MonthDue(month=month, due_fen=1710, clause="§2.1") for month in months)
    amount = DuesAmount(total_fen=1710 * len(months), months=due)
    return DuesPaid(months=months, amount=amount, receipt_no=receipt_no, method=PayMethod.CASH)


def fell_ill() -> FellIll:
    return FellIll(severity=Severity.SERIOUS, hospital="第一人民医院", note="肺炎")


class Office(Desk):
    """The application, the facts of others, and clients for whoever asks."""

    registry: Elsewhere
    care: Elsewhere

    def __init__(self, cell: BoxAddresses) -> None:
        self.cell, self.clock = cell, Clock()
        self.settings = NotifySettings(
            nats_url=cell.nats["notify"],
            shell_nats_url=cell.nats["shell"],
            postgres_url=cell.postgres["notify_app"],
            postgres_owner_url=cell.postgres["notify_owner"],
            data=cell.data,
        )
        self.host = Host(self.settings, PROJECTION, PURPOSES, clock=self.clock)
        self.service = build(self.settings, self.host)
        self.app = alone(self.settings, self.service, NAV, self.clock)


@asynccontextmanager
async def others(cell: BoxAddresses, clock: Clock) -> AsyncIterator[tuple[Elsewhere, Elsewhere]]:
    """The registry and care, whether or not notify is there."""
    async with AsyncExitStack() as stack:
        found = []
        for service in ("registry", "care"):
            client = await connect(cell.nats[service], inbox_prefix=inbox_prefix(service).encode())
            stack.push_async_callback(client.close)
            found.append(Elsewhere(service, cell, clock, client))
        yield found[0], found[1]


@asynccontextmanager
async def working(cell: BoxAddresses) -> AsyncIterator[Office]:
    """The office while it is open."""
    office = Office(cell)
    async with (
        others(cell, office.clock) as (office.registry, office.care),
        office.app.router.lifespan_context(office.app),
    ):
        yield office


async def is_ready(client: httpx.AsyncClient) -> bool:
    """As whoever watches over the service asks it."""
    return (await client.get("/notify/readyz")).is_success


async def notices(client: httpx.AsyncClient, member_id: str = "", **wanted: str) -> list[dict[str, Any]]:
    """Notices to a member or about them, as far as they are intended by now."""
    answer = await client.get("/notify/api/notices", params={"member_id": member_id, **wanted})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def told(client: httpx.AsyncClient, member_id: str, *rules: str, **wanted: str) -> dict[str, dict[str, Any]]:
    """The notices that these rules made, by rule (of several the newest), waited for."""

    async def ask() -> dict[str, dict[str, Any]] | None:
        found = {one["policy"]: one for one in reversed(await notices(client, member_id, **wanted))}
        return found if found.keys() >= set(rules) else None

    found: dict[str, dict[str, Any]] = await until(ask)
    return found


async def reacted(office: Office, about: About) -> None:
    """Wait until every policy has answered this fact, and the answers stand in the tables."""
    reactor = office.service.state.reactor

    async def ask() -> bool:
        health = await reactor.health()
        of_source = [one for one in health.sources if one.source == about.service]
        return any(one.seq >= about.seq and not one.waiting for one in of_source)

    try:
        await until(ask)
    except TimeoutError as error:
        raise AssertionError(f"{about.position} is not reacted to: {await reactor.health()}") from error
    assert await office.host.runner.wait_for([await end_of(office)], WAIT_SECONDS)


async def end_of(office: Office, stream: str = "NOTIFY") -> str:
    """Where a log stream ends now, for a reader to wait for."""
    return f"{stream}:{(await office.host.log.ends(stream)).last}"


def seq_of(answer: httpx.Response) -> str:
    """The position a reader waits for after a command."""
    assert answer.status_code == 201, answer.text
    last = answer.json()["facts"][-1]
    return f"{last['stream']}:{last['seq']}"
