"""Key records in NATS key-value buckets.

A bucket is a stream `KV_KEYS_<SERVICE>` with one subject per person, so records are read in bulk by Direct Get and
written in atomic batches, guarded so that a person's keys are made exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from events.log.jetstream import JetStreamLog
from events.log.port import BATCH_WRITES_MAX, Conflict, Write

DESTROYED = b""


def bucket_of(service: str) -> str:
    """The bucket's name; its stream is `KV_` + this, its subjects `$KV.` + this + `.<person>`."""
    return f"KEYS_{service.upper()}"


class NatsKeyStore:
    """See `seal.KeyStore`."""

    def __init__(self, log: JetStreamLog) -> None:
        self._log = log

    async def load(self, service: str, people: Iterable[str]) -> Mapping[str, bytes]:
        """Records that exist, by person; a destroyed one is `b""`."""
        bucket = bucket_of(service)
        subjects = [f"$KV.{bucket}.{person}" for person in people]
        messages = await self._log.reader.last_of_each(f"KV_{bucket}", subjects)
        found = {}
        for message in messages:
            gone = message.headers is not None and message.headers.get("KV-Operation") in {"DEL", "PURGE"}
            found[message.subject.rsplit(".", 1)[-1]] = DESTROYED if gone else message.body
        return found

    async def create(self, service: str, records: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Records that stand after the call; all of them are durable."""
        standing = dict(records)
        items = list(records.items())
        for start in range(0, len(items), BATCH_WRITES_MAX):
            group = items[start : start + BATCH_WRITES_MAX]
            try:
                await self._append(service, group)
            except Conflict:
                standing.update(await self._create_singly(service, group))
        return standing

    async def _create_singly(self, service: str, group: Sequence[tuple[str, bytes]]) -> Mapping[str, bytes]:
        """After a conflict: keep what others made meanwhile, make the rest."""
        for person, record in group:
            try:
                await self._append(service, [(person, record)])
            except Conflict:
                continue
        return await self.load(service, [person for person, _ in group])

    async def _append(self, service: str, group: Sequence[tuple[str, bytes]]) -> None:
        bucket = bucket_of(service)
        writes = [Write(f"$KV.{bucket}.{person}", 0, [(f"key-{person}", record)]) for person, record in group]
        await self._log.append(f"KV_{bucket}", writes)
