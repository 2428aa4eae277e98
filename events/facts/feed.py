"""Stream `feed`, owned by care: secret addresses at which a visitor's calendar program reads what they are to do.

The entity is the address's id. No facts about members; of the secret only its digest is kept.
"""

from __future__ import annotations

from events.facts.base import Fact


class FeedFact(Fact, owner="care", stream="feed"):
    """About one address."""


class FeedOpened(FeedFact, name="hearth.feed.opened", version=1):
    """Whoever knows the secret reads the visits of `visitor` (the name of an account) in `scope`. Source: issue 5.

    `digest` is the SHA-256 of the secret, in hex.
    """

    visitor: str
    scope: str
    digest: str


class FeedRevoked(FeedFact, name="hearth.feed.revoked", version=1):
    """The address answers nobody any more. Source: issue 5."""
