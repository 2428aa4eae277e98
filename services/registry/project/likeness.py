"""Records that may be one person: the pairs that enough speaks for, asked of the members' cards.

Nobody is compared with everybody. Two records are looked at when they share a key that hardly two people share: the ID
number, the sound of the name and the birth, a phone, a relative's phone. The policy says what each likeness weighs; it
makes sure that whoever shares none of the keys is not alike enough anyway. A number that more people share than the
policy allows (the office's own, a hostel's) is none of the keys.

Nothing is kept for this: comparing is rare and folding is not. A view of its own for it once took a fifth of the time
in which registry catches up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
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

from events.facts.merging import STRICT, Likeness
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside
from services.registry.project import apart, member

PHONE_DIGITS: Final = 11
"""A mobile number; of a longer one (a country's code before it) only so many last digits count."""

BLANKS: Final = " \t\u00a0\u3000"
"""What is typed between the characters of a name or an address and says nothing."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What each likeness weighs, from how much on a pair is shown, and how many may share a key that still leads on."""

    weights: Mapping[Likeness, int]
    threshold: int
    key_people_max: int


_snapshot = Table("snapshot", MetaData(), Column("entity", Text), Column("state", JSONB))
_m = member.table.c
_STANDING = _m.state.not_in((member.WITHDRAWN, member.MERGED))
"""Neither taken back nor stood for by another record."""


def _compared(side: str) -> FromClause:
    """What the records that stand for themselves are compared by: plain values, however they were written."""
    return (
        select(
            _m.member_id,
            _m.community,
            _m.pinyin,
            _m.birth,
            _m.id_masked,
            _plain(_m.name).label("name"),
            _plain(_m.address).label("address"),
            _phone().label("phone"),
            func.array(_family_phones().scalar_subquery(), type_=ARRAY(Text)).label("family"),
        )
        .where(_STANDING)
        .subquery(side)
    )


def _plain(written: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.translate(written, BLANKS, "")


def _phone() -> ColumnElement[Any]:
    """The digits that count, backwards: as the card holds them."""
    return func.left(_m.phone_backwards, PHONE_DIGITS)


def _family_phones() -> Select[Any]:
    """The digits that count of each relative's phone, forwards."""
    relative = func.jsonb_array_elements(_m.family).table_valued("value").render_derived("relative")
    digits = func.right(func.regexp_replace(relative.c.value.op("->>")("phone"), r"\D", "", "g"), PHONE_DIGITS)
    return select(digits.label("key")).select_from(relative).where(digits != "").correlate(member.table)


_one, _other = _compared("one"), _compared("other")
_a, _b = _one.c, _other.c


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
    alike = func.array_remove(array([case((is_so, kind.value)) for kind, is_so in like.items()]), None).cast(
        ARRAY(Text)
    )
    return (
        select(
            _a.member_id.label("one"),
            _b.member_id.label("other"),
            score.label("score"),
            alike.label("alike"),
            apart.table.c.alike.contains(alike).label("apart"),
        )
        .select_from(pair.join(_one, _a.member_id == pair.c.one).join(_other, _b.member_id == pair.c.other))
        .outerjoin(apart.table, and_(apart.table.c.member_id == _a.member_id, apart.table.c.other_id == _b.member_id))
    )


def _likenesses() -> Mapping[Likeness, ColumnElement[bool]]:
    same_shape = and_(_a.birth == _b.birth, _a.id_masked == _b.id_masked)
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
    keys = (_m.birth, _m.id_masked), (func.nullif(_m.pinyin, ""), _m.birth), (_phone(),)
    keyed = [select(_m.member_id, *_named(key)).where(_STANDING).subquery() for key in keys]
    phones = _family_phones().lateral()
    by_family = select(_m.member_id, phones.c.key).distinct().join_from(member.table, phones, true()).where(_STANDING)
    return union(*(_sharing(each, scale.key_people_max) for each in (*keyed, by_family.subquery()))).subquery(
        "candidates"
    )


def _named(key: Iterable[ColumnElement[Any]]) -> Iterator[ColumnElement[Any]]:
    return (part.label(f"key{place}") for place, part in enumerate(key))


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
