"""Direct reads: one entity's messages from a recent sequence, the newest message, the ends of a stream."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import orjson
from nats.aio.msg import Msg

from events.log.jetstream.rpc import ApiError, CutOff, Requests
from events.log.port import Ends, Message, Unavailable

A = TypeVar("A")

DIRECT_BATCH: Final = 256
LAST_BATCH: Final = 1000
NOT_FOUND: Final = 10037
END_OF_BATCH: Final = "204"
NO_MESSAGE: Final = "404"


def _ends_batch(answer: Msg) -> bool:
    """A status message (204 end, 404 nothing, 408/413 refused, 503 nobody there) closes a Direct Get batch."""
    return answer.headers is not None and "Status" in answer.headers


class Reader:
    """Reads without a consumer. Answers may come from any replica: only a *recent* hint, guarded by append."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def entity(self, stream: str, subject: str, after: int) -> list[Message]:
        """All messages of one subject with sequence > `after`, oldest first."""
        found: list[Message] = []
        while True:
            ask = {"seq": after + 1, "next_by_subj": subject, "batch": DIRECT_BATCH}
            answers = await self._direct(stream, ask, timeout_seconds=5.0)
            page = [_message(stream, answer) for answer in answers]
            found.extend(page)
            if len(page) < DIRECT_BATCH:
                return found
            after = page[-1].seq

    async def entity_from_leader(self, stream: str, subject: str, after: int) -> list[Message]:
        """Like `entity`, but asked of the stream's leader one by one: for finding out what became of an append."""
        found: list[Message] = []
        while True:
            try:
                ask = {"seq": after + 1, "next_by_subj": subject}
                answer = await self._api(f"STREAM.MSG.GET.{stream}", ask, timeout_seconds=3.0)
            except ApiError as error:
                if error.code == NOT_FOUND:
                    return found
                raise
            found.append(_from_api(stream, answer["message"]))
            after = found[-1].seq

    async def last(self, stream: str, subject: str) -> Message | None:
        """The newest message of one subject, from the leader."""
        try:
            answer = await self._api(f"STREAM.MSG.GET.{stream}", {"last_by_subj": subject})
        except ApiError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return _from_api(stream, answer["message"])

    async def last_of_each(self, stream: str, subjects: Sequence[str]) -> list[Message]:
        """The newest message of each of many concrete subjects, in bulk; absent ones are left out."""
        found: list[Message] = []
        for start in range(0, len(subjects), LAST_BATCH):
            ask = {"multi_last": list(subjects[start : start + LAST_BATCH])}
            answers = await self._direct(stream, ask, timeout_seconds=10.0)
            found.extend(_message(stream, answer) for answer in answers)
        return found

    async def ends(self, stream: str) -> Ends:
        """First and last stored sequence."""
        state = (await self._api(f"STREAM.INFO.{stream}"))["state"]
        return Ends(state["first_seq"], state["last_seq"])

    async def _direct(self, stream: str, ask: Mapping[str, Any], *, timeout_seconds: float) -> list[Msg]:
        """The messages, without the status that ends them. Errors: Unavailable, when that says the server did not
        look: what was not asked must not be taken for what is not there.
        """
        subject, payload = f"$JS.API.DIRECT.GET.{stream}", orjson.dumps(ask)
        *found, last = await _once_more(
            lambda: self._requests.send(subject, payload, take=_ends_batch, timeout_seconds=timeout_seconds)
        )
        status = (last.headers or {})["Status"]
        if status not in (END_OF_BATCH, NO_MESSAGE):
            raise Unavailable(f"{stream} does not answer: status {status}")
        return found

    async def _api(self, call: str, ask: Mapping[str, Any] | None = None, *, timeout_seconds: float = 5.0) -> Any:
        return await _once_more(lambda: self._requests.api(call, ask, timeout_seconds=timeout_seconds))


async def _once_more(ask: Callable[[], Awaitable[A]]) -> A:
    """A question changes nothing, so one that was cut off is asked again; it waits for the connection to come back."""
    try:
        return await ask()
    except CutOff:
        return await ask()


def _message(stream: str, answer: Msg) -> Message:
    headers = answer.headers or {}
    return Message(
        stream=stream,
        seq=int(headers["Nats-Sequence"]),
        subject=headers["Nats-Subject"],
        body=answer.data,
        headers=headers,
    )


def _from_api(stream: str, message: dict[str, str]) -> Message:
    return Message(
        stream=stream,
        seq=int(message["seq"]),
        subject=message["subject"],
        body=b64decode(message.get("data", "")),
        stored_at=datetime.fromisoformat(message["time"]),
    )
