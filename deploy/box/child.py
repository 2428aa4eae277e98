"""The box's side of a server process: start its keeper, wait until it answers, stop it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from deploy.box import keeper
from deploy.box.keeper import Plan
from deploy.box.trouble import Trouble

LOG_BYTES_MAX = 10_000_000
_STOP_MARGIN_SECONDS = 10.0
_REVIVE_SECONDS = 0.5


class ServerFailed(Trouble):
    """A server did not start; says where its log is and how it ends."""


class Child:
    """One server under its keeper. Not to be shared between event loops."""

    def __init__(self, name: str, plan: Plan) -> None:
        self.name = name
        self._plan = plan
        self._keeper: subprocess.Popen[bytes] | None = None

    async def start(self, answers: Callable[[], Awaitable[bool]], seconds_max: float) -> None:
        """Start the server and return when `answers` says True; raises ServerFailed after `seconds_max`."""
        self._trim_log()
        self._spawn()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds_max
        while not await answers():
            if self._ended() or loop.time() > deadline:
                await self.stop()
                raise ServerFailed(f"{self.name} did not start; the end of {self._plan.log}:\n{self._log_tail()}")
            await asyncio.sleep(0.02)
        self._confirm()

    def revive(self) -> bool:
        """Start a keeper anew if somebody killed it; True if that was so."""
        if not self._ended():
            return False
        self._spawn()
        self._confirm()
        return True

    async def stop(self) -> None:
        """Stop the server in order; it is gone when this returns."""
        process, self._keeper = self._keeper, None
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # The keeper was killed, and its server with it.
            process.stdin.close()
        await asyncio.to_thread(process.wait, self._plan.grace_seconds + _STOP_MARGIN_SECONDS)

    def _spawn(self) -> None:
        plan = json.dumps(dataclasses.asdict(self._plan))
        # In a session of its own: Ctrl-C in the terminal reaches the box alone, which then stops its servers in order.
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, plan],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=self._plan.inherit,
            start_new_session=True,
        )

    def _ended(self) -> bool:
        return self._keeper is not None and self._keeper.poll() is not None

    def _confirm(self) -> None:
        assert self._keeper is not None
        assert self._keeper.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # It has ended already, which `revive` will see.
            self._keeper.stdin.write(b"+")
            self._keeper.stdin.flush()

    def _trim_log(self) -> None:
        log = Path(self._plan.log)
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".old.log"))

    def _log_tail(self) -> str:
        lines = Path(self._plan.log).read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-12:])


class Revived(Protocol):
    """Something under a keeper."""

    def revive(self) -> bool:
        """Start its keeper anew if somebody killed it."""
        ...


@contextlib.asynccontextmanager
async def kept_alive(children: Sequence[Revived]) -> AsyncIterator[None]:
    """A keeper restarts its server; while the block runs, this restarts a keeper that was killed."""

    async def look() -> None:
        while True:
            await asyncio.sleep(_REVIVE_SECONDS)
            for child in children:
                child.revive()

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
