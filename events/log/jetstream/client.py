"""The NATS connection that every service reads and writes its log with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.errors import BadSubjectError, MaxPayloadError

_STATUS: Final = b"NATS/1.0 "
"""How the headers of a status message begin; others have a line's end after the version."""
_HEAD_BYTES: Final = len(b"NATS/1.0\r\n\r\n")
"""What a block of headers has besides its lines."""
_WHITE: Final = " \t\n\r\v\f"
"""What `bytes.strip` takes for white; `str.strip` would take more."""


_TOGETHER: Final = 100
"""Messages handed to the socket at once: some 100 kB, far below what nats-py lets wait."""


Fed = Callable[[str, str, bytes], None]
"""(subject, reply, body) of a message that arrived."""


class Outgoing(NamedTuple):
    """A message to publish. The headers are ours: `name: value` in plain ASCII, every line ended by CR LF."""

    subject: str
    body: bytes
    headers: str
    reply: str = ""


class LogClient(Client):
    """nats-py's client, with a shorter way for a replay and for an atomic batch.

    Every stored fact carries the headers of its batch; reading them was half the cost of receiving it (11 µs of 22).
    So header lines are taken apart in a fifth of the time (a block that is not plain is left to nats-py, and a test
    compares the two), and what a follower receives is handed over as it arrives, without headers, queue and task.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fed: dict[int, Fed] = {}

    def feed(self, subscription: Subscription, fed: Fed) -> None:
        """From now on hand over this subscription's messages at once; status messages still go to its callback."""
        self._fed[subscription._id] = fed

    def starve(self, subscription: Subscription) -> None:
        """Undo `feed`."""
        self._fed.pop(subscription._id, None)

    async def publish_all(self, messages: Sequence[Outgoing]) -> None:
        """As `publish` one after the other, at a third of its cost. Raises what that raises.

        The first and the last go nats-py's way: if the connection is closed or lost, that says so.
        """
        middle = messages[1:-1]
        await self._publish_one(messages[0])
        for start in range(0, len(middle), _TOGETHER):
            await self._send_command(self._framed(middle[start : start + _TOGETHER]))
            await self._flush_pending()
        self.stats["out_msgs"] += len(middle)
        self.stats["out_bytes"] += sum(len(message.body) for message in middle)
        if len(messages) > 1:
            await self._publish_one(messages[-1])

    async def _publish_one(self, message: Outgoing) -> None:
        headers = dict(line.split(": ", 1) for line in message.headers.splitlines())
        await self.publish(message.subject, message.body, message.reply, headers)

    def _framed(self, messages: Sequence[Outgoing]) -> bytes:
        """`HPUB`, as https://docs.nats.io/reference/reference-protocols/nats-protocol has it, one after the other."""
        subjects = [message.subject for message in messages]
        named = " ".join(subjects)
        if not named.isascii() or named.split() != subjects:
            raise BadSubjectError
        if max(len(message.body) for message in messages) > self._max_payload:
            raise MaxPayloadError
        parts: list[bytes] = []
        for subject, body, headers, reply in messages:
            head = len(headers) + _HEAD_BYTES
            line = f"HPUB {subject} {reply} {head} {head + len(body)}\r\nNATS/1.0\r\n{headers}\r\n"
            parts += (line.encode("ascii"), body, b"\r\n")
        return b"".join(parts)

    async def _flush_pending(self, force_flush: bool = False) -> Any:
        """A socket that is found closed before the reader has noticed is a connection that was lost, not an error of
        whoever publishes: uvloop says RuntimeError then. What is pending is sent when the connection is back.
        """
        try:
            return await super()._flush_pending(force_flush)
        except (OSError, RuntimeError):
            return None

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        fed = self._fed.get(sid)
        if fed is None or (headers and headers.startswith(_STATUS)):
            await super()._process_msg(sid, subject, reply, data, headers)
            return
        self.stats["in_msgs"] += 1
        self.stats["in_bytes"] += len(data)
        fed(subject.decode(), reply.decode(), data)

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        if not raw.isascii():
            return Client._parse_header_lines(raw)
        found = {}
        for line in raw.decode("ascii").split("\r\n"):
            name, colon, value = line.partition(": ")
            if not colon or not name.replace("-", "").isalnum():
                if line:
                    return Client._parse_header_lines(raw)
                continue
            found[name] = value.strip(_WHITE)
        return found


async def connect(url: str, **options: Any) -> LogClient:
    """Connected, with the options of `nats.connect`. Raises what that raises."""
    client = LogClient()
    await client.connect(url, **options)
    return client
