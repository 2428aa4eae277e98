"""Requests over one inbox subscription: one answer (publish acks, API calls) or many (Direct Get batches).

nats-py's own `request` costs a `wait_for` per call and cannot collect several answers; both matter here, because every
append is a request and every load of an entity is a many-answer one.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from events.log.port import LogError, Unavailable

Headers = dict[str, str]


class TimedOut(LogError):
    """No answer in time: the outcome is unknown until it is read back."""


class CutOff(TimedOut):
    """The connection was lost while the answer was awaited, so none will come."""


class ApiError(LogError):
    """The server answered with an error."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code = code


class _Pending:
    """One open request; `take` says True when the message completes it."""

    __slots__ = ("future", "messages", "take", "timer")

    def __init__(self, future: asyncio.Future[list[Msg]], take: Callable[[Msg], bool]) -> None:
        self.future = future
        self.take = take
        self.messages: list[Msg] = []
        self.timer: asyncio.TimerHandle | None = None


def _first(_: Msg) -> bool:
    return True


class Requests:
    """Multiplexes requests of one connection over one wildcard inbox."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection
        self._pending: dict[str, _Pending] = {}
        self._tokens = itertools.count(1)
        self._inbox = connection.new_inbox()
        self._subscription: Subscription | None = None
        self._starting: asyncio.Lock = asyncio.Lock()

    async def send(
        self,
        subject: str,
        payload: bytes,
        *,
        headers: Headers | None = None,
        timeout_seconds: float = 5.0,
        take: Callable[[Msg], bool] = _first,
    ) -> list[Msg]:
        """Publish and wait until `take` accepts a message as the last answer. Raises `TimedOut`, `Unavailable`."""
        reply, future = await self.open(timeout_seconds, take)
        try:
            await self._connection.publish(subject, payload, reply=reply, headers=headers)
        except (NatsError, OSError) as error:
            self._forget(reply)
            raise Unavailable(f"NATS: {error}") from error
        return await future

    async def open(
        self, timeout_seconds: float, take: Callable[[Msg], bool] = _first
    ) -> tuple[str, asyncio.Future[list[Msg]]]:
        """A reply subject and the future of its answers, for callers who publish themselves (atomic batches)."""
        if self._subscription is None:
            await self._start()
        token = str(next(self._tokens))
        loop = asyncio.get_running_loop()
        pending = _Pending(loop.create_future(), take)
        pending.timer = loop.call_later(timeout_seconds, self._expire, token, timeout_seconds)
        self._pending[token] = pending
        return f"{self._inbox}.{token}", pending.future

    async def api(self, subject: str, body: Mapping[str, Any] | None = None, timeout_seconds: float = 5.0) -> Any:
        """A JetStream API call: JSON in, JSON out. Raises `ApiError` with the server's code."""
        payload = orjson.dumps(body) if body is not None else b""
        (answer,) = await self.send(f"$JS.API.{subject}", payload, timeout_seconds=timeout_seconds)
        if answer.headers and answer.headers.get("Status") == "503":
            raise Unavailable("JetStream is not answering")
        decoded = orjson.loads(answer.data)
        if error := decoded.get("error"):
            raise ApiError(error.get("err_code", 0), error.get("description", ""))
        return decoded

    def cut_off(self) -> None:
        """The connection was lost: whoever waits for an answer learns it now, not when their time is over."""
        pending, self._pending = self._pending, {}
        for one in pending.values():
            if one.timer is not None:
                one.timer.cancel()
            if not one.future.done():
                one.future.set_exception(CutOff("the connection to NATS was lost"))

    async def _start(self) -> None:
        async with self._starting:
            if self._subscription is None:
                self._subscription = await self._connection.subscribe(
                    f"{self._inbox}.*", cb=self._received, pending_msgs_limit=-1, pending_bytes_limit=-1
                )

    async def _received(self, message: Msg) -> None:
        token = message.subject.rsplit(".", 1)[-1]
        pending = self._pending.get(token)
        if pending is None or pending.future.done():
            return
        pending.messages.append(message)
        if pending.take(message):
            self._forget(token)
            pending.future.set_result(pending.messages)

    def _expire(self, token: str, seconds: float) -> None:
        pending = self._pending.pop(token, None)
        if pending is not None and not pending.future.done():
            pending.future.set_exception(TimedOut(f"no answer within {seconds:g} s"))

    def _forget(self, reply: str) -> None:
        pending = self._pending.pop(reply.rsplit(".", 1)[-1], None)
        if pending is not None and pending.timer is not None:
            pending.timer.cancel()
