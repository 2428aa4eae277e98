"""The two key-value buckets of identity. The box provisions them; here they are only opened."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, BucketNotFoundError, NoStreamResponseError
from nats.js.kv import KeyValue

from services.shell.i18n import gettext as _
from services.shell.problems import Unavailable

ACCOUNTS = "ACCOUNTS"
SESSIONS = "SESSIONS"

#: Gives the context when it is needed: applications are built before their broker is connected.
JetStream = Callable[[], JetStreamContext]
T = TypeVar("T")


class Bucket:
    """One bucket, opened on first use. Every method raises `Unavailable` while the broker does not answer."""

    def __init__(self, jetstream: JetStream, name: str) -> None:
        self._jetstream = jetstream
        self._name = name
        self._opened: KeyValue | None = None

    async def keys(self) -> list[str]:
        """What the bucket holds, deleted keys among it, sorted.

        Asked of the stream: nats-py's `keys` leaves a consumer behind for five minutes, and may find nothing where the
        messages arrive before its second question does.
        """
        stream, before = f"KV_{self._name}", f"$KV.{self._name}."
        info = await self.ask(lambda _kv: self._jetstream().stream_info(stream, subjects_filter=">"))
        return sorted(subject.removeprefix(before) for subject in info.state.subjects or {})

    async def ask(self, question: Callable[[KeyValue], Awaitable[T]]) -> T:
        """Run the question on the bucket. Errors of a missing key are the caller's to handle."""
        try:
            if self._opened is None:
                self._opened = await self._jetstream().key_value(self._name)
            return await question(self._opened)
        except (nats.errors.Error, BucketNotFoundError, NoStreamResponseError, OSError) as broken:
            if isinstance(broken, APIError) and not isinstance(broken, BucketNotFoundError):
                raise  # an answer, not silence
            self._opened = None
            raise Unavailable(_("登录信息暂时读不到。")) from broken
