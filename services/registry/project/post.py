"""Posts of service: what each is, how many serve there, and who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Select, Table, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.member import AwayKind
from events.facts.member_service import PostKept, PostKeptWithdrawn, PostLeft, PostTaken
from events.facts.post import PostChanged, PostClosed, PostOpened, PostTerms, ServiceKind
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.registry.project import branch, member
from services.registry.project.alias import records_of

table = Table(
    "post",
    MetaData(),
    Column("post_id", Text, primary_key=True),
    community_column(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("branch_id", Text),
    Column("contact_branch_id", Text),
    Column("needs", ARRAY(Text), nullable=False),
    Column("places", Integer, nullable=False),
    Column("minutes_week", Integer, nullable=False),
    Column("weekdays", JSONB, nullable=False),
    # Times of day as HH:MM.
    Column("begins", Text),
    Column("ends", Text),
    Column("building", Text),
    Column("grid", Text),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("why_closed", Text),
    Column("seq", BigInteger, nullable=False),
)

holding = Table(
    "post_member",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("post_id", Text, primary_key=True),
    community_column(),
    Column("since", Date, nullable=False),
    Column("left_on", Date),
    Column("why_left", Text),
    # The absence in spite of which a person decided that they stay.
    Column("kept_on", Date),
    Column("kept_since", Date),
    Column("kept_to", Text),
    Column("seq", BigInteger, nullable=False),
    Index("post_member_by_post", "post_id", "member_id"),
)

TO_DECIDE_MAX = 50
"""So many people whose post wants a decision are looked at for the home page."""

view = View("post", version=1, table=table, doc="Every post of service: what it is, since when, until when.")
holders = View("post_member", version=2, table=holding, doc="Who serves in which post, or did.")


@view.on(PostOpened)
def _(_row: Row | None, fact: PostOpened, about: About) -> Row:
    return _columns(fact.terms) | {"opened_on": about.effective, "seq": about.seq}


@view.on(PostChanged)
def _(row: Row | None, fact: PostChanged, about: About) -> Row:
    return _known(row) | _columns(fact.terms) | {"seq": about.seq}


@view.on(PostClosed)
def _(row: Row | None, _fact: PostClosed, about: About) -> Row:
    return _known(row) | {"closed_on": about.effective, "why_closed": about.reason or None, "seq": about.seq}


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("a post that was never opened")
    return row


def _columns(terms: PostTerms) -> Row:
    lists = {"needs": list(terms.needs), "weekdays": list(terms.weekdays)}
    times = {"begins": clock_time(terms.begins), "ends": clock_time(terms.ends)}
    return terms.model_dump() | {"kind": terms.kind.value} | lists | times


def clock_time(given: time | None) -> str | None:
    """A time of day as tables keep it."""
    return None if given is None else f"{given:%H:%M}"


@holders.on(PostTaken, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(_row: Row | None, _fact: PostTaken, about: About) -> Row:
    return {"since": about.effective, "left_on": None, "why_left": None, "seq": about.seq}


@holders.on(PostLeft, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(row: Row | None, _fact: PostLeft, about: About) -> Row:
    return _known(row) | {"left_on": about.effective, "why_left": about.reason or None, "seq": about.seq}


@holders.on(PostKept, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(row: Row | None, fact: PostKept, about: About) -> Row:
    kept = {"kept_on": about.effective, "kept_since": fact.away_since, "kept_to": fact.away_to}
    return _known(row) | kept | {"seq": about.seq}


@holders.on(PostKeptWithdrawn, keys=lambda fact, about: [(about.entity, fact.post_id)])
def _(row: Row | None, _fact: PostKeptWithdrawn, about: About) -> Row:
    return _known(row) | dict.fromkeys(("kept_on", "kept_since", "kept_to")) | {"seq": about.seq}


def terms_of(row: Mapping[str, Any]) -> PostTerms:
    """The terms that a row says."""
    return PostTerms.model_validate({name: row[name] for name in PostTerms.model_fields})


_serving = and_(holding.c.post_id == table.c.post_id, holding.c.left_on.is_(None))
_contact = branch.table.alias("contact")
_MEMBERS = member.table.c
_DOUBTFUL = or_(
    _MEMBERS.state.not_in(member.ON_ROLL),
    and_(
        _MEMBERS.state == member.AWAY,
        _MEMBERS.away_kind != AwayKind.INTERMITTENT.value,
        _MEMBERS.away_since > holding.c.since,
        or_(
            holding.c.kept_since.is_distinct_from(_MEMBERS.away_since),
            holding.c.kept_to.is_distinct_from(_MEMBERS.away_to),
        ),
    ),
)
"""Whether somebody in a post goes on there is for a person to say: they died, left the roll, or left town since they
took it, and not just to come and go. What a person decided about that very absence at that place is decided.
"""


def _posts() -> Select[Any]:
    own = [column for column in table.columns if column.name != "community"]
    count = select(func.count()).where(_serving).correlate(table).scalar_subquery()
    doubtful = (
        select(func.count())
        .select_from(holding.join(member.table, _MEMBERS.member_id == holding.c.member_id))
        .where(_serving, _DOUBTFUL)
        .correlate(table)
        .scalar_subquery()
    )
    return select(
        *own, path_text(table.c.community), count.label("serving"), doubtful.label("doubtful"),
        branch.table.c.name.label("branch"), _contact.c.name.label("contact"),
        _contact.c.contact_name, _contact.c.contact_phone,
    ).select_from(
        table.outerjoin(branch.table, branch.table.c.branch_id == table.c.branch_id).outerjoin(
            _contact, _contact.c.branch_id == func.coalesce(table.c.contact_branch_id, table.c.branch_id)
        )
    )  # fmt: skip


async def posts(
    db: AsyncConnection,
    *,
    community: str = "",
    kind: ServiceKind | None = None,
    closed: bool = False,
    free: bool = False,
    size: int = PAGE_DEFAULT,
    token: str = "",
) -> Page:
    """Posts by name, each with how many serve there, and whether how many of those go on is for a person to decide.

    With `free` only those that have a place left. Raises `BadToken`.
    """
    query = _posts().where(inside(table.c.community, community))
    query = query.where(table.c.closed_on.is_not(None) if closed else table.c.closed_on.is_(None))
    if kind is not None:
        query = query.where(table.c.kind == kind.value)
    if free:
        serving = select(func.count()).where(_serving).correlate(table).scalar_subquery()
        query = query.where(serving < table.c.places)
    if after := read_token(token, str, str):
        name, post_id = after
        query = query.where((table.c.name > name) | ((table.c.name == name) & (table.c.post_id > post_id)))
    query = query.order_by(table.c.name, table.c.post_id).limit(size + 1)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "name", "post_id")


async def post(db: AsyncConnection, post_id: str) -> dict[str, Any] | None:
    """One post, open or closed."""
    row = (await db.execute(_posts().where(table.c.post_id == post_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def people(db: AsyncConnection, post_id: str) -> Sequence[dict[str, Any]]:
    """Who serves in a post, those away and those dead too, by pinyin."""
    query = (
        select(
            *(_MEMBERS[name] for name in ("member_id", "name", "state", "away_to", "phone", "merged_into", "died_on")),
            path_text(_MEMBERS.community),
            holding.c.since,
            holding.c.kept_on,
            _DOUBTFUL.label("doubtful"),
        )
        .join_from(holding, member.table, _MEMBERS.member_id == holding.c.member_id)
        .where(holding.c.post_id == post_id, holding.c.left_on.is_(None))
        .order_by(_MEMBERS.pinyin, _MEMBERS.member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


async def to_decide(db: AsyncConnection) -> Sequence[dict[str, Any]]:
    """Whose post is for a person to decide on: who, their state and whereabouts, which post; first come first."""
    query = (
        select(
            *(_MEMBERS[name] for name in ("member_id", "name", "state", "away_to", "died_on")),
            holding.c.post_id, holding.c.since, table.c.name.label("post"),
        )
        .join_from(holding, member.table, _MEMBERS.member_id == holding.c.member_id)
        .join(table, table.c.post_id == holding.c.post_id)
        .where(holding.c.left_on.is_(None), _DOUBTFUL)
        .order_by(holding.c.since, holding.c.member_id, holding.c.post_id)
        .limit(TO_DECIDE_MAX)
    )  # fmt: skip
    return [dict(row._mapping) for row in await db.execute(query)]


async def held_by(db: AsyncConnection, member_id: str) -> Sequence[dict[str, Any]]:
    """The posts somebody holds or held, in whichever of their records: those held first, the latest first."""
    columns = ("post_id", "name", "kind", "minutes_week", "closed_on")
    query = (
        select(
            *(table.c[each] for each in columns),
            holding.c.member_id, holding.c.since, holding.c.left_on, holding.c.why_left,
        )
        .join_from(holding, table, table.c.post_id == holding.c.post_id)
        .where(holding.c.member_id.in_(records_of(member_id)))
        .order_by(holding.c.left_on.desc().nulls_first(), holding.c.since.desc(), table.c.name)
    )  # fmt: skip
    return [dict(row._mapping) for row in await db.execute(query)]


async def names(db: AsyncConnection, post_ids: Sequence[str]) -> dict[str, str]:
    """What posts are called, by id."""
    if not post_ids:
        return {}
    query = select(table.c.post_id, table.c.name).where(table.c.post_id.in_(post_ids))
    return {row.post_id: row.name for row in await db.execute(query)}
