"""An address is opened once for one visitor, and revoked for good."""

from __future__ import annotations

from events.facts.feed import FeedOpened, FeedRevoked
from services.care.decide.feed import FEED, OpenFeed, open_feed, revoke_feed
from tests.care.decide.test_plan import TODAY
from tests.given import given

OPEN = OpenFeed(visitor="laoli", scope="demo.jinqiao", digest="ab" * 32)
OPENED = FeedOpened(visitor="laoli", scope="demo.jinqiao", digest="ab" * 32)


def test_it_is_opened_once() -> None:
    given(FEED).when(lambda feed: open_feed(feed, OPEN, TODAY)).then(OPENED, on=TODAY).then_again_nothing()
    other = OPEN.model_copy(update={"visitor": "xiaowang"})
    given(FEED, OPENED).when(lambda feed: open_feed(feed, other, TODAY)).then_refused("feed_stands")


def test_it_is_revoked_once_and_does_not_come_back() -> None:
    given(FEED, OPENED).when(lambda feed: revoke_feed(feed, TODAY)).then(FeedRevoked(), on=TODAY).then_again_nothing()
    given(FEED, OPENED, FeedRevoked()).when(lambda feed: open_feed(feed, OPEN, TODAY)).then_refused("feed_stands")
    given(FEED).when(lambda feed: revoke_feed(feed, TODAY)).then_refused("no_feed")
