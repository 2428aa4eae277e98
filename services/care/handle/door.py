"""Carries out what concerns the door: putting a visit on record with what was brought back, and an attempt in vain."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from events.facts.care_visit import PhotoTaken
from events.facts.decision import Decision
from events.log.command import Asked, Receipt
from events.log.files import SealedFiles
from services.care.decide import care, door
from services.care.decide.cared import CARE, Cared
from services.care.decide.commands import AttemptVisit, RecordVisit
from services.care.handle.care import Care


@dataclass(frozen=True)
class Door:
    """One method per command; every one raises what `Commands.act` raises."""

    care: Care
    photos: SealedFiles

    async def record(
        self, asked: Asked, member_id: str, visit_id: str, command: RecordVisit, picture: bytes | None = None
    ) -> Receipt:
        """Somebody went, and this is what was said and brought back; `picture` has been drawn anew."""
        photo = None if picture is None else await self._kept(member_id, visit_id, command.by, picture)
        counts = self.care.policy_at(asked.community, command.made_on).together.visit_counts
        return await self._act(
            asked,
            member_id,
            lambda c: care.record_visit(c, visit_id, command, self.care.today(), photo, visit_counts=counts),
        )

    async def attempt(self, asked: Asked, member_id: str, visit_id: str, command: AttemptVisit) -> Receipt:
        """Somebody went and met nobody."""
        return await self._act(asked, member_id, lambda c: door.attempt_visit(c, visit_id, command, self.care.today()))

    async def attach(self, asked: Asked, member_id: str, visit_id: str, by: str, picture: bytes) -> Receipt:
        """A photo of a visit that is on record."""
        photo = await self._kept(member_id, visit_id, by, picture)
        return await self._act(asked, member_id, lambda c: door.attach_photo(c, visit_id, photo))

    async def picture(self, member_id: str, photo_id: str) -> bytes | None:
        """A photo, opened; who sees it was written down before. None if it cannot be opened any more."""
        return await self.photos.opened(member_id, photo_id)

    async def _kept(self, member_id: str, visit_id: str, by: str, picture: bytes) -> PhotoTaken:
        """The picture lies there before the fact that names it; the same picture of the same visit lies there once."""
        photo_id = hashlib.sha256(visit_id.encode() + picture).hexdigest()[:32]
        kept = await self.photos.keep(member_id, photo_id, "care", picture)
        return PhotoTaken(visit_id=visit_id, photo_id=photo_id, by=by, digest=kept.digest, size_bytes=kept.size_bytes)

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Cared], Decision]) -> Receipt:
        return await self.care.commands.act(asked, CARE, member_id, decide)
