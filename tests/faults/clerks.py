"""Clerks who work while things break: each asks again under the same key until answered, or gives up and says so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import uuid_utils

from services.registry.settings import RegistrySettings
from tests.faults.town import Town
from tests.registry.office import id_number

CLERKS: Final = 16
COMMUNITIES: Final = ("demo.jinqiao", "demo.shiquan", "demo.heping", "demo.xinghua")
ANSWER_SECONDS_MAX: Final = 90.0
AGAIN_SECONDS: Final = 0.1
GIVES_UP: Final = 0.15
"""How likely a clerk asks no more after an interruption, so that nobody knows what became of the command."""
BREATH_SECONDS: Final = 1.0
ACTS: Final = ("dues", "dues", "away", "back", "ill", "visit")
IN_ORDER: Final = (("away", "back"), ("ill", "visit"))
OVERTAKEN: Final = {"visit_cancelled"}
"""Refusals that are right: the visit was called off by the news of the day while somebody was on their way."""
HIDDEN_WORDS: Final = "高血压引起的头晕"
BASIS_FEN, DUE_FEN = 342_000, 1_710


def office_day() -> date:
    """Today, where the office is."""
    return datetime.now(UTC).astimezone(ZoneInfo(RegistrySettings.model_fields["timezone"].default)).date()


@dataclass
class Deed:
    """One command: what was asked under which key, and what was answered. Status 0: nobody knows."""

    service: str
    name: str
    path: str
    body: Mapping[str, Any]
    key: str = field(default_factory=lambda: str(uuid_utils.uuid4()))
    status: int = 0
    answer: Mapping[str, Any] = field(default_factory=dict)
    interrupted: int = 0

    @property
    def done(self) -> bool:
        return self.status == httpx.codes.CREATED

    async def ask(self, client: httpx.AsyncClient) -> httpx.Response | None:
        """Ask once; None if there was no answer, or none that says what became of it."""
        try:
            answer = await client.post(self.path, json=dict(self.body), headers={"idempotency-key": self.key})
        except httpx.TransportError:
            return None
        return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer


@dataclass
class Book:
    """What was asked and answered in one run, and who wants to know when there is enough of it."""

    limit: int
    day: int = 0
    """On another day clerks see other people."""
    deeds: list[Deed] = field(default_factory=list)
    answered: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def full(self) -> bool:
        return len(self.deeds) >= self.limit

    async def note(self, deed: Deed) -> None:
        """It was answered, or given up."""
        async with self._news:
            self.answered += 1
            self._news.notify_all()

    async def reached(self, share: float) -> None:
        """Wait until this share of all commands is answered."""
        async with self._news:
            await self._news.wait_for(lambda: self.answered >= share * self.limit)

    def of(self, *names: str) -> list[Deed]:
        """Deeds that were done, of these names (of all, if none is given)."""
        return [deed for deed in self.deeds if deed.done and (not names or deed.name in names)]

    @property
    def unknown(self) -> list[Deed]:
        """Deeds of which nobody knows what became of them."""
        return [deed for deed in self.deeds if not deed.status]


class Clerk:
    """One of the clients. What happens to a person is asked for one after the other."""

    def __init__(self, number: int, book: Book, clients: Mapping[str, httpx.AsyncClient]) -> None:
        self._chance = random.Random(f"{book.day}/{number}")
        self._number, self._book, self._clients = number, book, clients
        self._people = 0
        self._day = office_day()

    async def work(self) -> None:
        """Until the book is full."""
        while not self._book.full:
            enrolled = await self._do("registry", "enrol", "/registry/api/members", self._somebody())
            if enrolled.done:
                await self._life_of(str(enrolled.answer["member_id"]))

    async def _life_of(self, member_id: str) -> None:
        """What happens to one member, in an order that chance gives. A deed nobody knows the end of is the last."""
        acts = self._chance.sample(ACTS, len(ACTS))
        for first, second in IN_ORDER:
            before, after = sorted((acts.index(first), acts.index(second)))
            acts[before], acts[after] = first, second
        months = iter([self._day, self._day.replace(day=1) + timedelta(days=32)])
        for act in acts:
            if self._book.full:
                return
            deed = await self._act(act, member_id, months)
            if not deed.status:
                return

    async def _act(self, act: str, member_id: str, months: Iterator[date]) -> Deed:
        of_member, today = f"/registry/api/members/{member_id}", self._day.isoformat()
        match act:
            case "dues":
                paid = {"months": [f"{next(months):%Y-%m}"], "amount_fen": DUE_FEN, "method": "cash", "paid_on": today}
                return await self._do("registry", act, f"{of_member}/pay-dues", paid)
            case "away":
                left = {"from": today, "destination": "六安市", "reason": "随女儿居住", "fixed_place": True}
                return await self._do("registry", act, f"{of_member}/move-away", left)
            case "back":
                return await self._do("registry", act, f"{of_member}/return", {"on": today, "report": "一切都好"})
            case "ill":
                ill = {"severity": "serious", "since": today, "note": HIDDEN_WORDS}
                return await self._do("care", act, f"/care/api/members/{member_id}/illnesses", ill)
            case _:
                visit = await self._visit_of(member_id)
                said = {"made_on": today, "by": "shuji", "difficulties": "买菜不便", "plans": "等女儿回来"}
                return await self._do("care", act, f"/care/api/visits/{visit}/record", said)

    async def _visit_of(self, member_id: str) -> str:
        """The visit that the illness led to, once it is planned."""
        query = {"member_id": member_id, "state": "ready"}
        async for _ in patiently():
            try:
                answer = await self._clients["care"].get("/care/api/visits", params=query)
            except httpx.TransportError:
                continue
            if answer.status_code == httpx.codes.OK:
                found = [one["visit_id"] for one in answer.json()["items"] if one["reason"] == "fell_ill"]
                if found:
                    return str(found[0])
        raise AssertionError(f"no visit was planned for {member_id}")

    async def _do(self, service: str, name: str, path: str, body: Mapping[str, Any]) -> Deed:
        """Ask until it is answered; after an interruption some clerks give up."""
        deed = Deed(service, name, path, body)
        self._book.deeds.append(deed)
        async for _ in patiently():
            answer = await deed.ask(self._clients[service])
            if answer is not None:
                deed.status, deed.answer = answer.status_code, answer.json()
                expected = deed.done or deed.answer.get("reason") in OVERTAKEN
                assert expected, f"{deed.name}: {answer.status_code} {answer.text}"
                break
            deed.interrupted += 1
            if self._chance.random() < GIVES_UP:
                await asyncio.sleep(BREATH_SECONDS)
                break
        else:
            raise AssertionError(f"{deed.name} was not answered within {ANSWER_SECONDS_MAX:g} s")
        await self._book.note(deed)
        return deed

    def _somebody(self) -> dict[str, Any]:
        # Their birthdays and their clerk's number tell them apart: twelve months of 28 days for each clerk.
        month, day = divmod(self._people % 336, 28)
        self._people += 1
        born = f"19{self._chance.randint(36, 58)}{month + 1:02}{day + 1:02}"
        return {
            "name": f"张桂{self._chance.choice('兰英芳珍华')}",
            "sex": "女",
            "id_number": id_number(born, self._book.day * CLERKS + self._number),
            "joined_on": "1985-07-01",
            "community": COMMUNITIES[self._number % len(COMMUNITIES)],
            "branch": f"第{self._chance.choice('一二三四五')}党支部",
            "kind": "退休",
            "phone": f"139{self._chance.randrange(10**8):08d}",
            "address": "金桥路36弄28号101室",
            "pension_basis_fen": BASIS_FEN,
        }


async def patiently(seconds: float = ANSWER_SECONDS_MAX, pause: float = AGAIN_SECONDS) -> AsyncIterator[None]:
    """Turn after turn with a short pause between, until the time is over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        yield
        await asyncio.sleep(pause)


async def working(town: Town, book: Book, clerks: int = CLERKS) -> None:
    """All clerks at once, until the book is full and everything in it is answered or given up."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        for number in range(clerks):
            clients = {
                service: await stack.enter_async_context(town.asking(service)) for service in ("registry", "care")
            }
            group.create_task(Clerk(number, book, clients).work())


async def broken(town: Town, book: Book, breaks: Sequence[tuple[float, Callable[[], None]]]) -> None:
    """Clerks work while these things happen, each when its share of the commands is answered."""

    async def breaking() -> None:
        for share, happens in breaks:
            await book.reached(share)
            await asyncio.to_thread(happens)

    async with asyncio.TaskGroup() as group:
        group.create_task(working(town, book))
        group.create_task(breaking())
