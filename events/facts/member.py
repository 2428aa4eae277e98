"""Stream `member`, owned by registry: a person's membership from the day they are put on the roll to the last."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Final

from events.facts.base import Contact, Dues, Fact, Identity, Sealed, is_hidden
from events.facts.people import ContactCard, Person, RetirementKind, Word, address_of, birth_in


class MemberFact(Fact, owner="registry", stream="member"):
    """About one member; the entity is the member's id."""


class Enrolled(MemberFact, name="hearth.member.enrolled", version=1, published=True):
    """The community has this member on its roll. Effective from the first day it was so here. Source: DOMAIN R1, R2.

    `pension_basis_fen` is the basic pension in fen a month, as far as it is known on that day (later ones come as
    `PensionBasisSet`). `import_id` and `row` (the worksheet's row number) say which roster brought the person.
    """

    person: Sealed[Identity, Person]
    contact: Sealed[Contact, ContactCard]
    pension_basis_fen: Sealed[Dues, int | None] = None
    joined_on: date
    full_member_on: date | None = None
    branch_id: str | None = None
    kind: RetirementKind = RetirementKind.OTHER
    skills: tuple[str, ...] = ()
    import_id: str | None = None
    row: int | None = None


class EnrolmentWithdrawn(MemberFact, name="hearth.member.enrolment_withdrawn", version=1, published=True):
    """The enrolment was a mistake and is taken back; nothing else had happened since. Source: undo of a roster, R1.

    `enrolled_on` is the day from which it had been so, if that was written down.
    """

    import_id: str | None = None
    enrolled_on: date | None = None


class CorrectableField(StrEnum):
    """What may be corrected one field at a time; families and whole addresses go by `ContactChanged`."""

    NAME = "name"
    SEX = "sex"
    ETHNICITY = "ethnicity"
    ID_NUMBER = "id_number"
    BIRTH = "birth"
    PHONE = "phone"
    ADDRESS = "address"
    LIVES_ALONE = "lives_alone"
    MINIMUM_LIVING = "minimum_living"
    JOINED_ON = "joined_on"
    FULL_MEMBER_ON = "full_member_on"
    KIND = "kind"
    EDUCATION = "education"
    FORMER_UNIT = "former_unit"
    FORMER_POST = "former_post"
    REGISTERED_ADDRESS = "registered_address"
    GRID = "grid"
    SKILLS = "skills"
    INTERESTS = "interests"


IDENTITY_FIELDS: Final = frozenset(
    (
        CorrectableField.NAME,
        CorrectableField.SEX,
        CorrectableField.ETHNICITY,
        CorrectableField.ID_NUMBER,
        CorrectableField.BIRTH,
    )
)
"""Stand in `DetailsCorrected.identity`."""
CONTACT_FIELDS: Final = frozenset(
    (
        CorrectableField.PHONE,
        CorrectableField.ADDRESS,
        CorrectableField.LIVES_ALONE,
        CorrectableField.MINIMUM_LIVING,
    )
)
"""Stand in `DetailsCorrected.contact`; the rest stand in `plain`."""
DETAIL_PLACE: Final = {
    CorrectableField.EDUCATION: "identity",
    CorrectableField.FORMER_UNIT: "identity",
    CorrectableField.FORMER_POST: "identity",
    CorrectableField.REGISTERED_ADDRESS: "contact",
    CorrectableField.GRID: "contact",
    CorrectableField.SKILLS: "plain",
    CorrectableField.INTERESTS: "plain",
}
"""What else a card says (DOMAIN R1): the field of a fact each stands in. Several skills are one text, each after 、."""


class DetailsCorrected(MemberFact, name="hearth.member.details_corrected", version=1, published=True):
    """What the register said of this field was wrong; this is right. Source: DOMAIN R1, R24.

    Effective on the day the right value became known; `wrong_since` is the first day the wrong value was taken for
    true, if that is known. The value (JSON text of the field: dates ISO 8601, `true`/`false`) stands in the one place
    whose purpose the field belongs to: `identity`, `contact` or, for what is no personal detail, `plain`. A corrected
    ID number brings its birth date along.
    """

    field: CorrectableField
    identity: Sealed[Identity, str | None] = None
    contact: Sealed[Contact, str | None] = None
    plain: str | None = None
    wrong_since: date | None = None

    def person_after(self, person: Person) -> Person:
        """The person with this correction in place; unchanged if it is about something else or cannot be read."""
        if self.field not in IDENTITY_FIELDS or is_hidden(self.identity):
            return person
        corrected = {self.field.value: self.identity}
        if self.field is CorrectableField.ID_NUMBER and self.identity:
            corrected["birth"] = birth_in(self.identity).isoformat()
        return Person.model_validate(person.model_dump() | corrected)

    def contact_after(self, contact: ContactCard) -> ContactCard:
        """The contact card with this correction in place; an address is read as `address_of` reads it."""
        if self.field not in CONTACT_FIELDS or is_hidden(self.contact):
            return contact
        value: Any = self.contact
        if self.field is CorrectableField.ADDRESS:
            value = address_of(value) if value else None
        return ContactCard.model_validate(contact.model_dump() | {self.field.value: value})


class DetailsChanged(MemberFact, name="hearth.member.details_changed", version=1, published=True):
    """From the effective day on this is so; what stood there before was right, or nobody had asked. Source: DOMAIN R1.

    One field of `DETAIL_PLACE` a fact; the value stands where `DetailsCorrected` would have it, None for "none".
    `import_id`: a roster brought it along with the person, so it goes when that enrolment is taken back.
    """

    field: CorrectableField
    identity: Sealed[Identity, str | None] = None
    contact: Sealed[Contact, str | None] = None
    plain: str | None = None
    import_id: str | None = None


def place_of(field: CorrectableField) -> str:
    """The field of `DetailsCorrected` that the value belongs into, by its purpose."""
    if field in DETAIL_PLACE:
        return DETAIL_PLACE[field]
    return "identity" if field in IDENTITY_FIELDS else "contact" if field in CONTACT_FIELDS else "plain"


def detail_in(fact: DetailsChanged | DetailsCorrected) -> str | None:
    """The value of a detail that stands in its place; `HIDDEN` if it cannot be read."""
    value: str | None = getattr(fact, DETAIL_PLACE[fact.field])
    return value


class ContactChanged(MemberFact, name="hearth.member.contact_changed", version=1, published=True):
    """The person is reached another way, or lives another way, from the effective day on. Source: DOMAIN R1, R8."""

    contact: Sealed[Contact, ContactCard]


class Classified(MemberFact, name="hearth.member.classified", version=1, published=True):
    """From the effective day on the member is counted otherwise. What is None was not spoken of. Source: DOMAIN R1."""

    kind: RetirementKind | None = None
    lives_alone: Sealed[Contact, bool | None] = None
    minimum_living: Sealed[Contact, bool | None] = None

    def flags(self) -> dict[str, bool]:
        """Which of the flags of a contact card this sets, as far as it can be read."""
        said = {"lives_alone": self.lives_alone, "minimum_living": self.minimum_living}
        return {name: value for name, value in said.items() if isinstance(value, bool)}


class AwayKind(StrEnum):
    """How a member who lives elsewhere is kept in touch (DOMAIN R6)."""

    INTERMITTENT = "intermittent"
    """Near, or comes back now and then: goes on attending here."""
    CARD = "card"
    """流动党员联系卡: attends and pays there, votes here."""
    TEMPORARY_TRANSFER = "temporary_transfer"
    """临时组织关系: the relation moves for a while, the sender stays responsible until it is received."""


class MovedAway(MemberFact, name="hearth.member.moved_away", version=1, published=True):
    """The member left for a while. Effective on the day of leaving. Source: DOMAIN R6.

    `clause` is the rule that chose `kind`; `card_until` is the last day a contact card given for this is valid.
    `carried_over`: already away when first put on record (a roster says so), so nobody needs to be told.
    `application_id` is what was applied for and approved before. Where a person chose otherwise than the policy,
    `policy_kind` is what it had said and `why_other` why; `clause` is then the rule of the kind that was chosen.
    """

    kind: AwayKind
    clause: str
    destination: str
    address: Sealed[Contact, str | None] = None
    phone: Sealed[Contact, str | None] = None
    expected_return: date | None = None
    fixed_place: bool
    reason: Sealed[Contact, str]
    card_until: date | None = None
    carried_over: bool = False
    application_id: str | None = None
    policy_kind: AwayKind | None = None
    why_other: Sealed[Contact, str | None] = None


class Returned(MemberFact, name="hearth.member.returned", version=1, published=True):
    """The member is back. Effective on the day of return; `report` is what they reported of it. Source: DOMAIN R6."""

    report: Sealed[Contact, str | None] = None


class Assigned(MemberFact, name="hearth.member.assigned", version=1, published=True):
    """The member belongs to this branch, and in it to this group or to none, from the effective day on. Source: R3."""

    branch_id: str
    group_id: str | None = None


class AttendanceWay(StrEnum):
    """How somebody took part."""

    IN_PERSON = "in_person"
    REMOTE = "remote"


class Attended(MemberFact, name="hearth.member.attended", version=1, published=True):
    """The member took part in a meeting. Effective on the day of the meeting. Source: DOMAIN R9."""

    meeting_id: str
    way: AttendanceWay = AttendanceWay.IN_PERSON


class PensionBasisSet(MemberFact, name="hearth.member.pension_basis_set", version=1):
    """From the effective day on dues are reckoned from this basic pension, in fen a month. Source: DOMAIN R10."""

    basis_fen: Sealed[Dues, int]


class PayMethod(StrEnum):
    """How the money came."""

    CASH = "cash"
    TRANSFER = "transfer"
    CARD = "card"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    DEDUCTION = "deduction"
    """代扣: kept back by whoever pays the pension."""
    OTHER = "other"


class MonthDue(Word):
    """One month: what is due for it (fen) and the clause that says so."""

    month: str
    due_fen: int
    clause: str


class DuesAmount(Word):
    """The money of one payment, in fen; it is the sum of its months."""

    total_fen: int
    months: tuple[MonthDue, ...]


class DuesPaid(MemberFact, name="hearth.member.dues_paid", version=1, published=True):
    """Dues of these months (`YYYY-MM`, in order) were paid. Effective on the day of payment. Source: DOMAIN R10.

    How much is sealed for those who keep the dues; that it was paid, and the receipt's number, is not. `payer` is who
    brought the money when it was not the member (代缴).
    """

    months: tuple[str, ...]
    amount: Sealed[Dues, DuesAmount]
    receipt_no: str
    method: PayMethod
    payer: Sealed[Contact, str | None] = None


class Died(MemberFact, name="hearth.member.died", version=1, published=True):
    """The member died. Effective on the day of death. Everything pending for the person ends. Source: DOMAIN R17."""
