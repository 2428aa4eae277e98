"""After a bad day: what stands in the log, in PostgreSQL and in people's letters, compared with what was answered."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx
import orjson

from deploy.box.addresses import BoxAddresses
from deploy.box.layout import SERVICES
from deploy.cli.joining import folding
from events.facts.care import FellIll, VisitCancelled, VisitMade, VisitPlanned
from events.facts.member import DuesPaid, MovedAway, Returned
from events.facts.notice import NoticeIntended
from events.log.envelope import digest
from events.log.jetstream import JetStreamLog
from events.log.port import Message
from events.log.project.check import check
from events.log.project.scope import scoped
from tests.faults.clerks import CLERKS, Book, Deed, patiently
from tests.faults.town import Town
from tests.log.connect import connect

_log = logging.getLogger(__name__)

TOLD: Final = {
    MovedAway.TYPE: ("moved_away.branch", "moved_away.member"),
    Returned.TYPE: ("returned.member",),
    DuesPaid.TYPE: ("dues_paid.member",),
    FellIll.TYPE: ("fell_ill.branch",),
}
"""Which rules of notify's national policy a fact leads to, for a member of a branch."""
IF_KNOWN: Final = ("fell_ill.visitor",)
"""And one that may have somebody to tell, or nobody yet: whoever usually visits."""
LONG: Final = "HEARTH_FAULT_COMMANDS" in os.environ
HEARS: Final = {"care": ("REGISTRY", "CARE"), "notify": ("REGISTRY", "CARE")}
"""Whose log streams a service reacts to."""


@dataclass(frozen=True)
class Stored:
    """One envelope as it stands in the log."""

    stream: str
    seq: int
    subject: str
    body: bytes
    says: Mapping[str, Any]


@dataclass(frozen=True)
class Log:
    """All three streams, from the first fact to the last."""

    stored: list[Stored]

    def of(self, *types: str) -> list[Stored]:
        return [one for one in self.stored if one.says["type"] in types]


async def read_log(addresses: BoxAddresses) -> Log:
    """Everything that stands in the log."""
    stored: list[Stored] = []
    for service in SERVICES:
        async with connect(addresses, service) as client:
            log, stream = JetStreamLog(client, service), service.upper()
            ends = await log.ends(stream)
            async with aclosing(log.read_range(stream, 1, ends.last)) as pages:
                async for page in pages:
                    stored += [_stored(one) for one in page]
    return Log(stored)


def _stored(one: Message) -> Stored:
    return Stored(one.stream, one.seq, one.subject, one.body, orjson.loads(one.body))


# ── until everything is done ─────────────────────────────────────────────────────────────────────────────────────────


async def settled(addresses: BoxAddresses) -> Log:
    """Wait until every table says what the log says, and every fact has had its effects. Nothing may need a person."""
    async for _ in patiently(pause=0.2):
        before = await _ends(addresses)
        if await _folded(addresses, before) and await _reacted(addresses):
            log = await read_log(addresses)
            if not _untold(log) and not _unplanned(log) and await _ends(addresses) == before:
                return log
    raise AssertionError(f"the services did not come to rest: {_untold(log)}, {_unplanned(log)}")


async def _ends(addresses: BoxAddresses) -> dict[str, int]:
    async with connect(addresses, "registry") as client:
        log = JetStreamLog(client, "registry")
        return {service.upper(): (await log.ends(service.upper())).last for service in SERVICES}


async def _folded(addresses: BoxAddresses, ends: Mapping[str, int]) -> bool:
    for service in SERVICES:
        rows = await asked(addresses, service, "SELECT stream, seq FROM position")
        if any(row["seq"] < ends[row["stream"]] for row in rows):
            return False
    return True


async def _reacted(addresses: BoxAddresses) -> bool:
    """Nothing waits to be heard. A long run also waits for what was done and not acknowledged: it is heard again."""
    for service, streams in HEARS.items():
        rows = await asked(addresses, service, "SELECT state, error FROM parked_reaction")
        assert not [row for row in rows if row["state"] == "parked"], rows
        if rows:
            return False
        async with connect(addresses, service) as client:
            for stream in streams:
                name = f"{service}-reacts-to-{stream.lower()}"
                info = await client.jetstream().consumer_info(stream, name)
                if info.num_pending or (LONG and info.num_ack_pending):
                    return False
    return True


async def asked(addresses: BoxAddresses, service: str, query: str) -> list[Any]:
    """Rows of a service's database, of the whole box."""
    connection = await asyncpg.connect(addresses.postgres[f"{service}_app"])
    try:
        async with scoped(connection, ""):
            rows: list[Any] = await connection.fetch(query)
            return rows
    finally:
        await connection.close()


# ── what must be true ────────────────────────────────────────────────────────────────────────────────────────────────


async def expect_all_well(town: Town, book: Book) -> None:
    """Everything that this file can find out; its figures are logged (`--log-cli-level=INFO`)."""
    addresses = town.addresses
    log = await settled(addresses)
    expect_log_whole(log)
    expect_answered_once(log, book)
    expect_told_once(log)
    for service in SERVICES:
        await expect_second_copy(addresses, service, log)
        await expect_clean(addresses, service)
    await expect_same_answers(town, book)
    assert await _ends(addresses) == {one.stream: one.seq for one in log.stored}, "asking again wrote something"
    _log.info(
        "%d commands: %d done, %d refused, %d of unknown end; interrupted %d times. %d facts, %d notices",
        len(book.deeds), len(book.of()), len(book.deeds) - len(book.of()) - len(book.unknown), len(book.unknown),
        sum(deed.interrupted for deed in book.deeds), len(log.stored), len(log.of(NoticeIntended.TYPE)),
    )  # fmt: skip


def expect_log_whole(log: Log) -> None:
    """No fact twice, no command carried out twice, no receipt number twice, and every entity's chain unbroken."""
    _expect_once((one.says["id"] for one in log.stored), "fact")
    appends = {(one.stream, one.says["commandid"], one.says["time"]) for one in log.stored if one.says["commandid"]}
    _expect_once(((stream, command) for stream, command, _ in appends), "command")
    _expect_once(((one.says["community"], one.says["data"]["receipt_no"]) for one in log.of(DuesPaid.TYPE)), "receipt")
    last: dict[str, str] = defaultdict(str)
    for one in log.stored:
        assert one.says["previoushash"] == last[one.subject], f"{one.stream}:{one.seq} does not follow its fact before"
        last[one.subject] = digest(one.body)


def expect_answered_once(log: Log, book: Book) -> None:
    """Acknowledged: just those facts. Refused: none. Unknown: none, or those of one append (see `expect_log_whole`)."""
    under: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in log.stored:
        told = {"id": one.says["id"], "type": one.says["type"], "stream": one.stream, "seq": one.seq}
        under[one.says["commandid"].rpartition("/")[2]].append(told)
    for deed in book.deeds:
        if deed.status:
            expected = deed.answer["facts"] if deed.done else []
            assert under[deed.key] == expected, f"{deed.name} was answered {deed.answer}, the log has {under[deed.key]}"
            assert not deed.done or expected, f"{deed.name} was done and left no fact"


def expect_told_once(log: Log) -> None:
    """Every notice that a fact leads to is intended, each once a recipient; every illness led to one visit."""
    told = Counter(
        (one.says["data"]["because"], one.says["data"]["policy"], one.says["subject"])
        for one in log.of(NoticeIntended.TYPE)
    )
    _expect_once(told.elements(), "notice")
    wanted = Counter((one.says["id"], policy) for one in log.of(*TOLD) for policy in TOLD[one.says["type"]])
    uncalled = _notices(log) - wanted
    assert not uncalled, f"told for nothing: {uncalled}"
    assert not _untold(log)
    assert not _unplanned(log)
    open_visits = set()
    for one in log.of(VisitPlanned.TYPE, VisitMade.TYPE, VisitCancelled.TYPE):
        visit = one.says["data"]["visit_id"]
        if one.says["type"] == VisitPlanned.TYPE:
            assert visit not in open_visits, f"planned at {one.stream}:{one.seq}, and before"
            open_visits.add(visit)
        else:
            open_visits.discard(visit)


def _notices(log: Log) -> Counter[tuple[str, str]]:
    """(Fact, rule) of each notice."""
    told = [(one.says["data"]["because"], one.says["data"]["policy"]) for one in log.of(NoticeIntended.TYPE)]
    return Counter(one for one in told if one[1] not in IF_KNOWN)


def _untold(log: Log) -> Counter[tuple[str, str]]:
    """Facts of which nobody was told yet."""
    wanted = Counter((one.says["id"], policy) for one in log.of(*TOLD) for policy in TOLD[one.says["type"]])
    return wanted - _notices(log)


def _unplanned(log: Log) -> set[str]:
    """Illnesses for which no visit was planned yet."""
    planned = {one.says["data"]["because"] for one in log.of(VisitPlanned.TYPE)}
    return {one.says["id"] for one in log.of(FellIll.TYPE)} - planned


async def expect_second_copy(addresses: BoxAddresses, service: str, log: Log) -> None:
    """PostgreSQL keeps the same envelopes under the same sequences."""
    rows = await asked(addresses, service, "SELECT seq, body FROM fact ORDER BY seq")
    mine = [one for one in log.stored if one.stream == service.upper()]
    assert [row["seq"] for row in rows] == [one.seq for one in mine]
    assert all(row["body"] == one.body for row, one in zip(rows, mine, strict=True))


async def expect_clean(addresses: BoxAddresses, service: str) -> None:
    """`hearth check` finds nothing, and nothing is parked."""
    async with folding(addresses, service) as one:
        report = await check(one.projection, one.log, one.database, one.keys)
    assert report.clean, report
    assert report.parked == 0, report


async def expect_same_answers(town: Town, book: Book) -> None:
    """The same key gives the same answer again, and what was refused is refused."""
    waiting = iter([deed for deed in book.deeds if deed.status])

    async def ask(clients: Mapping[str, httpx.AsyncClient]) -> None:
        for deed in waiting:
            await _expect_again(deed, clients[deed.service])

    async with town.asking("registry") as registry, town.asking("care") as care, asyncio.TaskGroup() as group:
        for _ in range(CLERKS):
            group.create_task(ask({"registry": registry, "care": care}))


async def _expect_again(deed: Deed, client: httpx.AsyncClient) -> None:
    answer = await deed.ask(client)
    assert answer is not None, f"{deed.name} is not answered any more"
    assert answer.status_code == deed.status, f"{deed.name}: {answer.text}, not {deed.answer}"
    if deed.done:
        assert answer.json() == deed.answer


def _expect_once(each: Iterable[Hashable], what: str) -> None:
    assert not (twice := {one: count for one, count in Counter(each).items() if count > 1}), f"{what} twice: {twice}"
