"""Who wishes to serve and how, what was answered when a post was offered, and who may be asked for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    any_,
    exists,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member_service import (
    Availability,
    PostDeclined,
    PostOffered,
    PostTaken,
    ServiceNotWished,
    ServiceWished,
    ServiceWishWithdrawn,
)
from events.facts.post import PostTerms
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import inside, path_text
from services.registry.project import member, post

wishes = Table(
    "service_wish",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    # The community as text, as on the card: what an index finds under row security.
    Column("place", Text, nullable=False),
    Column("asked", Boolean, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("minutes_week_max", Integer),
    Column("weekdays", JSONB, nullable=False),
    # Times of day as HH:MM.
    Column("not_before", Text),
    Column("not_after", Text),
    Column("said", Text),
    Column("until", Date),
    Column("since", Date, nullable=False),
    Index("service_wish_by_place", "place", "member_id"),
)

replies = Table(
    "post_reply",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("post_id", Text, primary_key=True),
    community_column(),
    Column("said_on", Date, nullable=False),
    Column("not_before", Date),
    Column("why", Text),
    Index("post_reply_by_post", "post_id", "member_id"),
)

view = View("service_wish", version=1, table=wishes, doc="Who wishes to serve, how and when; who does not.")
answers = View("post_reply", version=1, table=replies, doc="Who thinks a post over, and who said no until when.")


@view.on(ServiceWished)
def _(_row: Row | None, fact: ServiceWished, about: About) -> Row:
    when = Availability() if is_hidden(fact.availability) else fact.availability
    times = {"not_before": post.clock_time(when.not_before), "not_after": post.clock_time(when.not_after)}
    said = when.model_dump() | {"weekdays": list(when.weekdays)} | times
    return _blank(about) | {"asked": True, "kinds": [kind.value for kind in fact.kinds]} | said


@view.on(ServiceNotWished)
def _(_row: Row | None, fact: ServiceNotWished, about: About) -> Row:
    return _blank(about) | {"until": fact.until, "said": None if is_hidden(fact.why) else fact.why}


@view.on(ServiceWishWithdrawn)
def _(_row: Row | None, _fact: ServiceWishWithdrawn, _about: About) -> None:
    """What was said goes with the wish."""


def _blank(about: About) -> Row:
    return {"place": about.community, "asked": False, "kinds": [], "weekdays": [], "since": about.effective}


@answers.on(PostOffered, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(_row: Row | None, _fact: PostOffered, about: About) -> Row:
    return {"said_on": about.effective, "not_before": None, "why": None}


@answers.on(PostDeclined, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(_row: Row | None, fact: PostDeclined, about: About) -> Row:
    return {"said_on": about.effective, "not_before": fact.not_before, "why": None if is_hidden(fact.why) else fact.why}


@answers.on(PostTaken, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(_row: Row | None, _fact: PostTaken, _about: About) -> None:
    """A yes is told by the post itself."""


_M = member.table.c


async def wish_of(db: AsyncConnection, member_id: str) -> Mapping[str, Any] | None:
    """What somebody wishes, or None if nobody knows."""
    own = [column for column in wishes.columns if column.name not in ("community", "place")]
    row = (await db.execute(select(*own).where(wishes.c.member_id == member_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def idle(
    db: AsyncConnection, kind: str = "", *, size: int, community: str = ""
) -> tuple[Sequence[dict[str, Any]], int]:
    """Who is here, wishes to serve (in this kind of post) and holds none, who waits longest first; how many in all."""
    serves = exists(select(1).where(post.holding.c.member_id == wishes.c.member_id, post.holding.c.left_on.is_(None)))
    query = (
        select(
            *(_M[name] for name in ("member_id", "name", "skills")),
            *(wishes.c[name] for name in ("kinds", "minutes_week_max", "weekdays", "not_before", "not_after", "since")),
            func.count().over().label("people"),
        )
        .join_from(wishes, member.table, _M.member_id == wishes.c.member_id)
        .where(wishes.c.asked, _M.state == member.ENROLLED, ~serves, inside(wishes.c.community, community))
        .order_by(wishes.c.since, wishes.c.member_id)
        .limit(size)
    )
    if kind:
        query = query.where(any_(wishes.c.kinds) == kind)
    rows = [dict(row._mapping) for row in await db.execute(query)]
    return rows, rows[0]["people"] if rows else 0


async def asked(db: AsyncConnection, *, post_id: str = "", member_id: str = "") -> Sequence[dict[str, Any]]:
    """Answers to a post, or of a member: who, which post, when, until when it rests, why. The latest first."""
    query = (
        select(
            *(replies.c[name] for name in ("member_id", "post_id", "said_on", "not_before", "why")),
            _M.name.label("name"), _M.state.label("state"), post.table.c.name.label("post"),
            post.table.c.closed_on.label("closed_on"),
        )
        .join_from(replies, member.table, _M.member_id == replies.c.member_id)
        .join(post.table, post.table.c.post_id == replies.c.post_id)
        .order_by(replies.c.said_on.desc(), replies.c.member_id, replies.c.post_id)
    )  # fmt: skip
    if post_id:
        query = query.where(replies.c.post_id == post_id)
    if member_id:
        query = query.where(replies.c.member_id == member_id)
    return [dict(row._mapping) for row in await db.execute(query)]


async def candidates(
    db: AsyncConnection, row: Mapping[str, Any], terms: PostTerms, today: date
) -> Sequence[dict[str, Any]]:
    """Who may be asked for a post, as `candidates_query` finds them."""
    query = candidates_query(row["community"], row["post_id"], terms, today)
    return [dict(each._mapping) for each in await db.execute(query)]


def candidates_query(place: str, post_id: str, terms: PostTerms, today: date) -> Select[Any]:
    """Who may be asked for a post: on the roll, here, in its community, wishing for its kind or with a skill it needs.

    Left out are those who serve there, who do not want to be asked (yet), and who said no and were promised peace.
    Wishes and skills are found by their indexes, so the size of the city does not matter.
    """
    found = _fitting(place, terms).subquery()
    serves = post.holding.alias("serves")
    return (
        select(
            *(_M[name] for name in ("member_id", "name", "phone", "branch_id", "building", "grid", "skills")),
            *(wishes.c[name] for name in ("kinds", "minutes_week_max", "weekdays", "not_before", "not_after", "said")),
            path_text(_M.community),
            replies.c.said_on.label("thinks_since"),
            _promised().label("promised"),
        )
        .select_from(
            found.join(member.table, _M.member_id == found.c.member_id)
            .outerjoin(wishes, wishes.c.member_id == _M.member_id)
            .outerjoin(replies, and_(replies.c.member_id == _M.member_id, replies.c.post_id == post_id))
            .outerjoin(
                serves,
                and_(serves.c.member_id == _M.member_id, serves.c.post_id == post_id, serves.c.left_on.is_(None)),
            )
        )
        .where(
            _M.state == member.ENROLLED,
            serves.c.member_id.is_(None),
            or_(wishes.c.member_id.is_(None), wishes.c.asked, wishes.c.until <= today),
            or_(replies.c.not_before.is_(None), replies.c.not_before <= today),
        )
    )


def _fitting(place: str, terms: PostTerms) -> Any:
    """The ids of those in a community who wish for the post's kind, and of those with a skill that it needs."""
    willing = select(wishes.c.member_id).where(wishes.c.place == place, any_(wishes.c.kinds) == terms.kind.value)
    if not terms.needs:
        return willing
    skill = func.unnest(_M.skills).column_valued("skill")
    named = [
        or_(func.strpos(func.lower(skill), need) > 0, func.strpos(literal(need), func.lower(skill)) > 0)
        for need in map(str.casefold, terms.needs)
    ]
    able = exists(select(1).where(or_(*named)).correlate(member.table))
    skilled = select(_M.member_id).where(_M.place == place, func.cardinality(_M.skills) > 0, able)
    return union(willing, skilled)


def _promised() -> Any:
    """Minutes a week of the posts somebody holds."""
    holding, table = post.holding, post.table
    return (
        select(func.coalesce(func.sum(table.c.minutes_week), 0))
        .select_from(holding.join(table, table.c.post_id == holding.c.post_id))
        .where(holding.c.member_id == _M.member_id, holding.c.left_on.is_(None))
        .correlate(member.table)
        .scalar_subquery()
    )
