"""Stream `member`, the part about service: what somebody wishes to do, the posts they hold, the hours they served."""

from __future__ import annotations

from datetime import date, time

from pydantic import BaseModel, ConfigDict

from events.facts.base import Contact, Sealed
from events.facts.member import MemberFact
from events.facts.post import ServiceKind


class Availability(BaseModel):
    """When and how much somebody can serve, as they said it. `weekdays` are 1 (Monday) to 7, none of them: any day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes_week_max: int | None = None
    weekdays: tuple[int, ...] = ()
    not_before: time | None = None
    not_after: time | None = None
    said: str | None = None


class ServiceWished(MemberFact, name="hearth.member.service_wished", version=1):
    """The member would like to serve, in these kinds of post: their own wish, and the last one holds. Source: R12."""

    kinds: tuple[ServiceKind, ...]
    availability: Sealed[Contact, Availability]


class ServiceNotWished(MemberFact, name="hearth.member.service_not_wished", version=1):
    """The member does not want to be asked, until a day if they named one. Source: DOMAIN R12."""

    until: date | None = None
    why: Sealed[Contact, str | None] = None


class ServiceWishWithdrawn(MemberFact, name="hearth.member.service_wish_withdrawn", version=1):
    """What was put down as the member's wish is no more: nothing is known of one. Source: DOMAIN R12."""


class PostOffered(MemberFact, name="hearth.member.post_offered", version=1):
    """The member was asked and thinks it over. Source: DOMAIN R12."""

    post_id: str


class PostDeclined(MemberFact, name="hearth.member.post_declined", version=1):
    """The member was asked and said no; nobody proposes it again before `not_before`. Source: DOMAIN R12."""

    post_id: str
    not_before: date
    why: Sealed[Contact, str | None] = None


class PostTaken(MemberFact, name="hearth.member.post_taken", version=1, published=True):
    """The member serves in this post from the effective day on, and perhaps in others. Source: DOMAIN R12, §3."""

    post_id: str
    kind: ServiceKind


class PostLeft(MemberFact, name="hearth.member.post_left", version=1, published=True):
    """The effective day was the member's last in this post; the envelope says why. Source: DOMAIN R12."""

    post_id: str


class ServiceHoursLogged(MemberFact, name="hearth.member.service_hours_logged", version=1, published=True):
    """The member served so many minutes in this post on the effective day. Source: DOMAIN R12, §3.

    `entry_id` is what a correction names; several people of one post and day may share it.
    """

    entry_id: str
    post_id: str
    minutes: int
    what: Sealed[Contact, str]


class ServiceHoursWithdrawn(MemberFact, name="hearth.member.service_hours_withdrawn", version=1, published=True):
    """This entry was wrong and counts for nothing; the envelope says why. Source: DOMAIN R12."""

    entry_id: str


class PostKept(MemberFact, name="hearth.member.post_kept", version=1):
    """A person decided that the member stays in this post although they are away: since this day, at this place.

    It holds for that absence at that place; should they move on, or leave anew, somebody is asked again. Source: R12.
    """

    post_id: str
    away_since: date
    away_to: str


class PostKeptWithdrawn(MemberFact, name="hearth.member.post_kept_withdrawn", version=1):
    """That decision was a slip: whether the member stays in this post is open again. Source: DOMAIN R12."""

    post_id: str


ServicePart = (
    ServiceWished
    | ServiceNotWished
    | ServiceWishWithdrawn
    | PostOffered
    | PostDeclined
    | PostTaken
    | PostLeft
    | PostKept
    | PostKeptWithdrawn
    | ServiceHoursLogged
    | ServiceHoursWithdrawn
)
