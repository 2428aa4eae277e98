"""The people care looks after, learnt from what the registry published: how old, where, reached how, here or away.

Only the registry's `member` stream is folded here, so the rows are the same in whatever order care's own facts arrive.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pypinyin import lazy_pinyin
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    cast,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import (
    Assigned,
    AwayKind,
    Classified,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    Returned,
)
from events.facts.member_away import AwayDayCorrected, AwayDetailsChanged
from events.facts.merging import Merged, MergeSide, Unmerged
from events.facts.people import Address, ContactCard, Relative, birth_in
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import begins, path_text

ON_ROLL, DEAD, WITHDRAWN, MERGED = "on_roll", "dead", "withdrawn", "merged"
"""Where a person stands; `merged`: another record of the same person stands for this one, and what is planned rests."""

table = Table(
    "person",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("state", Text, nullable=False),
    Column("name", Text),
    Column("pinyin", Text),
    Column("initials", Text),
    Column("birth", Date),
    Column("phone", Text),
    Column("phone_backwards", Text),
    Column("address", Text),
    Column("building", Text),
    Column("room", Text),
    Column("family", JSONB),
    Column("kind", Text),
    Column("kind_since", Date),
    Column("lives_alone", Boolean),
    Column("alone_since", Date),
    Column("contact_since", Date),
    Column("branch_id", Text),
    Column("on_roll_since", Date),
    Column("away_since", Date),
    Column("away_kind", Text),
    Column("away_to", Text),
    Column("away_phone", Text),
    Column("expected_return", Date),
    Column("died_on", Date),
    Column("merged_into", Text),
    Column("state_before", Text),
    Index("person_by_merged", "merged_into"),
    *(
        Index(f"person_{name}", name, postgresql_ops={name: "text_pattern_ops"})
        for name in ("name", "pinyin", "initials", "phone_backwards")
    ),
)

view = View("person", version=4, table=table, doc="Whom care looks after: age, dwelling, phones, whether away.")


@view.on(Enrolled)
def _(_row: Row | None, fact: Enrolled, about: About) -> Row:
    person = {} if is_hidden(fact.person) else {**_named(fact.person.name), "birth": fact.person.birth}
    return {
        **person,
        **({} if is_hidden(fact.contact) else _reached(fact.contact)),
        "state": ON_ROLL,
        "kind": fact.kind.value,
        "branch_id": fact.branch_id,
        "on_roll_since": about.effective,
    }


@view.on(EnrolmentWithdrawn)
def _(row: Row | None, _fact: EnrolmentWithdrawn, _about: About) -> Row:
    """Nothing is kept of a person who was never ours; the name stays for what was planned meanwhile."""
    return {"state": WITHDRAWN, "name": (row or {}).get("name")}


@view.on(DetailsCorrected)
def _(row: Row | None, fact: DetailsCorrected, _about: About) -> Row:
    row = _known(row)
    if fact.identity is not None and not is_hidden(fact.identity):
        match fact.field:
            case CorrectableField.NAME:
                return row | _named(fact.identity)
            case CorrectableField.BIRTH:
                return row | {"birth": date.fromisoformat(fact.identity)}
            case CorrectableField.ID_NUMBER:
                return row | {"birth": birth_in(fact.identity)}
            case _:
                return row
    if fact.field is CorrectableField.KIND:
        return row | {"kind": fact.plain}
    return row if is_hidden(fact.contact) else row | _reached(fact.contact_after(_card(row)))


@view.on(ContactChanged)
def _(row: Row | None, fact: ContactChanged, about: About) -> Row:
    """What is reported late about an earlier time does not push aside what is known of a later one."""
    row = _known(row)
    if is_hidden(fact.contact) or (row["contact_since"] or date.min) > about.effective:
        return row
    reached = _reached(fact.contact) | {"contact_since": about.effective}
    if (row["alone_since"] or date.min) > about.effective:
        return row | reached | {"lives_alone": row["lives_alone"]}
    return row | reached | {"alone_since": about.effective}


@view.on(Classified)
def _(row: Row | None, fact: Classified, about: About) -> Row:
    row = _known(row)
    if fact.kind is not None and (row["kind_since"] or date.min) <= about.effective:
        row |= {"kind": fact.kind.value, "kind_since": about.effective}
    if "lives_alone" not in fact.flags() or (row["alone_since"] or date.min) > about.effective:
        return row
    return row | {"lives_alone": fact.flags()["lives_alone"], "alone_since": about.effective}


@view.on(MovedAway)
def _(row: Row | None, fact: MovedAway, about: About) -> Row:
    return _known(row) | {
        "away_since": about.effective,
        "away_kind": fact.kind.value,
        "away_to": fact.destination,
        "away_phone": None if is_hidden(fact.phone) else fact.phone,
        "expected_return": fact.expected_return,
    }


@view.on(AwayDayCorrected)
def _(row: Row | None, fact: AwayDayCorrected, about: About) -> Row:
    return _known(row) | {"away_since": about.effective, "away_kind": fact.kind.value}


@view.on(AwayDetailsChanged)
def _(row: Row | None, fact: AwayDetailsChanged, _about: About) -> Row:
    row = _known(row)
    if row["away_since"] is None:
        return row
    return row | {
        "away_to": fact.destination,
        "away_phone": None if is_hidden(fact.phone) else fact.phone,
        "expected_return": fact.expected_return,
    }


@view.on(Returned)
def _(row: Row | None, _fact: Returned, _about: About) -> Row:
    here = ("away_since", "away_kind", "away_to", "away_phone", "expected_return")
    return _known(row) | dict.fromkeys(here)


@view.on(Assigned)
def _(row: Row | None, fact: Assigned, _about: About) -> Row:
    return _known(row) | {"branch_id": fact.branch_id}


@view.on(Died)
def _(row: Row | None, _fact: Died, about: About) -> Row:
    return _known(row) | {"state": DEAD, "died_on": about.effective}


@view.on(Merged)
def _(row: Row | None, fact: Merged, _about: About) -> Row:
    """Nothing is moved: what belongs to the absorbed record is found under the other one by whoever asks (ADR 30)."""
    row = _known(row)
    if fact.side is MergeSide.KEPT:
        return row
    return row | {"state": MERGED, "state_before": row["state"], "merged_into": fact.other_id}


@view.on(Unmerged)
def _(row: Row | None, fact: Unmerged, _about: About) -> Row:
    row = _known(row)
    if fact.side is MergeSide.KEPT:
        return row
    return row | {"state": row["state_before"], "state_before": None, "merged_into": None}


_COLUMNS: Final = tuple(str(column.name) for column in table.columns)  # not SQLAlchemy's own kind of text


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a member who was never enrolled")
    return dict.fromkeys(_COLUMNS) | row


def _named(name: str) -> Row:
    syllables = lazy_pinyin("".join(unicodedata.normalize("NFKC", name).split()))
    plain = ["".join(mark for mark in syllable.lower() if mark.isalnum()) for syllable in syllables]
    return {"name": name, "pinyin": "".join(plain), "initials": "".join(syllable[:1] for syllable in plain)}


def _reached(contact: ContactCard) -> Row:
    digits = "".join(mark for mark in contact.phone or "" if mark.isdigit())
    return {
        "phone": contact.phone,
        "phone_backwards": digits[::-1] or None,
        "address": contact.address.text if contact.address else None,
        "building": contact.address.building if contact.address else None,
        "room": contact.address.room if contact.address else None,
        "family": [relative.model_dump(mode="json") for relative in contact.family],
        "lives_alone": contact.lives_alone,
    }


def _card(row: Row) -> ContactCard:
    """The contact card that a row was made from, as far as care keeps it."""
    return ContactCard(
        phone=row["phone"],
        address=Address(text=row["address"], building=row["building"], room=row["room"]) if row["address"] else None,
        family=tuple(Relative.model_validate(relative) for relative in row["family"] or ()),
        lives_alone=bool(row["lives_alone"]),
    )


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────


def is_away() -> ColumnElement[bool]:
    """Whether somebody is called instead of visited: away, and not just now and then."""
    return and_(table.c.away_since.is_not(None), table.c.away_kind != AwayKind.INTERMITTENT.value)


def records_of(member_id: str) -> Any:
    """For `column.in_(…)`: the record of this id and all that are merged into it."""
    return select(cast(literal(member_id), Text)).union_all(
        select(table.c.member_id).where(table.c.merged_into == member_id)
    )


def _query() -> Select[Any]:
    columns = [column for column in table.columns if column.name != "community"]
    return select(*columns, path_text(table.c.community), is_away().label("is_away"))


async def person(db: AsyncConnection, member_id: str) -> dict[str, Any] | None:
    """One person, or None if the scope has nobody of that id."""
    row = (await db.execute(_query().where(table.c.member_id == member_id))).one_or_none()
    return None if row is None else dict(row._mapping)


async def called(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """By member id, name and birth of those of them whom the scope has."""
    query = select(table.c.member_id, table.c.name, table.c.birth, table.c.lives_alone)
    rows = await db.execute(query.where(table.c.member_id.in_(list(member_ids))))
    return {row.member_id: dict(row._mapping) for row in rows}


async def found(db: AsyncConnection, q: str, limit: int = 30) -> list[Mapping[str, Any]]:
    """People on the roll by the beginning of the name, pinyin or initials, or by the tail of the phone number."""
    word = "".join(unicodedata.normalize("NFKC", q).lower().replace("-", "").split())[:60]
    query = _query().where(table.c.state == ON_ROLL).order_by(table.c.pinyin, table.c.member_id).limit(limit)
    if not word:
        return []
    fits = [begins(table.c[name], word) for name in ("name", "pinyin", "initials")]
    if word.isascii() and word.isdigit():
        fits.append(begins(table.c.phone_backwards, word[::-1]))
    return [dict(row._mapping) for row in await db.execute(query.where(or_(*fits)))]
