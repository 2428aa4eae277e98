"""Small files of people, such as a photo: sealed like a field, kept beside the facts and not among them.

A fact names the file and the digest of what lies there; a replay of the facts never has to carry the files. A file is
bound to its person and to its id, under the person's key: who is forgotten takes the files along.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from events.facts.base import Purpose
from events.log.port import Conflict, Log, Write
from events.log.seal import KeyRing

_FIELD = "file"


@dataclass(frozen=True, slots=True)
class Kept:
    """What lies there: the SHA-256 of the sealed file, and how large the file is inside."""

    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """The files of one service in a bucket of its own."""

    service: str
    bucket: str
    log: Log
    keys: KeyRing

    async def keep(self, person: str, file_id: str, purpose: Purpose, content: bytes) -> Kept:
        """Keep a file, durably; what lies under that id already stays. Raises `Erased`, `LogError`."""
        await self.keys.ensure([person])
        sealed = self.keys.seal(person, purpose, file_id, _FIELD, content).encode("ascii")
        try:
            await self.log.append(self._stream, [Write(self._subject(file_id), 0, [(f"file-{file_id}", sealed)])])
        except Conflict:
            standing = await self.log.read_last(self._stream, self._subject(file_id))
            if standing is None:
                raise
            sealed = standing.body
        return Kept(hashlib.sha256(sealed).hexdigest(), len(content))

    async def opened(self, person: str, file_id: str) -> bytes | None:
        """The file; None if there is none, or if nobody can open it any more. Raises `Tampered`, `LogError`."""
        message = await self.log.read_last(self._stream, self._subject(file_id))
        if message is None or not message.body:
            return None
        await self.keys.prefetch([(self.service, person)])
        return self.keys.open(self.service, person, file_id, _FIELD, message.body.decode("ascii"))

    @property
    def _stream(self) -> str:
        return f"KV_{self.bucket}"

    def _subject(self, file_id: str) -> str:
        return f"$KV.{self.bucket}.{file_id}"
