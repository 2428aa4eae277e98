"""Stream `post`: a post opens, changes and closes; members take its places and leave them, never more than there are.

Who serves where is said twice in one append, by the post and by the member: the post's version keeps its places from
running over when two people are taken on at once, the member's remembers the days for which hours may be logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from events.facts.base import Fact
from events.facts.decision import (
    Command,
    Decider,
    Decision,
    Decisions,
    UnknownFact,
    facts,
    nothing,
    refused,
)
from events.facts.member_service import PostLeft, PostTaken
from events.facts.people import several
from events.facts.post import PlaceFreed, PlaceTaken, PostChanged, PostClosed, PostOpened, PostTerms, ServiceKind
from services.registry.decide.centre import EntityKey
from services.registry.decide.member import Member, unable
from services.registry.decide.values import Name, Several, Text

PLACES_MAX: Final = 200
"""A post with more is several; closing one lets everybody go in a single append, which holds a thousand facts."""
WEEK_MINUTES: Final = 7 * 24 * 60

Weekdays = Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)]
Brief = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class OpenPost(Command):
    """A post of service in this community, open from `on` (today) on. `needs` are skills, each after 、."""

    name: Name
    kind: ServiceKind
    branch: EntityKey | None = None
    contact_branch: EntityKey | None = None
    needs: Several = None
    places: int = Field(default=1, ge=1, le=PLACES_MAX)
    minutes_week: int = Field(default=0, ge=0, le=WEEK_MINUTES)
    weekdays: Weekdays = ()
    begins: time | None = None
    ends: time | None = None
    building: Brief | None = None
    grid: Brief | None = None
    on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.begins and self.ends and self.ends <= self.begins:
            raise ValueError("ends must be later than begins")
        return self

    def terms(self) -> PostTerms:
        """What the fact says: days in order, each once."""
        return PostTerms(
            name=self.name, kind=self.kind, branch_id=self.branch, contact_branch_id=self.contact_branch,
            needs=several(self.needs), places=self.places, minutes_week=self.minutes_week,
            weekdays=tuple(sorted(set(self.weekdays))), begins=self.begins, ends=self.ends, building=self.building,
            grid=self.grid,
        )  # fmt: skip


class ChangePost(OpenPost):
    """The post as it is from `on` (today) on, whole."""


class ClosePost(Command):
    """Nobody serves there any more after today. `reason` goes into the fact's envelope."""

    reason: Text


class TakePost(Command):
    """The member said yes and serves from `on` (today) on."""

    on: date | None = None


class LeavePost(Command):
    """`on` (today) is the member's last day there. `reason` goes into the fact's envelope."""

    on: date | None = None
    reason: Text


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ServicePost(BaseModel):
    """What decisions about a post need to remember; without terms there is none yet."""

    model_config = ConfigDict(frozen=True)

    terms: PostTerms | None = None
    opened_on: date = date.min
    closed: bool = False
    serving: Mapping[str, date] = {}
    """Who serves there, and since when."""


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(post: ServicePost, fact: Fact, effective: date) -> ServicePost:
    """The post after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case PostOpened():
            return ServicePost(terms=fact.terms, opened_on=effective)
        case PostChanged():
            return post.model_copy(update={"terms": fact.terms})
        case PostClosed():
            return post.model_copy(update={"closed": True, "serving": {}})
        case PlaceTaken():
            return post.model_copy(update={"serving": {**post.serving, fact.member_id: effective}})
        case PlaceFreed():
            left = {who: since for who, since in post.serving.items() if who != fact.member_id}
            return post.model_copy(update={"serving": left})
        case _:
            raise UnknownFact("post", fact)


POST: Final = Decider(owner="registry", stream="post", initial=ServicePost(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def open_post(post: ServicePost, command: OpenPost, today: date) -> Decision:
    """The post may be filled. Opened already is no error."""
    on = command.on or today
    if post.terms is not None:
        return nothing()
    if on > today:
        return refused("in_future", day=on, today=today)
    return facts(PostOpened(terms=command.terms()), on=on)


def change(post: ServicePost, command: ChangePost, today: date) -> Decision:
    """The post is something else now. Nobody loses a place by it: fewer places than people are refused."""
    on, terms = command.on or today, command.terms()
    if post.terms is None or post.closed:
        return refused("no_post")
    if post.terms == terms:
        return nothing()
    if on > today:
        return refused("in_future", day=on, today=today)
    if terms.places < len(post.serving):
        return refused("more_serve", serving=len(post.serving), places=terms.places)
    return facts(PostChanged(terms=terms), on=on)


def close(post: ServicePost, people: Mapping[str, Member], today: date, *, post_id: str) -> Decisions:
    """The post ends, and everybody's service in it: one append. `people` are those who were known to serve there."""
    if post.terms is None:
        return refused("no_post")
    if post.closed:
        return {}
    if post.serving.keys() - people.keys():
        return refused("served_meanwhile")
    left = facts(PostLeft(post_id=post_id), on=today)
    return {post_id: facts(PostClosed(), on=today), **{who: left for who in people if who in post.serving}}


def take(
    post: ServicePost, member: Member, command: TakePost, today: date, *, post_id: str, member_id: str
) -> Decisions:
    """A member who said yes takes a place, if there is one. Neither age nor absence is a reason to refuse."""
    on = command.on or today
    if refusal := unable(member):
        return refusal
    if post.terms is None or post.closed:
        return refused("no_post")
    if member_id in post.serving:
        return {}
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < post.opened_on:
        return refused("before_post", opened_on=post.opened_on)
    if (left := member.serving.last_left(post_id)) and on < left:
        return refused("served_then", until=left)
    if len(post.serving) >= post.terms.places:
        return refused("post_full", places=post.terms.places)
    taken = PostTaken(post_id=post_id, kind=post.terms.kind)
    return {post_id: facts(PlaceTaken(member_id=member_id), on=on), member_id: facts(taken, on=on)}


def leave(
    post: ServicePost, member: Member, command: LeavePost, today: date, *, post_id: str, member_id: str
) -> Decisions:
    """The member serves there no more. Also whoever died or moved away leaves only because a person says so."""
    on = command.on or today
    if post.terms is None:
        return refused("no_post")
    if member_id not in post.serving:
        return {}
    if on > today:
        return refused("in_future", day=on, today=today)
    since, last = post.serving[member_id], member.serving.last_day(post_id)
    if on < since:
        return refused("before_taking", since=since)
    if last is not None and on < last:
        return refused("hours_after", day=last)
    return {
        post_id: facts(PlaceFreed(member_id=member_id), on=on),
        member_id: facts(PostLeft(post_id=post_id), on=on),
    }
