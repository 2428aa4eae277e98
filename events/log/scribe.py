"""Seals and writes large batches in a process of its own, so that an import neither stops pages nor waits for them.

The scribe is a child process that reads batches from its standard input and ends with it, however the parent ends. It
is started by the first large batch and holds the same keys as its parent, given to it through the pipe.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import Process
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from events.facts.base import Purpose
from events.log.envelope import Draft, Sealer, digest, finish
from events.log.port import LogError
from events.log.seal import KeyRing, MemoryKeyStore, Suite

FACTS_MIN: Final = 100
"""Smaller batches are written where they are: handing them over costs more than it saves."""
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Chain:
    """The drafts of one entity, in order, and the hash of the envelope that stands before them."""

    entity: str
    previous: str
    drafts: Sequence[tuple[Draft, Mapping[str, Purpose]]]


def write_chain(chain: Chain, seal: Sealer) -> list[bytes]:
    """The envelopes of one entity, each holding the hash of the one before."""
    bodies = []
    previous = chain.previous
    for envelope, sealed in chain.drafts:
        envelope["previoushash"] = previous
        body = finish(envelope, sealed, seal)
        previous = digest(body)
        bodies.append(body)
    return bodies


class ScribeLost(LogError):
    """The child process ended; nothing was written. The next batch starts another."""


class Scribe:
    """One per service and process."""

    def __init__(self, service: str, keks: Mapping[Purpose, bytes], *, suite: Suite = Suite.INTL) -> None:
        self._hello = {"service": service, "keks": dict(keks), "suite": int(suite)}
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def write(
        self, chains: Sequence[Chain], records: Mapping[str, bytes | None]
    ) -> tuple[list[list[bytes]], dict[str, bytes]]:
        """The bodies of every chain, and the key records that had to be made (those given as None).

        The new records must be stored before the bodies are appended. Raises `ScribeLost`.
        """
        batch = [(chain.entity, chain.previous, list(chain.drafts)) for chain in chains]
        async with self._turn:
            answer = await self._ask({"chains": batch, "records": dict(records)})
        return answer["bodies"], answer["made"]

    async def close(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _ask(self, question: Mapping[str, Any]) -> Any:
        try:
            process = self._process or await self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.writelines(_framed(question))
            await process.stdin.drain()
            length = int.from_bytes(await process.stdout.readexactly(_LENGTH_BYTES))
            return pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - from our own child
        except (OSError, asyncio.IncompleteReadError) as error:
            await self.close()
            raise ScribeLost(f"the scribe ended: {error}") from error
        except BaseException:
            await self.close()  # an answer nobody waits for any more must not be taken for the next one
            raise

    async def _start(self) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "events.log.scribe", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.writelines(_framed(self._hello))
        return process


def _framed(message: object) -> tuple[bytes, bytes]:
    raw = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(raw).to_bytes(_LENGTH_BYTES), raw


def _messages(stream: BinaryIO) -> Iterable[Any]:
    while len(head := stream.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
        yield pickle.loads(stream.read(int.from_bytes(head)))  # noqa: S301 - from the parent that started us


async def _serve() -> None:
    """The child: keys first, then batch after batch until the parent closes the pipe or is gone."""
    messages = iter(_messages(sys.stdin.buffer))
    hello = next(messages)
    store = MemoryKeyStore()
    for question in messages:
        keys = KeyRing(hello["service"], hello["keks"], store, suite=Suite(hello["suite"]))
        store.records = {
            (hello["service"], person): record for person, record in question["records"].items() if record is not None
        }
        await keys.ensure(question["records"])
        made = {p: store.records[(hello["service"], p)] for p, record in question["records"].items() if record is None}
        bodies = [write_chain(Chain(*chain), keys.seal) for chain in question["chains"]]
        for part in _framed({"bodies": bodies, "made": made}):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(_serve())
