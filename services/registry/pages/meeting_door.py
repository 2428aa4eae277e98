"""The door of a meeting room: the code on the screen, which changes every half minute, and what it opens.

The code is signed and short-lived. A phone that opens it gets a ticket for a few minutes, time enough to type a name.
Both are made from the box's own key and stored nowhere; both say which meeting they are for and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.shell.identity.limits import Limit

CODE_SECONDS: Final = 30
"""So long a code stands on the screen; the one before it is good for as long again."""
TICKET_SECONDS: Final = 300
_TRIES, _TRIES_AT_A_PLACE, _SECONDS = 5, 100, 300
"""Wrong tries of one ticket, and of one name at one meeting; and of a place, which a whole room may share."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Which meeting a code or a ticket is for; `serial` tells tickets apart."""

    meeting_id: str
    community: str
    serial: str


class Door:
    """Signs codes and tickets, looks at them, and counts wrong tries."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        self._key = hmac.digest(key, b"hearth/meeting-door", hashlib.sha256)
        self._clock = clock
        self._by_ticket = Limit(_TRIES, _SECONDS)
        self._by_name = Limit(_TRIES, _SECONDS)
        self._by_place = Limit(_TRIES_AT_A_PLACE, _SECONDS)

    def code(self, meeting_id: str, community: str) -> str:
        """What the screen shows now: the same for everybody who looks within the same half minute."""
        slot = int(self._clock().timestamp()) // CODE_SECONDS
        return self._signed("code", meeting_id, community, "", slot * CODE_SECONDS)

    def opened(self, code: str) -> Admitted | None:
        """The meeting of a code that stands on the screen, or stood there a moment ago; None of any other text."""
        found = self._read("code", code)
        if found is None:
            return None
        admitted, since = found
        return admitted if 0 <= self._now() - since < 2 * CODE_SECONDS else None

    def ticket(self, admitted: Admitted, serial: str) -> str:
        """What a phone that opened the code holds while its owner types."""
        return self._signed("ticket", admitted.meeting_id, admitted.community, serial, self._now())

    def shown(self, ticket: str) -> Admitted | None:
        """The meeting of a ticket that is still good."""
        found = self._read("ticket", ticket)
        if found is None:
            return None
        admitted, since = found
        return admitted if 0 <= self._now() - since < TICKET_SECONDS else None

    def tries(self, admitted: Admitted, name: str, place: str) -> None:
        """Count a try before it is looked at. Errors: TooMany."""
        self._by_ticket.attempt(admitted.serial)
        self._by_name.attempt(f"{admitted.meeting_id}/{name}")
        self._by_place.attempt(f"{admitted.meeting_id}/{place}")

    def knows(self, admitted: Admitted, name: str, place: str) -> None:
        """It was right: this try, and those before it of this name, do not count."""
        self._by_ticket.take_back(admitted.serial)
        self._by_name.forgive(f"{admitted.meeting_id}/{name}")
        self._by_place.take_back(f"{admitted.meeting_id}/{place}")

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _signed(self, kind: str, *parts: object) -> str:
        text = "|".join(str(part) for part in parts)
        return f"{urlsafe_b64encode(text.encode()).decode().rstrip('=')}.{self._signature(kind, text)}"

    def _signature(self, kind: str, text: str) -> str:
        whole = hmac.digest(self._key, f"{kind}:{text}".encode(), hashlib.sha256)
        return urlsafe_b64encode(whole[:18]).decode()

    def _read(self, kind: str, signed: str) -> tuple[Admitted, int] | None:
        body, _dot, signature = signed.partition(".")
        try:
            text = urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
        except (NotBase64, ValueError):
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(kind, text).encode()):
            return None
        meeting_id, community, serial, since = text.split("|")
        return Admitted(meeting_id, community, serial), int(since)
