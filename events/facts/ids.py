"""Ids that follow from their cause: the same fact and policy give the same id, however often they are asked."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = 7
_VARIANT = 0b10


def derived_uuid7(moment: datetime, *parts: str) -> str:
    """A UUIDv7 (RFC 9562) whose time is `moment` (milliseconds) and whose other 74 bits are SHA-256 of the parts.

    For ids that a reaction creates: `moment` is when the causing fact was recorded, the parts name the causing fact
    and the policy (and which of several). A reaction that runs again then names the same visit or notice again, and
    the decision about it is "already so". `moment` must know its time zone; there must be at least one part.
    """
    if moment.tzinfo is None:
        raise ValueError("the moment of a derived id must know its time zone")
    if not parts:
        raise ValueError("a derived id needs at least one part besides its moment")
    digest = hashlib.sha256(b"".join(len(raw).to_bytes(4) + raw for raw in map(str.encode, parts))).digest()
    chance = int.from_bytes(digest[:10]) & (1 << 74) - 1
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    number = milliseconds << 80 | _VERSION << 76 | (chance >> 62) << 64 | _VARIANT << 62 | chance & (1 << 62) - 1
    return str(UUID(int=number))
