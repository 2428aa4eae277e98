"""The durable consumer of one service on one log stream: what it must look like, and making it.

It is made once and explicitly. One that exists with other settings is reported and never changed: a person decided
them, or another version did (PITFALLS 17).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from events.log.jetstream.rpc import ApiError, Requests

ACK_WAIT_SECONDS: Final = 30.0
UNACKNOWLEDGED_MAX: Final = 2_000
_NANOSECONDS: Final = 1_000_000_000
_NO_CONSUMER: Final = 10014


def consumer_name(service: str, source: str) -> str:
    """The durable's name: who reacts to whom."""
    return f"{service}-reacts-to-{source}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the server says of a consumer."""

    done: int
    """The stream sequence up to which everything is acknowledged."""
    delivered: int
    """The highest stream sequence that was handed out."""
    pending: int
    """Messages that were not handed out yet, and those handed out and not acknowledged."""
    differences: tuple[str, ...]


class Durable:
    """One durable consumer, asked about and made through the JetStream API."""

    def __init__(self, requests: Requests, service: str, source: str, ack_wait_seconds: float) -> None:
        self.name = consumer_name(service, source)
        self.log_stream = source.upper()
        self.subject = f"fact.{source}.>"
        self._requests = requests
        self._wanted: dict[str, Any] = {
            "durable_name": self.name,
            "ack_policy": "explicit",
            "ack_wait": int(ack_wait_seconds * _NANOSECONDS),
            "max_ack_pending": UNACKNOWLEDGED_MAX,
            "max_deliver": -1,
            "filter_subject": self.subject,
            "replay_policy": "instant",
        }

    async def look(self) -> Standing | None:
        """How it stands; None if there is no such consumer. Raises what `Requests.api` raises."""
        try:
            info = await self._requests.api(f"CONSUMER.INFO.{self.log_stream}.{self.name}", timeout_seconds=2.0)
        except ApiError as error:
            if error.code == _NO_CONSUMER:
                return None
            raise
        return Standing(
            done=info["ack_floor"]["stream_seq"],
            delivered=info["delivered"]["stream_seq"],
            pending=info["num_pending"] + info["num_ack_pending"],
            differences=tuple(self._differences(info["config"])),
        )

    async def make(self, after: int) -> None:
        """Make it, to deliver everything behind `after`."""
        start: dict[str, Any] = {"deliver_policy": "all"}
        if after:
            start = {"deliver_policy": "by_start_sequence", "opt_start_seq": after + 1}
        body = {"stream_name": self.log_stream, "config": {**self._wanted, **start}, "action": "create"}
        await self._requests.api(f"CONSUMER.CREATE.{self.log_stream}.{self.name}", body)

    def _differences(self, config: Mapping[str, Any]) -> list[str]:
        """Where it starts is not compared: one that was made again starts later."""
        return [
            f"{name} is {config.get(name)!r}, expected {value!r}"
            for name, value in self._wanted.items()
            if config.get(name) != value
        ]
