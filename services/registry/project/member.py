"""The card of every member as it is now: what the register shows, and what it is searched by.

The ID number stays in the log; here stand only its masked form and its tail. Folds of the `member` stream alone write
this table, so it says the same in whatever order other services' facts arrive.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from events.facts.base import is_hidden
from events.facts.member import (
    Assigned,
    Attended,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    DuesPaid,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
)
from events.facts.merging import Merged, MergeSide, ToldApart, Unmerged
from events.facts.people import Address, ContactCard, Person, Relative, birth_in
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.registry.project.completeness import missing_bits
from services.registry.project.names import spelling_of

ENROLLED, AWAY, DEAD, WITHDRAWN, MERGED = "enrolled", "away", "dead", "withdrawn", "merged"
STATES = (ENROLLED, AWAY, DEAD, WITHDRAWN, MERGED)
"""Where a member stands: on the roll and here, on the roll and elsewhere, dead, taken back, absorbed by another record
of the same person (ADR 30; what the card said before is in `state_before`).
"""
ON_ROLL = (ENROLLED, AWAY)

table = Table(
    "member",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("state", Text, nullable=False),
    Column("name", Text),
    Column("given", Text),
    Column("pinyin", Text, nullable=False),
    Column("given_pinyin", Text),
    Column("initials", Text),
    Column("sex", Text),
    Column("ethnicity", Text),
    Column("birth", Date),
    Column("id_masked", Text),
    Column("id_backwards", Text),
    Column("phone", Text),
    Column("phone_backwards", Text),
    Column("family", JSONB),
    Column("address", Text),
    Column("building", Text),
    Column("room", Text),
    Column("lives_alone", Boolean),
    Column("minimum_living", Boolean),
    Column("note", Text),
    Column("contact_since", Date),
    Column("joined_on", Date),
    Column("full_member_on", Date),
    Column("enrolled_on", Date),
    Column("kind", Text),
    Column("skills", ARRAY(Text)),
    Column("branch_id", Text),
    Column("away_since", Date),
    Column("away_kind", Text),
    Column("away_to", Text),
    Column("expected_return", Date),
    Column("pension_known", Boolean),
    Column("missing", Integer),
    Column("died_on", Date),
    Column("last_seen", Date),
    Column("import_id", Text),
    Column("merged_into", Text),
    Column("state_before", Text),
    Column("seq", BigInteger, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
    Index("member_by_name", "pinyin", "member_id"),
    Index("member_by_branch", "branch_id", "pinyin", "member_id"),
    Index("member_by_missing", "missing", "branch_id"),
    Index("member_by_import", "import_id", "pinyin", "member_id"),
    Index("member_by_merged", "merged_into"),
    # Prefixes are looked for by `~>=~` and `~<~`: operators that row-level security lets an index use.
    *(
        Index(f"member_{name}", name, postgresql_ops={name: "text_pattern_ops"})
        for name in ("name", "given", "pinyin", "given_pinyin", "initials", "id_backwards", "phone_backwards")
    ),
)

view = View("member", version=3, table=table, doc="Every member's card as it is now, with what it is searched by.")

ID_TAIL = 4
"""Characters of an ID number that are shown and searched by."""


@view.on(Enrolled)
def _(_row: Row | None, fact: Enrolled, about: About) -> Row:
    basis = None if is_hidden(fact.pension_basis_fen) else fact.pension_basis_fen
    row = {
        **_identity(None if is_hidden(fact.person) else fact.person),
        **_contact(None if is_hidden(fact.contact) else fact.contact),
        "state": ENROLLED,
        "joined_on": fact.joined_on,
        "full_member_on": fact.full_member_on,
        "enrolled_on": about.effective,
        "kind": fact.kind.value,
        "skills": list(fact.skills),
        "branch_id": fact.branch_id,
        "pension_known": basis is not None,
        "import_id": fact.import_id,
        **_stamp(about),
    }
    return _counted(row)


@view.on(EnrolmentWithdrawn)
def _(row: Row | None, fact: EnrolmentWithdrawn, about: About) -> Row:
    """The name stays, so that the page can say whose enrolment it was; everything else about the person goes."""
    return {
        "state": WITHDRAWN,
        "name": _known(row)["name"],
        "pinyin": "",
        "community": about.community,
        "import_id": fact.import_id,
        **_stamp(about),
    }


@view.on(DetailsCorrected)
def _(row: Row | None, fact: DetailsCorrected, about: About) -> Row:
    row = _known(row)
    if fact.identity is not None and not is_hidden(fact.identity):
        return _counted(row | _identity_corrected(fact) | _stamp(about))
    match fact.field:
        case CorrectableField.JOINED_ON | CorrectableField.FULL_MEMBER_ON:
            changed: Row = {fact.field.value: date.fromisoformat(fact.plain) if fact.plain else None}
        case CorrectableField.KIND:
            changed = {"kind": fact.plain}
        case _:
            card = card_of(row)
            changed = {} if is_hidden(fact.contact) else _contact(fact.contact_after(card))
    return _counted(row | changed | _stamp(about))


@view.on(ContactChanged)
def _(row: Row | None, fact: ContactChanged, about: About) -> Row:
    """What is reported late about an earlier time does not push aside what is known of a later one."""
    row = _known(row)
    if is_hidden(fact.contact) or (row["contact_since"] or date.min) > about.effective:
        return row | _stamp(about)
    return _counted({**row, **_contact(fact.contact), "contact_since": about.effective, **_stamp(about)})


@view.on(MovedAway)
def _(row: Row | None, fact: MovedAway, about: About) -> Row:
    away = {
        "state": AWAY,
        "away_since": about.effective,
        "away_kind": fact.kind.value,
        "away_to": fact.destination,
        "expected_return": fact.expected_return,
    }
    return _known(row) | away | _stamp(about)


@view.on(Returned)
def _(row: Row | None, fact: Returned, about: About) -> Row:
    here = {"state": ENROLLED, "away_since": None, "away_kind": None, "away_to": None, "expected_return": None}
    return _known(row) | here | {"last_seen": _later(row, about.effective)} | _stamp(about)


@view.on(Assigned)
def _(row: Row | None, fact: Assigned, about: About) -> Row:
    return _counted(_known(row) | {"branch_id": fact.branch_id} | _stamp(about))


@view.on(Attended)
def _(row: Row | None, fact: Attended, about: About) -> Row:
    return _known(row) | {"last_seen": _later(row, about.effective)} | _stamp(about)


@view.on(PensionBasisSet)
def _(row: Row | None, fact: PensionBasisSet, about: About) -> Row:
    """How much it is stands elsewhere; the card says whether it is known."""
    known = {"pension_known": True} if not is_hidden(fact.basis_fen) else {}
    return _counted(_known(row) | known | _stamp(about))


@view.on(DuesPaid)
def _(row: Row | None, fact: DuesPaid, about: About) -> Row:
    """Shown elsewhere; the card only moves on to the fact's version."""
    return _known(row) | _stamp(about)


@view.on(Died)
def _(row: Row | None, fact: Died, about: About) -> Row:
    return _known(row) | {"state": DEAD, "died_on": about.effective} | _stamp(about)


@view.on(Merged)
def _(row: Row | None, fact: Merged, about: About) -> Row:
    """The record that is absorbed leaves every list; the one that is kept stays as it is."""
    row = _known(row)
    gone = {"state": MERGED, "state_before": row["state"], "merged_into": fact.other_id}
    return row | (gone if fact.side is MergeSide.ABSORBED else {}) | _stamp(about)


@view.on(Unmerged)
def _(row: Row | None, fact: Unmerged, about: About) -> Row:
    row = _known(row)
    back = {"state": row["state_before"], "state_before": None, "merged_into": None}
    return row | (back if fact.side is MergeSide.ABSORBED else {}) | _stamp(about)


@view.on(ToldApart)
def _(row: Row | None, _fact: ToldApart, about: About) -> Row:
    return _known(row) | _stamp(about)


def card_of(row: Row) -> ContactCard:
    """The contact card that a row was made from."""
    return ContactCard(
        phone=row["phone"],
        address=Address(text=row["address"], building=row["building"], room=row["room"]) if row["address"] else None,
        family=tuple(Relative.model_validate(relative) for relative in row["family"] or ()),
        lives_alone=bool(row["lives_alone"]),
        minimum_living=bool(row["minimum_living"]),
        note=row["note"],
    )


def mask_id(number: str) -> str:
    """`3101** **** **** 4X21`: region and tail stay; birth and sequence do not."""
    return f"{number[:4]}** **** **** {number[-ID_TAIL:]}"


def _known(row: Row | None) -> Row:
    if row is None:
        raise LookupError("something happened to a member who was never enrolled")
    return row if len(row) == len(_EMPTY) else _EMPTY | row


_EMPTY: Row = dict.fromkeys(str(column.name) for column in table.columns)  # not SQLAlchemy's own kind of text


def _counted(row: Row) -> Row:
    """The row with what is missing on the card."""
    row["missing"] = missing_bits(row)
    return row


def _stamp(about: About) -> Row:
    return {"seq": about.seq, "recorded": about.recorded}


def _later(row: Row | None, day: date) -> date:
    return max((row or {}).get("last_seen") or day, day)


def _identity(person: Person | None) -> Row:
    if person is None:
        return {"pinyin": ""}
    return {
        **_name(person.name),
        "sex": person.sex.value,
        "ethnicity": person.ethnicity,
        "birth": person.birth,
        "id_masked": mask_id(person.id_number),
        "id_backwards": person.id_number[-ID_TAIL:][::-1],
    }


def _name(name: str) -> Row:
    spelt = spelling_of(name)
    return {
        "name": name,
        "given": spelt.given,
        "pinyin": spelt.pinyin,
        "given_pinyin": spelt.given_pinyin,
        "initials": spelt.initials,
    }


def _identity_corrected(fact: DetailsCorrected) -> Row:
    """The columns that one corrected identity field changes; the row holds no `Person` to correct whole."""
    value: Any = fact.identity
    match fact.field:
        case CorrectableField.NAME:
            return _name(value)
        case CorrectableField.ID_NUMBER:
            return {"id_masked": mask_id(value), "id_backwards": value[-ID_TAIL:][::-1], "birth": birth_in(value)}
        case CorrectableField.BIRTH:
            return {"birth": date.fromisoformat(value)}
        case _:
            return {fact.field.value: value}


def _contact(contact: ContactCard | None) -> Row:
    if contact is None:
        return {}
    address = contact.address
    return {
        "phone": contact.phone,
        "phone_backwards": "".join(filter(str.isdigit, contact.phone or ""))[::-1] or None,
        "family": [relative.model_dump(mode="json") for relative in contact.family],
        "address": address.text if address else None,
        "building": address.building if address else None,
        "room": address.room if address else None,
        "lives_alone": contact.lives_alone,
        "minimum_living": contact.minimum_living,
        "note": contact.note,
    }
