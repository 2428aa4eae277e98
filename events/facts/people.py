"""The words facts use about a person: shapes shared by streams, no facts themselves (DOMAIN.md R1, R10)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Word(BaseModel):
    """A value inside a fact: frozen, and nothing in it that is not written down here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sex(StrEnum):
    """As on the identity card."""

    MALE = "male"
    FEMALE = "female"


class RetirementKind(StrEnum):
    """人员类别: what a person lives from, which decides who else cares for them and how dues are reckoned."""

    IN_SERVICE = "in_service"
    """在职"""
    RETIRED = "retired"
    """退休"""
    RETIRED_WITH_HONOURS = "retired_with_honours"
    """离休"""
    LAID_OFF = "laid_off"
    """下岗"""
    BOUGHT_OUT = "bought_out"
    """买断工龄"""
    FLEXIBLE = "flexible"
    """灵活就业"""
    OTHER = "other"


class Person(Word):
    """Who somebody is. `id_number` has 18 characters with a right check character; `birth` follows from it."""

    name: str
    sex: Sex
    ethnicity: str | None = None
    id_number: str
    birth: date


class Address(Word):
    """Where somebody lives. `text` is as it was said; `building` groups visits into one trip."""

    text: str
    building: str | None = None
    room: str | None = None


class Relative(Word):
    """Somebody of the family who may be called."""

    name: str
    relation: str | None = None
    phone: str | None = None


class ContactCard(Word):
    """How a person is reached and how they live."""

    phone: str | None = None
    address: Address | None = None
    family: tuple[Relative, ...] = ()
    lives_alone: bool = False
    minimum_living: bool = False
    """低保: receives the minimum-living guarantee, so dues are the relief amount."""
    note: str | None = None
