"""Which secret addresses there are, whose, and since when; found by the digest of the secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Date, Index, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.feed import FeedOpened, FeedRevoked
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "feed",
    MetaData(),
    Column("feed_id", Text, primary_key=True),
    community_column(),
    Column("visitor", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("revoked_on", Date),
    Index("feed_by_digest", "digest"),
)

view = View("feed", version=1, table=table, doc="Secret addresses of calendars: whose, opened and revoked when.")


@view.on(FeedOpened)
def _(_row: Row | None, fact: FeedOpened, about: About) -> Row:
    return {
        "visitor": fact.visitor,
        "scope": fact.scope,
        "digest": fact.digest,
        "opened_on": about.effective,
        "revoked_on": None,
    }


@view.on(FeedRevoked)
def _(row: Row | None, _fact: FeedRevoked, about: About) -> Row | None:
    return None if row is None else row | {"revoked_on": about.effective}


_COLUMNS = [column for column in table.columns if column.name not in ("community", "digest")]


async def feeds_of(db: AsyncConnection, visitor: str) -> list[Mapping[str, Any]]:
    """The addresses of this visitor that answer, the latest first."""
    query = select(*_COLUMNS).where(table.c.visitor == visitor, table.c.revoked_on.is_(None))
    return [dict(row._mapping) for row in await db.execute(query.order_by(table.c.opened_on.desc(), table.c.feed_id))]


async def by_digest(db: AsyncConnection, digest: str) -> Mapping[str, Any] | None:
    """The address with this secret, if it answers."""
    query = select(*_COLUMNS).where(table.c.digest == digest, table.c.revoked_on.is_(None))
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def one(db: AsyncConnection, feed_id: str) -> Mapping[str, Any] | None:
    """One address, revoked or not."""
    row = (await db.execute(select(*_COLUMNS).where(table.c.feed_id == feed_id))).one_or_none()
    return None if row is None else dict(row._mapping)
