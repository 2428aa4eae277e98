"""Writes a made-up city into a box, community by community, by the batch path: keys, claims, then atomic batches.

Care's facts of a community go in before the registry's: nobody knows these people yet, so no calendar is gone through
for them, and what was written of them stays the last word until the history is complete. Folds commute (docs/house.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
import orjson

from deploy.box.addresses import BoxAddresses
from deploy.box.permissions import inbox_prefix
from deploy.box.service import settings_of
from deploy.box.trouble import Trouble
from deploy.city.batches import Batch, Overwritten, Stamp, Standing, batches
from deploy.city.community import Rules, Told, told
from deploy.city.plan import CityPlan, Place
from events.log.envelope import log_stream_of, source_of
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.port import Conflict
from events.log.project.store import Pool, claim
from events.log.seal import KeyRing
from services.care import projection as care
from services.registry import projection as registry
from services.registry.handle.registry import BRANCH_NAME, ID_NUMBER, blinded

AT_ONCE: Final = 3
"""Communities in hand: one is told and sealed while the batches of the others are on their way."""
_PURPOSES: Final = {"care": care.PURPOSES, "registry": registry.PURPOSES}
"""In the order of writing."""


class Interfered(Trouble):
    """Somebody has written about people whose history was not complete yet."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What it takes to write for one service."""

    service: str
    source: str
    log: JetStreamLog
    keys: KeyRing


@dataclass(frozen=True, slots=True)
class Tally:
    """What was written in this run."""

    communities: int = 0
    members: int = 0
    facts: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.communities + other.communities, self.members + other.members, self.facts + other.facts)


class Writer:
    """Writes communities. `may_stand`: a run before this one may have written some of it."""

    def __init__(self, pens: Mapping[str, Pen], pool: Pool, index_key: bytes, *, may_stand: bool) -> None:
        self._pens, self._pool, self._index_key, self._may_stand = pens, pool, index_key, may_stand
        self._rules = Rules.national()

    async def write(self, plan: CityPlan, place: Place) -> Tally:
        """Write one community to its end; what stands already is passed over. Raises `Interfered`."""
        history = told(plan, place, self._rules)
        await self._claim(history)
        facts = 0
        try:
            for service in _PURPOSES:
                facts += await self._write(self._pens[service], history)
        except (Overwritten, Conflict) as other:
            raise Interfered(
                f"{place.code}: somebody wrote about its people before its history was complete ({other}); "
                "a box for a made-up city should hold nothing else until it is"
            ) from other
        return Tally(1, len(history.people), facts)

    async def _claim(self, history: Told) -> None:
        """The register knows these ID numbers and branch names from now on."""
        code = history.place.code
        numbers = {blinded(self._index_key, ID_NUMBER, number): one for number, one in history.people.items()}
        names = {blinded(self._index_key, BRANCH_NAME, f"{code}/{name}"): one for name, one in history.branches.items()}
        async with self._pool.acquire() as connection:
            await claim(connection, ID_NUMBER, numbers)
            await claim(connection, BRANCH_NAME, names)

    async def _write(self, pen: Pen, history: Told) -> int:
        wanted = batches(history.acts, pen.service)
        standing = await self._standing(pen, wanted)
        left = standing.left(wanted)
        await self._make_keys(pen, left)
        stamp = Stamp(pen.source, history.place.code)
        # All of it at once, while the keys just made are at hand; then batch after batch, each guarded by the last.
        sealed = [list(standing.sealed(batch, stamp, pen.keys.seal)) for batch in left]
        for one in sealed:
            writes = standing.writes(one)
            standing.written(writes, await pen.log.append(log_stream_of(pen.service), writes))
        return sum(batch.size for batch in left)

    async def _standing(self, pen: Pen, wanted: list[Batch]) -> Standing:
        if not self._may_stand:
            return Standing()
        subjects = list({subject: None for batch in wanted for subject in batch.pages})
        found = await pen.log.reader.last_of_each(log_stream_of(pen.service), subjects)
        return Standing(found, {message.subject: orjson.loads(message.body)["id"] for message in found})

    async def _make_keys(self, pen: Pen, left: list[Batch]) -> None:
        people = {
            line.entity for batch in left for page in batch.pages.values() for _, line in page if line.fact.SEALED
        }
        await pen.keys.ensure(people, () if self._may_stand else people)


async def write_city(
    plan: CityPlan, addresses: BoxAddresses, done: int, note: Callable[[int, Tally], None], *, may_stand: bool
) -> Tally:
    """Write every community behind the first `done`; `note` hears how many are complete from the first on.

    What a run before this one left half done is completed. Raises `Interfered`.
    """
    total, complete, ended = Tally(), done, set[int]()
    slots = asyncio.Semaphore(AT_ONCE)
    async with _writer(addresses, may_stand=may_stand) as writer:

        async def one(place: Place) -> None:
            nonlocal total, complete
            try:
                written = await writer.write(plan, place)
            finally:
                slots.release()
            total += written
            ended.add(place.number)
            while complete + 1 in ended:
                complete += 1
                ended.remove(complete)
            note(complete, total)

        try:
            async with asyncio.TaskGroup() as work:
                for place in plan.places():
                    if place.number > done:
                        await slots.acquire()
                        work.create_task(one(place))
        except ExceptionGroup as broken:
            raise broken.exceptions[0] from None
    return total


@asynccontextmanager
async def _writer(addresses: BoxAddresses, *, may_stand: bool) -> AsyncIterator[Writer]:
    async with AsyncExitStack() as stack:
        pens = {}
        for service, purposes in _PURPOSES.items():
            client = await connect(addresses.nats[service], inbox_prefix=inbox_prefix(service).encode("ascii"))
            stack.push_async_callback(client.close)
            log = JetStreamLog(client, service)
            keks = {purpose: addresses.kek(purpose).read_bytes() for purpose in purposes}
            source = source_of(settings_of(addresses, service).city, service)
            pens[service] = Pen(service, source, log, KeyRing(service, keks, NatsKeyStore(log)))
        pool = await asyncpg.create_pool(addresses.postgres["registry_app"], min_size=1, max_size=AT_ONCE)
        stack.push_async_callback(pool.close)
        yield Writer(pens, pool, (addresses.keys / "index.key").read_bytes(), may_stand=may_stand)
