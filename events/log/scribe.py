"""Seals and writes large batches in a process of its own, so that an import neither stops pages nor waits for them.

The scribe is a child process that reads questions from its standard input and ends with it, however the parent ends.
It is started by the first large batch and holds the same keys as its parent, given to it through the pipe. A batch is
handed over in pieces, and several questions may be on their way: it works while its parent prepares the next piece.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, Final, NamedTuple

from events.facts.base import Purpose
from events.log.envelope import Draft, Heading, Sealer, digest, finish
from events.log.port import LogError
from events.log.seal import KeyRing, MemoryKeyStore, Suite

FACTS_MIN: Final = 100
"""Smaller batches are written where they are: handing them over costs more than it saves."""
PIECE_ENTITIES: Final = 250
"""Entities in one question: some ten milliseconds of work."""
PIPE_BYTES: Final = 1 << 22
"""So much of the answers may wait in the parent before the scribe has to wait: a whole batch."""
_LENGTH_BYTES: Final = 8


class Chain(NamedTuple):
    """The drafts of one entity, in order, and the hash of the envelope that stands before them.

    `community` is the entity's own, if it is another than the heading's.
    """

    entity: str
    previous: str
    drafts: Sequence[Draft]
    community: str = ""


def write_chain(heading: Heading, chain: Chain, seal: Sealer) -> list[bytes]:
    """The envelopes of one entity, each holding the hash of the one before."""
    bodies = []
    previous = chain.previous
    if chain.community:
        heading = heading._replace(community=chain.community)
    for draft in chain.drafts:
        body = finish(heading, chain.entity, previous, draft, seal)
        bodies.append(body)
        if len(bodies) < len(chain.drafts):
            previous = digest(body)
    return bodies


class ScribeLost(LogError):
    """The child process ended; nothing was written. The next batch starts another."""


@dataclass(slots=True)
class _Child:
    """A running scribe, and who waits for its answers, in the order of their questions."""

    process: Process
    waiting: deque[asyncio.Future[Any]] = field(default_factory=deque)


class Scribe:
    """One per service and process."""

    def __init__(self, service: str, keks: Mapping[Purpose, bytes], *, suite: Suite = Suite.INTL) -> None:
        self._hello = {"service": service, "keks": dict(keks), "suite": int(suite)}
        self._child: _Child | None = None
        self._starting = asyncio.Lock()
        self._listening: set[asyncio.Task[None]] = set()
        """Of this child, and of those that ended before it and are not yet gone."""

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return None if self._child is None else self._child.process.pid

    async def write(
        self, heading: Heading, chains: Sequence[Chain], records: Mapping[str, bytes | None]
    ) -> tuple[list[list[bytes]], dict[str, bytes]]:
        """The bodies of every chain, and the key records that had to be made (those given as None).

        `records` are of everybody who has sealed fields in these chains. The new ones must be stored before the
        bodies are appended. Raises `ScribeLost`.
        """
        try:
            child = self._child or await self._start()
        except OSError as error:
            raise ScribeLost(f"the scribe cannot be started: {error}") from error
        answers = []
        for piece in _pieces(chains):
            own = {chain.entity: records[chain.entity] for chain in piece if chain.entity in records}
            question = {
                "heading": tuple(heading),
                "chains": [tuple(chain) for chain in piece],
                "records": own,
            }
            answers.append(self._ask(child, question))
        bodies: list[list[bytes]] = []
        made: dict[str, bytes] = {}
        for answer in await asyncio.gather(*answers):
            bodies += answer["bodies"]
            made |= answer["made"]
        return bodies, made

    async def close(self) -> None:
        """End the child, if there is one; no process is left of it, nor of any before it."""
        child, self._child = self._child, None
        if child is not None and child.process.returncode is None:
            child.process.kill()
        if self._listening:
            await asyncio.wait(self._listening)

    def _ask(self, child: _Child, question: Mapping[str, Any]) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if child is not self._child:
            answer.set_exception(ScribeLost("the scribe ended"))
            return answer
        child.waiting.append(answer)
        assert child.process.stdin is not None
        # No drain: callers hold few batches at a time, and a batch waits in memory one way or the other.
        child.process.stdin.writelines(_framed(question))
        return answer

    async def _listen(self, child: _Child) -> None:
        """Hand every answer to whoever asked; at the end of the child tell all who still wait."""
        answers = child.process.stdout
        assert answers is not None
        why: Exception | None = None
        try:
            while True:
                length = int.from_bytes(await answers.readexactly(_LENGTH_BYTES))
                answer = pickle.loads(await answers.readexactly(length))  # noqa: S301 - from our own child
                asked = child.waiting.popleft()
                if not asked.done():
                    asked.set_result(answer)
        except (OSError, asyncio.IncompleteReadError) as error:
            why = error
        finally:
            if self._child is child:
                self._child = None
            if child.process.returncode is None:
                child.process.kill()
            for asked in child.waiting:
                if not asked.done():
                    asked.set_exception(ScribeLost(f"the scribe ended: {why}"))
            await child.process.wait()

    async def _start(self) -> _Child:
        async with self._starting:
            if self._child is None:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "events.log.scribe",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=PIPE_BYTES,
                )
                assert process.stdin is not None
                process.stdin.writelines(_framed(self._hello))
                child = _Child(process)
                listening = asyncio.create_task(self._listen(child), name="answers of the scribe")
                self._listening.add(listening)
                listening.add_done_callback(self._listening.discard)
                self._child = child
            return self._child


def _pieces(chains: Sequence[Chain]) -> Iterable[Sequence[Chain]]:
    """Parts small enough that the scribe starts early; an entity's keys are made in one of them only."""
    if len({chain.entity for chain in chains}) < len(chains):
        yield chains
        return
    for start in range(0, len(chains), PIECE_ENTITIES):
        yield chains[start : start + PIECE_ENTITIES]


def _framed(message: object) -> tuple[bytes, bytes]:
    raw = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(raw).to_bytes(_LENGTH_BYTES), raw


def _messages(stream: BinaryIO) -> Iterable[Any]:
    while len(head := stream.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
        yield pickle.loads(stream.read(int.from_bytes(head)))  # noqa: S301 - from the parent that started us


def _hand_back(answers: SimpleQueue[Any], stream: BinaryIO) -> None:
    """Write answers while the next question is worked on; a parent that has gone reads none."""
    try:
        while True:
            stream.writelines(_framed(answers.get()))
            stream.flush()
    except OSError:
        return


async def _serve() -> None:
    """The child: keys first, then question after question until the parent closes the pipe or is gone."""
    messages = iter(_messages(sys.stdin.buffer))
    hello = next(messages)
    service, store = hello["service"], MemoryKeyStore()
    answers: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_hand_back, args=(answers, sys.stdout.buffer), daemon=True).start()
    for question in messages:
        records = question["records"]
        keys = KeyRing(service, hello["keks"], store, suite=Suite(hello["suite"]))
        store.records = {(service, person): record for person, record in records.items() if record is not None}
        await keys.ensure(records)
        made = {person: store.records[(service, person)] for person, record in records.items() if record is None}
        heading = Heading(*question["heading"])
        bodies = [write_chain(heading, Chain(*chain), keys.seal) for chain in question["chains"]]
        answers.put({"bodies": bodies, "made": made})


if __name__ == "__main__":
    asyncio.run(_serve())
