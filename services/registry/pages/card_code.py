"""What the QR code of a contact card says: which card, its number and its days, signed with the card key of the box.

Nothing about the person stands in it. Who reads it can tell a card of this office from a forged one without asking
anybody; whether it still holds, only the register knows.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PURPOSE: Final = b"hearth contact card 1\0"
"""Signed along with the code, so that no other signature of this key could ever pass for one."""
_FIRST_DAY: Final = date(2000, 1, 1)
_SIGNATURE: Final = 64
_HEAD: Final = 16 + 2 + 2
CODE_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """What a code says."""

    card_id: str
    number: str
    valid_from: date
    valid_until: date


class CardSeal:
    """Makes codes and tells true ones. `address` is where the box is reached from outside, "" if nobody has said."""

    def __init__(self, key: bytes, address: str = "") -> None:
        """`key` is 32 random bytes, the seed of an Ed25519 key."""
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self._public = self._key.public_key()
        self.address = address.rstrip("/")

    def code(self, claim: Claim) -> str:
        """The code: some 130 characters that may stand in an address. The same claim gives the same code."""
        body = UUID(claim.card_id).bytes + _days(claim.valid_from) + _days(claim.valid_until) + claim.number.encode()
        return urlsafe_b64encode(body + self._key.sign(_PURPOSE + body)).decode().rstrip("=")

    def read(self, code: str) -> Claim | None:
        """What a code says; None if this box did not sign exactly that."""
        try:
            whole = urlsafe_b64decode(code + "=" * (-len(code) % 4))
            body, signature = whole[:-_SIGNATURE], whole[-_SIGNATURE:]
            self._public.verify(signature, _PURPOSE + body)
            claim = Claim(str(UUID(bytes=body[:16])), body[_HEAD:].decode(), _day(body[16:18]), _day(body[18:_HEAD]))
        except (InvalidSignature, ValueError, binascii.Error):
            return None
        return claim if self.code(claim) == code else None  # there is one way to write it


def _days(day: date) -> bytes:
    return (day - _FIRST_DAY).days.to_bytes(2, "big")


def _day(days: bytes) -> date:
    return _FIRST_DAY + timedelta(days=int.from_bytes(days, "big"))
