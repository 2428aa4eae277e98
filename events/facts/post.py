"""Stream `post`, owned by registry: a post of service (mediation, patrol, lessons …) that members fill (发挥余热)."""

from __future__ import annotations

from datetime import time
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact


class ServiceKind(StrEnum):
    """What a post is about, and what somebody wishes to do. Source: DOMAIN R12."""

    MEDIATION = "mediation"
    ENVIRONMENT = "environment"
    YOUTH = "youth"
    ADVICE = "advice"
    PATROL = "patrol"
    TEAM = "team"
    OTHER = "other"


class PostTerms(BaseModel):
    """What a post is and asks for.

    `branch_id` is the branch whose post it is, None for the whole community's; `contact_branch_id` the one to turn to.
    `weekdays` are 1 (Monday) to 7, none of them: any day; `minutes_week` 0: as it comes. The building, as cards have
    it, and the grid say where it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: ServiceKind
    branch_id: str | None = None
    contact_branch_id: str | None = None
    needs: tuple[str, ...] = ()
    places: int
    minutes_week: int = 0
    weekdays: tuple[int, ...] = ()
    begins: time | None = None
    ends: time | None = None
    building: str | None = None
    grid: str | None = None


class PostFact(Fact, owner="registry", stream="post"):
    """About one post; the entity is the post's id."""


class PostOpened(PostFact, name="hearth.post.post_opened", version=1, published=True):
    """The post may be filled from the effective day on. Source: DOMAIN R12."""

    terms: PostTerms


class PostChanged(PostFact, name="hearth.post.post_changed", version=1, published=True):
    """From the effective day on the post is this, as a whole. Source: DOMAIN R12."""

    terms: PostTerms


class PostClosed(PostFact, name="hearth.post.post_closed", version=1, published=True):
    """Nobody serves there after the effective day; the envelope says why. Source: DOMAIN R12."""


class PlaceTaken(PostFact, name="hearth.post.place_taken", version=1):
    """One of the post's places is this member's: the post's side of `PostTaken`, which keeps places from running over.

    Source: DOMAIN R12.
    """

    member_id: str


class PlaceFreed(PostFact, name="hearth.post.place_freed", version=1):
    """The member's place is free again: the post's side of `PostLeft`. Source: DOMAIN R12."""

    member_id: str
