"""What may be asked about a member; these are also the bodies of the API calls (CONTRACT.md, "HTTP")."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from events.facts.decision import Command
from events.facts.member import AwayKind, CorrectableField, PayMethod
from events.facts.people import Relative, RetirementKind
from services.registry.decide.days import Month
from services.registry.decide.values import AddressText, IdNumber, KindWord, Line, Name, Phone, Several, SexWord, Text

Fen = Annotated[int, Field(ge=0, le=100_000_000)]
"""Money in fen; nobody's monthly pension or dues come near the limit."""


class Enrol(Command):
    """Put a person on the roll of a community. `branch` is the branch's id; `on` the first day here (today)."""

    name: Name
    sex: SexWord
    ethnicity: Name | None = None
    id_number: IdNumber
    joined_on: date
    full_member_on: date | None = None
    community: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]
    branch: str | None = None
    kind: KindWord = RetirementKind.OTHER
    phone: Phone | None = None
    address: AddressText = None
    pension_basis_fen: Fen | None = None
    family: tuple[Relative, ...] = ()
    lives_alone: bool = False
    minimum_living: bool = False
    skills: tuple[Name, ...] = ()
    note: Text | None = None
    on: date | None = None

    @model_validator(mode="after")
    def _full_member_after_joining(self) -> Self:
        if self.full_member_on is not None and self.full_member_on < self.joined_on:
            raise ValueError("full_member_on must not be before joined_on")
        return self


class WithdrawEnrolment(Command):
    """Take back an enrolment that an import made (or, without one, that was made by hand)."""

    import_id: str | None = None


class ChangeContact(Command):
    """The person is reached another way, or lives another way, from `on` (today). What is left out stays as it is."""

    phone: Phone | None = None
    address: AddressText = None
    family: tuple[Relative, ...] = ()
    lives_alone: bool = False
    minimum_living: bool = False
    note: Text | None = None
    on: date | None = None


_CORRECT_VALUE: dict[CorrectableField, TypeAdapter[Any]] = {
    CorrectableField.NAME: TypeAdapter(Name),
    CorrectableField.SEX: TypeAdapter(SexWord),
    CorrectableField.ETHNICITY: TypeAdapter(Name | None),
    CorrectableField.ID_NUMBER: TypeAdapter(IdNumber),
    CorrectableField.BIRTH: TypeAdapter(date),
    CorrectableField.PHONE: TypeAdapter(Phone | None),
    CorrectableField.ADDRESS: TypeAdapter(Line | None),
    CorrectableField.LIVES_ALONE: TypeAdapter(bool),
    CorrectableField.MINIMUM_LIVING: TypeAdapter(bool),
    CorrectableField.JOINED_ON: TypeAdapter(date),
    CorrectableField.FULL_MEMBER_ON: TypeAdapter(date | None),
    CorrectableField.KIND: TypeAdapter(KindWord),
    CorrectableField.EDUCATION: TypeAdapter(Name | None),
    CorrectableField.FORMER_UNIT: TypeAdapter(Line | None),
    CorrectableField.FORMER_POST: TypeAdapter(Line | None),
    CorrectableField.REGISTERED_ADDRESS: TypeAdapter(Line | None),
    CorrectableField.GRID: TypeAdapter(Name | None),
    CorrectableField.SKILLS: TypeAdapter(Several),
    CorrectableField.INTERESTS: TypeAdapter(Several),
}


class Correct(Command):
    """What the register says of `field` was wrong; `value` is right. `reason` goes into the fact's envelope.

    `value` is given as JSON (a text, true or false, null for "there is none") and kept as text: dates ISO 8601,
    truths `true` and `false`.
    """

    field: CorrectableField
    value: str | None
    wrong_since: date | None = None
    reason: Text

    @model_validator(mode="before")
    @classmethod
    def _value_fits_field(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("field") not in set(CorrectableField):
            return given
        value = given.get("value")
        if isinstance(value, str):
            value = value.strip() or None
        try:
            fitting = _CORRECT_VALUE[CorrectableField(given["field"])].validate_python(value)
        except ValidationError as error:
            raise ValueError(f"value: {error.errors(include_url=False)[0]['msg']}") from error
        return given | {"value": _as_text(fitting)}

    @property
    def day(self) -> date | None:
        """The value, where it is a day in the member's life."""
        if self.value and self.field in (
            CorrectableField.BIRTH,
            CorrectableField.JOINED_ON,
            CorrectableField.FULL_MEMBER_ON,
        ):
            return date.fromisoformat(self.value)
        return None


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


class Leaving(Command):
    """Leaving for a while, from `from` on. `intermittent`: comes back now and then and goes on attending."""

    since: Annotated[date, Field(alias="from")]
    expected_return: date | None = None
    destination: Line
    address: Line | None = None
    phone: Phone | None = None
    fixed_place: bool = False
    intermittent: bool = False
    reason: Text

    @model_validator(mode="after")
    def _returns_after_leaving(self) -> Self:
        if self.expected_return is not None and self.expected_return < self.since:
            raise ValueError("expected_return must not be before from")
        return self


class MoveAway(Leaving):
    """The member left. `kind` chooses otherwise than the policy how they are kept in touch, and `why_kind` says why."""

    kind: AwayKind | None = None
    why_kind: Text | None = None


class ChangeAway(Command):
    """Somebody who is away lives at this place from `from` on; what is left out is not known of it."""

    since: Annotated[date, Field(alias="from")]
    destination: Line
    address: Line | None = None
    phone: Phone | None = None
    fixed_place: bool = False
    expected_return: date | None = None
    reason: Text

    @model_validator(mode="after")
    def _returns_after_moving(self) -> Self:
        if self.expected_return is not None and self.expected_return < self.since:
            raise ValueError("expected_return must not be before from")
        return self


class Return(Command):
    """The member is back since `on`."""

    on: date
    report: Text | None = None


class Assign(Command):
    """The member belongs to the branch with this id from today on."""

    branch: Annotated[str, Field(min_length=1, max_length=64)]


class SetPensionBasis(Command):
    """From `since` (today) on dues are reckoned from this basic pension, in fen a month."""

    basis_fen: Fen
    since: date | None = None


class PayDues(Command):
    """Dues of these months were paid on `paid_on`. The amount must be exactly what is due for them."""

    months: Annotated[tuple[Month, ...], Field(min_length=1, max_length=60)]
    amount_fen: Fen
    method: PayMethod = PayMethod.CASH
    paid_on: date
    payer: Name | None = None

    @model_validator(mode="after")
    def _no_month_twice(self) -> Self:
        if len(set(self.months)) != len(self.months):
            raise ValueError("months must not name a month twice")
        return self


class Die(Command):
    """The member died on this day."""

    on: date
