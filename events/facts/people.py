"""The words facts use about a person: shapes shared by streams, no facts themselves (DOMAIN.md R1, R10)."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def birth_in(id_number: str) -> date:
    """The day of birth an 18-character ID number carries in its places 7 to 14 (GB 11643). ValueError if it is none."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


class Address(Word):
    """Where somebody lives. `text` is as it was said; `building` groups visits into one trip."""

    text: str
    building: str | None = None
    room: str | None = None

    @property
    def home(self) -> str | None:
        """By what those who live together are found: building and room, or the words where no building can be told.

        None where the building is known and not the room: its people are neighbours.
        """
        if self.building is None:
            return self.text
        return f"{self.building} {self.room}" if self.room else None


_BUILDING = re.compile(r"^(?P<building>.*(?:号楼|号|幢|栋|座))(?P<room>[^号幢栋座]+)$")


def address_of(text: str) -> Address:
    """An address as it is written, its building and room told apart: `金桥路36弄28号101室` is room 101室 of …28号.

    Without a building that can be told, only the text.
    """
    text = text.strip()
    found = _BUILDING.match(text)
    if found is not None:
        return Address(text=text, building=found["building"].strip(), room=found["room"].strip() or None)
    return Address(text=text, building=text if re.search(r"(?:号楼|号|幢|栋|座)$", text) else None)


class Relative(Word):
    """Somebody of the family who may be called."""

    name: str
    relation: str | None = None
    phone: str | None = None


class CardField(StrEnum):
    """What a full card says beyond what nobody is enrolled without (DOMAIN R1). The order is kept: rows count by it."""

    PHONE = "phone"
    ADDRESS = "address"
    BUILDING = "building"
    """The address is told apart into building and room, so that visits can be grouped."""
    FAMILY = "family"
    BRANCH = "branch"
    PENSION_BASIS = "pension_basis"
    ETHNICITY = "ethnicity"
    FULL_MEMBER_ON = "full_member_on"
    EDUCATION = "education"
    FORMER_UNIT = "former_unit"
    REGISTERED_ADDRESS = "registered_address"
    GRID = "grid"


class ContactCard(Word):
    """How a person is reached and how they live."""

    phone: str | None = None
    address: Address | None = None
    family: tuple[Relative, ...] = ()
    lives_alone: bool = False
    minimum_living: bool = False
    """低保: receives the minimum-living guarantee, so dues are the relief amount."""
    note: str | None = None


_BETWEEN = re.compile(r"[、,，;；\n]+")


def several(text: str | None) -> tuple[str, ...]:
    """`书法、合唱` as it is written, each once."""
    return tuple(dict.fromkeys(each.strip() for each in _BETWEEN.split(text or "") if each.strip()))


def as_one(each: Iterable[str]) -> str | None:
    """Several as one text, as facts keep them; None if there are none."""
    return "、".join(each) or None
