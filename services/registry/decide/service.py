"""Stream `member`, the part about service: what somebody wishes, what they answered, and the hours they served."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from events.facts.member_service import (
    Availability,
    PostDeclined,
    PostKept,
    PostKeptWithdrawn,
    PostOffered,
    ServiceHoursLogged,
    ServiceHoursWithdrawn,
    ServiceNotWished,
    ServiceWished,
    ServiceWishWithdrawn,
)
from events.facts.post import ServiceKind
from services.registry.decide.member import Member, Standing, unable
from services.registry.decide.post import WEEK_MINUTES, Weekdays
from services.registry.decide.serving import Kept, Wish
from services.registry.decide.talents_policy import AskingRule
from services.registry.decide.values import Line

DAY_MINUTES: Final = 24 * 60


class WishService(Command):
    """The member would like to serve: in which kinds of post, when, and how much at most."""

    kinds: Annotated[tuple[ServiceKind, ...], Field(min_length=1, max_length=len(ServiceKind))]
    minutes_week_max: int | None = Field(default=None, ge=30, le=WEEK_MINUTES)
    weekdays: Weekdays = ()
    not_before: time | None = None
    not_after: time | None = None
    said: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.not_before and self.not_after and self.not_after <= self.not_before:
            raise ValueError("not_after must be later than not_before")
        return self


class DoNotAsk(Command):
    """The member does not want to be asked, until a day if they named one."""

    until: date | None = None
    reason: Line | None = None


class WithdrawWish(Command):
    """What was put down as the member's wish is no more."""


class AnswerPost(Command):
    """What the member said when a post was offered: still thinking, or no, and not again before a day.

    A yes is `TakePost`. Without `not_before` the rules say how long nobody asks again.
    """

    answer: Literal["considering", "declined"]
    not_before: date | None = None
    reason: Line | None = None


class LogHours(Command):
    """The member served on a day."""

    on: date
    minutes: int = Field(ge=1, le=DAY_MINUTES)
    what: Line


class WithdrawHours(Command):
    """An entry was wrong. `reason` goes into the fact's envelope."""

    reason: Line


def wish(member: Member, command: WishService, today: date) -> Decision:
    """Keep the wish; it replaces what was said before."""
    if refusal := unable(member):
        return refusal
    kinds = tuple(kind for kind in ServiceKind if kind in command.kinds)
    weekdays = tuple(sorted(set(command.weekdays)))
    when = Availability.model_validate(command.model_dump(exclude={"kinds"}) | {"weekdays": weekdays})
    if member.serving.wish == Wish(asked=True, kinds=kinds, availability=when):
        return nothing()
    return facts(ServiceWished(kinds=kinds, availability=when), on=today)


def do_not_ask(member: Member, command: DoNotAsk, today: date) -> Decision:
    """Keep that the member does not want to be asked."""
    if refusal := unable(member):
        return refusal
    if command.until is not None and command.until <= today:
        return refused("until_passed", until=command.until)
    if member.serving.wish == Wish(asked=False, until=command.until, why=command.reason):
        return nothing()
    return facts(ServiceNotWished(until=command.until, why=command.reason), on=today)


def withdraw_wish(member: Member, today: date) -> Decision:
    """Nothing is known of a wish."""
    return nothing() if member.serving.wish is None else facts(ServiceWishWithdrawn(), on=today)


def answer(member: Member, command: AnswerPost, today: date, rule: AskingRule, *, post_id: str) -> Decision:
    """Keep what the member said when asked."""
    if refusal := unable(member):
        return refusal
    if member.serving.here(post_id):
        return refused("serves_already")
    before = member.serving.replies.get(post_id)
    if command.answer == "considering":
        same = before is not None and before.on == today and before.not_before is None
        return nothing() if same else facts(PostOffered(post_id=post_id), on=today)
    not_before = command.not_before or today + timedelta(days=rule.again_days)
    if not_before <= today:
        return refused("until_passed", until=not_before)
    if before is not None and before.not_before == not_before:
        return nothing()
    return facts(PostDeclined(post_id=post_id, not_before=not_before, why=command.reason), on=today)


class KeepPost(Command):
    """The member stays in the post although they are away. `reason` goes into the fact's envelope."""

    reason: Line | None = None


def keep(member: Member, command: KeepPost, today: date, *, post_id: str) -> Decision:
    """A person decides about a doubt; without one there is nothing to decide. Nobody who is dead stays in a post."""
    if refusal := unable(member):
        return refusal
    if member.serving.here(post_id) is None:
        return refused("not_in_post")
    if member.away is None:
        return refused("nothing_doubtful")
    kept = Kept(away_since=member.away.since, away_to=member.away.destination)
    if member.serving.kept.get(post_id) == kept:
        return nothing()
    return facts(PostKept(post_id=post_id, **kept.model_dump()), on=today)


def withdraw_keep(member: Member, today: date, *, post_id: str) -> Decision:
    """The decision was a slip."""
    kept = post_id in member.serving.kept
    return facts(PostKeptWithdrawn(post_id=post_id), on=today) if kept else nothing()


def log_hours(member: Member, command: LogHours, today: date, *, post_id: str, entry_id: str) -> Decision:
    """Hours in a post the member held on that day; not more than a day has. What lies before a death may come late."""
    if entry_id in member.serving.entries:
        return nothing()
    if refusal := _cannot_have_served(member, command.on):
        return refusal
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if not member.serving.served(post_id, command.on):
        return refused("not_serving_then", day=command.on)
    known = member.serving.minutes_on(command.on)
    if known + command.minutes > DAY_MINUTES:
        return refused("day_too_long", day=command.on, minutes=known)
    logged = ServiceHoursLogged(entry_id=entry_id, post_id=post_id, minutes=command.minutes, what=command.what)
    return facts(logged, on=command.on)


def _cannot_have_served(member: Member, day: date) -> Refused | None:
    if member.standing is Standing.DIED and member.died_on is not None and day <= member.died_on:
        return None
    return unable(member)


def withdraw_hours(member: Member, today: date, *, entry_id: str) -> Decision:
    """The entry counts for nothing any more."""
    if entry_id in member.serving.withdrawn:
        return nothing()
    if entry_id not in member.serving.entries:
        return refused("no_entry")
    return facts(ServiceHoursWithdrawn(entry_id=entry_id), on=today)
