"""The card of every member as it is now: what the register shows, and what it is searched by.

The ID number stays in the log; here stand only its masked form and its tail. Folds of the `member` stream alone write
this table, so it says the same in whatever order other services' facts arrive.
"""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    or_,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from events.facts.base import is_hidden
from events.facts.member import (
    DETAIL_PLACE,
    Assigned,
    Attended,
    AwayKind,
    Classified,
    ContactChanged,
    CorrectableField,
    DetailsChanged,
    DetailsCorrected,
    Died,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
    detail_in,
)
from events.facts.member_away import (
    AwayDayCorrected,
    AwayDetailsChanged,
    ContactReestablished,
    RelationTransferSent,
    RelationTransferWithdrawn,
    ReportedFromAfar,
)
from events.facts.member_contact import ContactOutcome, ContactTakenBack, ContactTried, ContactWay
from events.facts.member_meeting import AttendanceTakenBack, Noted
from events.facts.merging import Merged, MergeSide, ToldApart, Unmerged
from events.facts.people import several
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import begins
from services.registry.project.card_columns import (
    card_of,
    contact_columns,
    identity_columns,
    identity_corrected_columns,
    seen,
)
from services.registry.project.completeness import missing_bits
from services.registry.project.shown_elsewhere import ElsewherePart

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
    # The community as text: row-level security keeps comparisons of paths away from indexes, not those of text.
    Column("place", Text, nullable=False),
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
    Column("building_backwards", Text),
    Column("room", Text),
    Column("lives_alone", Boolean),
    Column("minimum_living", Boolean),
    Column("note", Text),
    Column("contact_since", Date),
    Column("joined_on", Date),
    Column("full_member_on", Date),
    Column("enrolled_on", Date),
    Column("kind", Text),
    Column("since_each", JSONB),
    Column("education", Text),
    Column("former_unit", Text),
    Column("former_post", Text),
    Column("registered_address", Text),
    Column("grid", Text),
    Column("skills", ARRAY(Text)),
    Column("interests", ARRAY(Text)),
    Column("branch_id", Text),
    Column("away_since", Date),
    Column("away_kind", Text),
    Column("away_to", Text),
    Column("expected_return", Date),
    Column("pension_known", Boolean),
    Column("missing", Integer),
    Column("died_on", Date),
    Column("last_seen", Date),
    # What would be the last time if that was a slip: the second latest there is.
    Column("seen_before", Date),
    Column("import_id", Text),
    Column("merged_into", Text),
    Column("state_before", Text),
    Column("seq", BigInteger, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
    Index("member_by_name", "pinyin", "member_id"),
    # Those that end with the guarded column hold all that some question needs: it need not look at the rows.
    Index("member_by_branch", "branch_id", "pinyin", "member_id", "community"),
    Index("member_by_place", "place", "state", "community", postgresql_ops={"place": "text_pattern_ops"}),
    Index("member_by_missing", "missing", "state", "pinyin", "member_id", "branch_id", "place", "community"),
    Index("member_by_import", "import_id", "pinyin", "member_id"),
    Index("member_by_merged", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("member_by_skills", "place", "member_id", postgresql_where=text("cardinality(skills) > 0")),
    # Prefixes are looked for by `~>=~` and `~<~`: operators that row-level security lets an index use.
    *(
        Index(f"member_{name}", name, postgresql_ops={name: "text_pattern_ops"})
        for name in (
            "name", "given", "pinyin", "given_pinyin", "initials", "id_backwards", "phone_backwards", "address",
            "building_backwards",
        )
    ),
)  # fmt: skip

view = View("member", version=5, table=table, doc="Every member's card as it is now, with what it is searched by.")


@view.on(Enrolled)
def _(_row: Row | None, fact: Enrolled, about: About) -> Row:
    basis = None if is_hidden(fact.pension_basis_fen) else fact.pension_basis_fen
    row = {
        **identity_columns(None if is_hidden(fact.person) else fact.person),
        **contact_columns(None if is_hidden(fact.contact) else fact.contact),
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
    if fact.field in DETAIL_PLACE:
        return _counted(row | _detail(fact) | _stamp(about))
    if fact.identity is not None and not is_hidden(fact.identity):
        return _counted(row | identity_corrected_columns(fact) | _stamp(about))
    match fact.field:
        case CorrectableField.JOINED_ON | CorrectableField.FULL_MEMBER_ON:
            changed: Row = {fact.field.value: date.fromisoformat(fact.plain) if fact.plain else None}
        case CorrectableField.KIND:
            changed = {"kind": fact.plain}
        case _:
            card = card_of(row)
            changed = {} if is_hidden(fact.contact) else contact_columns(fact.contact_after(card))
    return _counted(row | changed | _stamp(about))


@view.on(DetailsChanged)
def _(row: Row | None, fact: DetailsChanged, about: About) -> Row:
    """What is reported late about an earlier time does not push aside what is known of a later one."""
    row = _known(row)
    if about.effective < _since(row, fact.field.value):
        return row | _stamp(about)
    since = (row["since_each"] or {}) | {fact.field.value: about.effective.isoformat()}
    return _counted(row | _detail(fact) | {"since_each": since} | _stamp(about))


def _detail(fact: DetailsChanged | DetailsCorrected) -> Row:
    value = detail_in(fact)
    if is_hidden(value):
        return {}
    if fact.field in (CorrectableField.SKILLS, CorrectableField.INTERESTS):
        return {fact.field.value: list(several(value))}
    return {fact.field.value: value}


@view.on(ContactChanged)
def _(row: Row | None, fact: ContactChanged, about: About) -> Row:
    """What is reported late about an earlier time does not push aside what is known of a later one."""
    row = _known(row)
    if is_hidden(fact.contact) or (row["contact_since"] or date.min) > about.effective:
        return row | _stamp(about)
    later = {name: row[name] for name in _FLAGS if _since(row, name) > about.effective}
    return _counted(
        {**row, **contact_columns(fact.contact), **later, "contact_since": about.effective, **_stamp(about)}
    )


@view.on(Classified)
def _(row: Row | None, fact: Classified, about: About) -> Row:
    """The same holds for each thing that it says."""
    row = _known(row)
    said: Row = fact.flags() | ({"kind": fact.kind.value} if fact.kind else {})
    news = {name: value for name, value in said.items() if about.effective >= _since(row, name)}
    since = (row["since_each"] or {}) | dict.fromkeys(news, about.effective.isoformat())
    return _counted(row | news | {"since_each": since} | _stamp(about))


_FLAGS = ("lives_alone", "minimum_living")


def _since(row: Row, name: str) -> date:
    """From which day on what the row says of this is known to be so."""
    classified = (row["since_each"] or {}).get(name)
    contact = row["contact_since"] if name in _FLAGS else None
    return max(date.fromisoformat(classified) if classified else date.min, contact or date.min)


@view.on(MovedAway)
@view.on(AwayDayCorrected)
def _(row: Row | None, fact: MovedAway | AwayDayCorrected, about: About) -> Row:
    away = {
        "state": AWAY,
        "away_since": about.effective,
        "away_kind": fact.kind.value,
        "away_to": fact.destination,
        "expected_return": fact.expected_return,
    }
    return _known(row) | away | _stamp(about)


@view.on(RelationTransferSent)
def _(row: Row | None, fact: RelationTransferSent, about: About) -> Row:
    return _known(row) | {"away_kind": AwayKind.TEMPORARY_TRANSFER.value} | _stamp(about)


@view.on(RelationTransferWithdrawn)
def _(row: Row | None, fact: RelationTransferWithdrawn, about: About) -> Row:
    return _known(row) | {"away_kind": fact.kind.value} | _stamp(about)


@view.on(AwayDetailsChanged)
def _(row: Row | None, fact: AwayDetailsChanged, about: About) -> Row:
    there = {"away_to": fact.destination, "expected_return": fact.expected_return}
    return _known(row) | (there if row and row["away_since"] else {}) | _stamp(about)


@view.on(Returned)
def _(row: Row | None, fact: Returned, about: About) -> Row:
    here = {"state": ENROLLED, "away_since": None, "away_kind": None, "away_to": None, "expected_return": None}
    return _known(row) | here | seen(row, about.effective) | _stamp(about)


@view.on(Assigned)
def _(row: Row | None, fact: Assigned, about: About) -> Row:
    return _counted(_known(row) | {"branch_id": fact.branch_id} | _stamp(about))


@view.on(Attended)
@view.on(ReportedFromAfar)
@view.on(ContactReestablished)
def _(row: Row | None, fact: Attended | ReportedFromAfar | ContactReestablished, about: About) -> Row:
    """Whoever told of themselves from afar was in touch as well."""
    return _known(row) | seen(row, about.effective) | _stamp(about)


@view.on(ContactTried)
def _(row: Row | None, fact: ContactTried, about: About) -> Row:
    """So was who answered the office; the family's word is not theirs."""
    seen_now = seen(row, about.effective) if _spoke(fact.way, fact.outcome) else {}
    return _known(row) | seen_now | _stamp(about)


def _spoke(way: ContactWay, outcome: ContactOutcome) -> bool:
    return outcome is ContactOutcome.REACHED and way is not ContactWay.FAMILY


@view.on(ContactTakenBack)
@view.on(AttendanceTakenBack)
def _(row: Row | None, fact: ContactTakenBack | AttendanceTakenBack, about: About) -> Row:
    """Of two slips in a row the card says too little rather than too much: that nobody is known to have seen them."""
    row = _known(row)
    counted = _spoke(fact.way, fact.was) if isinstance(fact, ContactTakenBack) else fact.was is Noted.ATTENDED
    if not counted:
        return row | _stamp(about)
    day, before = about.effective, row.get("seen_before")
    if day == row.get("last_seen"):
        return row | {"last_seen": before, "seen_before": None} | _stamp(about)
    return row | {"seen_before": None if day == before else before} | _stamp(about)


@view.on(PensionBasisSet)
def _(row: Row | None, fact: PensionBasisSet, about: About) -> Row:
    """How much it is stands elsewhere; the card says whether it is known."""
    known = {"pension_known": True} if not is_hidden(fact.basis_fen) else {}
    return _counted(_known(row) | known | _stamp(about))


def _shown_elsewhere(row: Row | None, fact: ElsewherePart, about: About) -> Row:
    """The card only moves on to the fact's version. A neighbour may have answered: nobody was seen."""
    return _known(row) | _stamp(about)


STAMPS: Final = frozenset(set(get_args(ElsewherePart)) - set(view.handlers))
"""Of these the card shows no more than that something was written."""
for _kind in STAMPS:
    view.on(_kind)(_shown_elsewhere)


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


def lives_in(community: str) -> ColumnElement[bool]:
    """Members of this community and everything below it, found by an index; "" narrows nothing."""
    return or_(table.c.place == community, begins(table.c.place, f"{community}.")) if community else true()


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
    return {"place": about.community, "seq": about.seq, "recorded": about.recorded}
