"""Stream `feed`: an address is opened once for one visitor, and revoked once; it never comes back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.feed import FeedOpened, FeedRevoked


class OpenFeed(Command):
    """A secret address with the visits of an account in a scope; `digest` is the SHA-256 of its secret, in hex."""

    visitor: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    scope: str
    digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Feed(BaseModel):
    """Whose it is; None before it was opened."""

    model_config = ConfigDict(frozen=True)

    visitor: str | None = None
    digest: str = ""
    revoked: bool = False


def evolve(feed: Feed, fact: Fact, effective: date) -> Feed:
    """The address after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case FeedOpened():
            return Feed(visitor=fact.visitor, digest=fact.digest)
        case FeedRevoked():
            return feed.model_copy(update={"revoked": True})
        case _:
            raise UnknownFact("feed", fact)


FEED: Final = Decider(owner="care", stream="feed", initial=Feed(), evolve=evolve)


def open_feed(feed: Feed, command: OpenFeed, today: date) -> Decision:
    """The same again is the same address; another secret needs another address."""
    if feed.visitor is not None:
        same = (feed.visitor, feed.digest) == (command.visitor, command.digest) and not feed.revoked
        return nothing() if same else refused("feed_stands")
    return facts(FeedOpened(visitor=command.visitor, scope=command.scope, digest=command.digest), on=today)


def revoke_feed(feed: Feed, today: date) -> Decision:
    """Nobody reads there any more."""
    if feed.visitor is None:
        return refused("no_feed")
    return nothing() if feed.revoked else facts(FeedRevoked(), on=today)
