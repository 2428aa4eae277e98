"""Records that may be one person: what each is compared by, and the pairs that enough speaks for.

Nobody is compared with everybody. Two records are looked at when they share a key that hardly two people share: the ID
number, the sound of the name and the birth, a phone, a relative's phone. The policy says what each likeness weighs; it
makes sure that whoever shares none of the keys is not alike enough anyway. A number that more people share than the
policy allows (the office's own, a hostel's) is none of the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    FromClause,
    Index,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import ContactChanged, CorrectableField, DetailsCorrected, Enrolled, EnrolmentWithdrawn
from events.facts.merging import STRICT, Likeness, Merged, MergeSide, ToldApart, Unmerged
from events.facts.people import ContactCard, birth_in
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside
from services.registry.project.card_columns import mask_id
from services.registry.project.names import spelling_of

table = Table(
    "likeness",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("name", Text),
    Column("pinyin", Text),
    Column("birth", Date),
    Column("id_shape", Text),
    Column("phone", Text),
    Column("family", ARRAY(Text), nullable=False),
    Column("address", Text),
    Column("contact_since", Date),
    Column("apart", JSONB, nullable=False),
    Column("standing", Boolean, nullable=False),
    Index("likeness_by_id", "birth", "id_shape"),
    Index("likeness_by_name", "pinyin", "birth"),
    Index("likeness_by_phone", "phone"),
)

view = View("likeness", version=1, table=table, doc="What every record is compared by with others that may be its own.")

PHONE_DIGITS: Final = 11
"""A mobile number; of a longer one (a country's code before it) only so many last digits count."""


@view.on(Enrolled)
def _(_row: Row | None, fact: Enrolled, _about: About) -> Row:
    row: Row = {"family": [], "apart": {}, "standing": True}
    if not is_hidden(fact.person):
        row |= _named(fact.person.name) | _numbered(fact.person.id_number) | {"birth": fact.person.birth}
    return row if is_hidden(fact.contact) else row | _reached(fact.contact)


@view.on(EnrolmentWithdrawn)
def _(_row: Row | None, _fact: EnrolmentWithdrawn, _about: About) -> None:
    return None


@view.on(DetailsCorrected)
def _(row: Row | None, fact: DetailsCorrected, _about: About) -> Row | None:
    if row is None:
        return None
    value = None if is_hidden(fact.identity) else fact.identity
    match fact.field:
        case CorrectableField.NAME if value:
            return row | _named(value)
        case CorrectableField.BIRTH if value:
            return row | {"birth": date.fromisoformat(value)}
        case CorrectableField.ID_NUMBER if value:
            return row | _numbered(value) | {"birth": birth_in(value)}
        case CorrectableField.PHONE if not is_hidden(fact.contact):
            return row | {"phone": _digits(fact.contact)}
        case CorrectableField.ADDRESS if not is_hidden(fact.contact):
            return row | {"address": _plain(fact.contact)}
        case _:
            return row


@view.on(ContactChanged)
def _(row: Row | None, fact: ContactChanged, about: About) -> Row | None:
    """What is reported late about an earlier time does not push aside what is known of a later one."""
    if row is None or is_hidden(fact.contact) or (row.get("contact_since") or date.min) > about.effective:
        return row
    return row | _reached(fact.contact) | {"contact_since": about.effective}


@view.on(Merged)
def _(row: Row | None, fact: Merged, _about: About) -> Row | None:
    """A record that another one stands for is not compared any more."""
    return row if row is None or fact.side is MergeSide.KEPT else row | {"standing": False}


@view.on(Unmerged)
def _(row: Row | None, fact: Unmerged, _about: About) -> Row | None:
    return row if row is None or fact.side is MergeSide.KEPT else row | {"standing": True}


@view.on(ToldApart)
def _(row: Row | None, fact: ToldApart, _about: About) -> Row | None:
    if row is None:
        return None
    known = sorted({*row["apart"].get(fact.other_id, ()), *(one.value for one in fact.alike)})
    return row | {"apart": {**row["apart"], fact.other_id: known}}


def _named(name: str) -> Row:
    return {"name": "".join(name.split()), "pinyin": spelling_of(name).pinyin}


def _numbered(id_number: str) -> Row:
    """With the birth, the masked number leaves few others; which are the same is asked of the states themselves."""
    return {"id_shape": mask_id(id_number)}


def _reached(contact: ContactCard) -> Row:
    family = {digits for one in contact.family if (digits := _digits(one.phone))}
    address = contact.address.text if contact.address else None
    return {"phone": _digits(contact.phone), "family": sorted(family), "address": _plain(address)}


def _digits(phone: str | None) -> str | None:
    return "".join(filter(str.isdigit, phone or ""))[-PHONE_DIGITS:] or None


def _plain(address: str | None) -> str | None:
    return "".join((address or "").split()) or None


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Scale:
    """What each likeness weighs, from how much on a pair is shown, and how many may share a key that still leads on."""

    weights: Mapping[Likeness, int]
    threshold: int
    key_people_max: int


_one, _other = table.alias("one"), table.alias("other")
_a, _b = _one.c, _other.c
_snapshot = Table("snapshot", MetaData(), Column("entity", Text), Column("state", JSONB))


async def pairs(
    db: AsyncConnection, scale: Scale, *, community: str = "", size: int = PAGE_DEFAULT, token: str = ""
) -> Page:
    """Pairs that enough speaks for, the likeliest first: `one`, `other`, `score` and `alike`. Raises `BadToken`.

    Left out are pairs of whom somebody said that they are two people, unless something else speaks for them now.
    """
    scored = _scored(scale, _candidates(scale)).where(
        or_(inside(_a.community, community), inside(_b.community, community))
    )
    found = scored.subquery("scored")
    query = (
        select(found.c.one, found.c.other, found.c.score, found.c.alike, (-found.c.score).label("rank"))
        .where(found.c.score >= scale.threshold, found.c.apart.is_distinct_from(True))
        .order_by(-found.c.score, found.c.one, found.c.other)
    )
    if after := read_token(token, int, str, str):
        query = query.where(tuple_(-found.c.score, found.c.one, found.c.other) > after)
    rows = [dict(row._mapping) for row in await db.execute(query.limit(size + 1))]
    return paged(rows, size, "rank", "one", "other")


def is_strict(row: Mapping[str, Any]) -> bool:
    """Whether a pair has one ID number: one person, or a number that somebody wrote down wrong; nothing in between."""
    return STRICT.value in row["alike"]


async def likeness_of(db: AsyncConnection, scale: Scale, one: str, other: str) -> Mapping[str, Any] | None:
    """What two records have in common, however little: `score`, `alike`, and whether they were told `apart` for it.

    None if one of them cannot be compared: unknown, withdrawn, merged into another one.
    """
    pair = select(literal(one, Text).label("one"), literal(other, Text).label("other")).subquery("pair")
    row = (await db.execute(_scored(scale, pair))).one_or_none()
    return None if row is None else dict(row._mapping)


def _scored(scale: Scale, pair: FromClause) -> Select[Any]:
    """What these pairs of records have in common, if both stand for themselves, and what it weighs together."""
    like = _likenesses()
    score: ColumnElement[Any] = literal(0)
    for kind, is_so in like.items():
        score = score + case((is_so, scale.weights.get(kind, 0)), else_=0)
    alike = func.array_remove(array([case((is_so, kind.value)) for kind, is_so in like.items()]), None)
    return (
        select(
            _a.member_id.label("one"),
            _b.member_id.label("other"),
            score.label("score"),
            alike.label("alike"),
            _a.apart[_b.member_id].op("@>")(func.to_jsonb(alike)).label("apart"),
        )
        .select_from(pair.join(_one, _a.member_id == pair.c.one).join(_other, _b.member_id == pair.c.other))
        .where(_a.standing, _b.standing)
    )


def _likenesses() -> Mapping[Likeness, ColumnElement[bool]]:
    same_shape = and_(_a.birth == _b.birth, _a.id_shape == _b.id_shape)
    return {
        Likeness.ID_NUMBER: case((same_shape, _id_number(_a) == _id_number(_b)), else_=false()),
        Likeness.NAME: _a.name == _b.name,
        Likeness.PINYIN: and_(_a.name != _b.name, _a.pinyin == _b.pinyin),
        Likeness.BIRTH: _a.birth == _b.birth,
        Likeness.PHONE: _a.phone == _b.phone,
        Likeness.FAMILY_PHONE: _a.family.op("&&", is_comparison=True)(_b.family),
        Likeness.ADDRESS: _a.address == _b.address,
    }


def _id_number(record: Any) -> Any:
    """The whole number, where it stands already: in the state that decisions are made from."""
    state = _snapshot.alias()
    number = state.c.state["person"]["id_number"].astext
    return select(number).where(state.c.entity == record.member_id).scalar_subquery()


def _candidates(scale: Scale) -> FromClause:
    """Pairs (`one` < `other`) that share a key which at most so many people have: one pass over the records a key."""
    here = table.c
    keys = (here.birth, here.id_shape), (here.pinyin, here.birth), (here.phone,)
    keyed = [select(here.member_id, *key).where(here.standing).subquery() for key in keys]
    by_family = select(here.member_id, func.unnest(here.family).label("key")).where(here.standing).subquery()
    return union(*(_sharing(each, scale.key_people_max) for each in (*keyed, by_family))).subquery("candidates")


def _sharing(keyed: FromClause, people_max: int) -> Select[Any]:
    """Pairs of rows of (member_id, key, …) that agree in the whole key."""
    key = [column for column in keyed.columns if column.name != "member_id"]
    alike = (
        select(func.array_agg(keyed.c.member_id, type_=ARRAY(Text)).label("members"))
        .where(*(column.is_not(None) for column in key))
        .group_by(*key)
        .having(func.count().between(2, people_max))
        .subquery()
    )
    one, other = (
        func.unnest(alike.c.members).table_valued("id").render_derived(name=side) for side in ("one", "other")
    )
    return select(one.c.id.label("one"), other.c.id.label("other")).select_from(
        alike.join(one, true()).join(other, one.c.id < other.c.id)
    )
