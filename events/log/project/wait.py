"""Positions as this process knows them, and waiting for them: how a command's own page shows what it just did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

import asyncpg
from asyncpg import Connection

from events.log.project.session import CHANNEL, LOST, Database, close

RETRY_SECONDS: Final = 0.5


class Positions:
    """How far each stream is folded. Told at once by the projector of this process, or by PostgreSQL's NOTIFY.

    So a replica that only serves pages waits just as well as the one that folds. A crash of PostgreSQL may set the
    tables back (`session.OPENING`): what was known before a connection broke is forgotten, and read again.
    """

    def __init__(self, streams: Iterable[str]) -> None:
        self._seen = dict.fromkeys(streams, 0)
        self._waiting: dict[asyncio.Future[None], tuple[str, int]] = {}

    @property
    def seen(self) -> Mapping[str, int]:
        """The last position known of each stream."""
        return dict(self._seen)

    def reached(self, stream: str, seq: int) -> None:
        """This much is committed and visible to everybody."""
        if seq <= self._seen.get(stream, seq):
            return
        self._seen[stream] = seq
        for future, (wanted_stream, wanted) in self._waiting.items():
            if wanted_stream == stream and wanted <= seq and not future.done():
                future.set_result(None)

    def forget(self) -> None:
        """A connection broke: nothing is known until PostgreSQL was asked again."""
        self._seen = dict.fromkeys(self._seen, 0)

    async def wait_for(self, tokens: Iterable[str], timeout_seconds: float = 5.0) -> bool:
        """Wait until every `STREAM:seq` is folded; False if that takes longer. Streams not folded here never delay.

        Raises `ValueError` on a token that is none.
        """
        wanted = [position for token in tokens if (position := parse_token(token))[0] in self._seen]
        try:
            async with asyncio.timeout(timeout_seconds):
                for stream, seq in wanted:
                    await self._reach(stream, seq)
        except TimeoutError:
            return False
        return True

    async def _reach(self, stream: str, seq: int) -> None:
        if self._seen[stream] >= seq:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = (stream, seq)
        try:
            await future
        finally:
            del self._waiting[future]

    async def listen(self, database: Database) -> None:
        """Hear of positions that others commit; returns never, and listens again after PostgreSQL was away."""
        while True:
            try:
                connection = await database.app()
                try:
                    await self._listen_on(connection)
                finally:
                    await close(connection)
            except (asyncpg.PostgresError, *LOST):
                # Away, starting, or the tables are still being made: waiting by asking again costs nothing.
                pass
            self.forget()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_on(self, connection: Connection[Any]) -> None:
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(CHANNEL, self._heard)
        # Whatever was committed before the listener stood is read; what comes after is heard.
        for row in await connection.fetch("SELECT stream, seq FROM position"):
            self.reached(row["stream"], row["seq"])
        await gone.wait()

    def _heard(self, *heard: object) -> None:
        stream, seq = parse_token(str(heard[-1]))
        self.reached(stream, seq)


def parse_token(token: str) -> tuple[str, int]:
    """`STREAM:seq` taken apart. Raises `ValueError`."""
    stream, colon, seq = token.partition(":")
    if not colon or not stream or not seq.isascii() or not seq.isdigit() or len(seq) > 19:
        raise ValueError(f"not a position: {token!r} (it looks like REGISTRY:42)")
    return stream, int(seq)
