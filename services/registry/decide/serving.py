"""What decisions about a member remember of service: the wish, answers to posts, stints in them, and the hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.member_service import (
    Availability,
    PostDeclined,
    PostKept,
    PostKeptWithdrawn,
    PostLeft,
    PostOffered,
    PostTaken,
    ServiceHoursLogged,
    ServiceHoursWithdrawn,
    ServiceNotWished,
    ServicePart,
    ServiceWished,
    ServiceWishWithdrawn,
)
from events.facts.post import ServiceKind


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Wish(_Part):
    """A wish to serve in these kinds, or (`asked` False) not to be asked. `availability` is None if unreadable."""

    asked: bool
    kinds: tuple[ServiceKind, ...] = ()
    availability: Availability | None = None
    until: date | None = None
    why: str | None = None


class Reply(_Part):
    """What was said when a post was offered; without `not_before` the member thinks it over."""

    on: date
    not_before: date | None = None


class Stint(_Part):
    """From the first day in a post to the last, both included; without a last one the member is there."""

    post_id: str
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """True if the member served in the post on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Entry(_Part):
    """Hours that count."""

    post_id: str
    day: date
    minutes: int


class Kept(_Part):
    """An absence in spite of which somebody stays in a post."""

    away_since: date
    away_to: str


class Serving(_Part):
    """All of it. `entries` are those not withdrawn, by id; `withdrawn` the ids of the others."""

    wish: Wish | None = None
    replies: Mapping[str, Reply] = {}
    stints: tuple[Stint, ...] = ()
    entries: Mapping[str, Entry] = {}
    withdrawn: tuple[str, ...] = ()
    kept: Mapping[str, Kept] = {}
    """By post: in spite of which absence a person decided that they stay."""

    def here(self, post_id: str) -> Stint | None:
        """The stint in a post that has not ended."""
        return next((each for each in self.stints if each.post_id == post_id and each.until is None), None)

    def last_left(self, post_id: str) -> date | None:
        """The last day of the latest stint in a post that has ended."""
        return max((each.until for each in self.stints if each.post_id == post_id and each.until), default=None)

    def served(self, post_id: str, day: date) -> bool:
        """True if the member held this post on that day."""
        return any(each.post_id == post_id and each.covers(day) for each in self.stints)

    def minutes_on(self, day: date) -> int:
        """What was served on a day, in all posts together."""
        return sum(each.minutes for each in self.entries.values() if each.day == day)

    def last_day(self, post_id: str) -> date | None:
        """The last day with hours in a post."""
        return max((each.day for each in self.entries.values() if each.post_id == post_id), default=None)

    def after(self, fact: ServicePart, effective: date) -> Serving:
        """The same after a fact."""
        return self.model_copy(update=_changed(self, fact, effective))


def _changed(known: Serving, fact: ServicePart, on: date) -> dict[str, Any]:
    match fact:
        case ServiceWished():
            when = None if is_hidden(fact.availability) else fact.availability
            return {"wish": Wish(asked=True, kinds=fact.kinds, availability=when)}
        case ServiceNotWished():
            why = None if is_hidden(fact.why) else fact.why
            return {"wish": Wish(asked=False, until=fact.until, why=why)}
        case ServiceWishWithdrawn():
            return {"wish": None}
        case PostOffered():
            return {"replies": {**known.replies, fact.post_id: Reply(on=on)}}
        case PostDeclined():
            return {"replies": {**known.replies, fact.post_id: Reply(on=on, not_before=fact.not_before)}}
        case PostTaken():
            replies = {post: reply for post, reply in known.replies.items() if post != fact.post_id}
            return {"stints": (*known.stints, Stint(post_id=fact.post_id, since=on)), "replies": replies}
        case PostLeft():
            ended = tuple(_ended(each, fact.post_id, on) for each in known.stints)
            return {"stints": ended, "kept": _without(known.kept, fact.post_id)}
        case PostKept():
            return {"kept": {**known.kept, fact.post_id: Kept(away_since=fact.away_since, away_to=fact.away_to)}}
        case PostKeptWithdrawn():
            return {"kept": _without(known.kept, fact.post_id)}
        case ServiceHoursLogged():
            entry = Entry(post_id=fact.post_id, day=on, minutes=fact.minutes)
            return {"entries": {**known.entries, fact.entry_id: entry}}
        case ServiceHoursWithdrawn():
            left = {each: entry for each, entry in known.entries.items() if each != fact.entry_id}
            return {"entries": left, "withdrawn": (*known.withdrawn, fact.entry_id)}


def _without(kept: Mapping[str, Kept], post_id: str) -> dict[str, Kept]:
    return {post: one for post, one in kept.items() if post != post_id}


def _ended(stint: Stint, post_id: str, on: date) -> Stint:
    here = stint.post_id == post_id and stint.until is None
    return stint.model_copy(update={"until": on}) if here else stint
