"""Key records in NATS key-value buckets.

A bucket is a stream `KV_KEYS_<SERVICE>` with one subject per person, so records are read in bulk by Direct Get and
written in atomic batches, guarded so that a person's keys are made exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from events.log.jetstream import JetStreamLog
from events.log.port import BATCH_WRITES_MAX, Conflict, Message, Write

DESTROYED: Final = b""
READ_AHEAD_MIN: Final = 100
"""So many people asked for at once look like a replay."""
READ_AHEAD: Final = 2_000
ROUNDS_MAX: Final = 12
"""Rounds against others who make keys of the same people, before it gives up."""
AHEAD_MAX: Final = 8_000
"""Records kept that nobody has asked for yet: 2 MB."""


def bucket_of(service: str) -> str:
    """The bucket's name; its stream is `KV_` + this, its subjects `$KV.` + this + `.<person>`."""
    return f"KEYS_{service.upper()}"


@dataclass(slots=True)
class _Ahead:
    """Records of one bucket read in its own order, before anybody asked for them."""

    position: int = 0
    records: dict[str, bytes] = field(default_factory=dict)


class NatsKeyStore:
    """See `seal.KeyStore`.

    A replay meets people in about the order in which their keys were made, so a large question is answered by reading
    the bucket's stream ahead; a small one, and what is left of a large one, by Direct Get, which costs five times as
    much a record.
    """

    def __init__(self, log: JetStreamLog) -> None:
        self._log = log
        self._ahead: dict[str, _Ahead] = {}

    async def load(self, service: str, people: Iterable[str]) -> Mapping[str, bytes]:
        """Records that exist, by person; a destroyed one is `b""`."""
        wanted = list(people)
        if len(wanted) < READ_AHEAD_MIN:
            return await self._ask(service, wanted)
        found = await self._read_ahead(service, wanted)
        found.update(await self._ask(service, [person for person in wanted if person not in found]))
        return found

    async def _ask(self, service: str, people: Sequence[str]) -> dict[str, bytes]:
        bucket = bucket_of(service)
        subjects = [f"$KV.{bucket}.{person}" for person in people]
        return dict(_records(await self._log.reader.last_of_each(f"KV_{bucket}", subjects)))

    async def _read_ahead(self, service: str, wanted: Sequence[str]) -> dict[str, bytes]:
        """Those of the wanted that stand next in the bucket's stream, as long as reading it finds enough of them."""
        ahead = self._ahead.setdefault(service, _Ahead())
        found: dict[str, bytes] = {}
        missing = wanted
        while True:
            found |= {person: ahead.records.pop(person) for person in missing if person in ahead.records}
            missing = [person for person in missing if person not in found]
            if len(missing) < READ_AHEAD_MIN:
                return found
            messages = await self._log.scan(f"KV_{bucket_of(service)}", ahead.position, READ_AHEAD)
            if not messages:
                return found
            ahead.position = messages[-1].seq
            read = _records(messages)
            if not read.keys() & set(missing):
                ahead.records.clear()  # another order than ours: do not carry what nobody asks for
                ahead.records.update(read)
                return found
            ahead.records.update(read)
            for old in list(ahead.records)[: max(0, len(ahead.records) - AHEAD_MAX)]:
                del ahead.records[old]

    async def create(self, service: str, records: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Records that stand after the call; all of them are durable."""
        standing: dict[str, bytes] = {}
        people = list(records)
        for start in range(0, len(people), BATCH_WRITES_MAX):
            group = {person: records[person] for person in people[start : start + BATCH_WRITES_MAX]}
            standing.update(await self._create(service, group))
        return standing

    async def _create(self, service: str, group: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """After a conflict: keep what others made, make the rest together; every round somebody's record stands."""
        others: dict[str, bytes] = {}
        for _ in range(ROUNDS_MAX):
            left = {person: record for person, record in group.items() if person not in others}
            try:
                await self._append(service, list(left.items()))
            except Conflict:
                others.update(await self._ask(service, list(left)))
            else:
                return {**group, **others}
        raise Conflict(f"keys of {len(group)} people of {service}: others were faster {ROUNDS_MAX} times; try again")

    async def _append(self, service: str, group: Sequence[tuple[str, bytes]]) -> None:
        bucket = bucket_of(service)
        writes = [Write(f"$KV.{bucket}.{person}", 0, [(f"key-{person}", record)]) for person, record in group]
        await self._log.append(f"KV_{bucket}", writes)


def _records(messages: Sequence[Message]) -> dict[str, bytes]:
    """Records by person. A deleted one has no body: that is what a destroyed record looks like."""
    return {message.subject.rsplit(".", 1)[-1]: message.body or DESTROYED for message in messages}
