"""What people type into commands, made regular: ID numbers, and the words for sex and kind in either language."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from events.facts.people import Address, RetirementKind, Sex, address_of, as_one, birth_in, several

_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECKS: Final = "10X98765432"
_PHONE_DIGITS_MIN: Final = 3
_ID_18 = re.compile(r"^[0-9]{17}[0-9X]$")
_ID_15 = re.compile(r"^[0-9]{15}$")

_SEX_WORDS: Final = {"男": Sex.MALE, "女": Sex.FEMALE, "m": Sex.MALE, "f": Sex.FEMALE}
_KIND_WORDS: Final = {
    "在职": RetirementKind.IN_SERVICE,
    "退休": RetirementKind.RETIRED,
    "离休": RetirementKind.RETIRED_WITH_HONOURS,
    "下岗": RetirementKind.LAID_OFF,
    "买断工龄": RetirementKind.BOUGHT_OUT,
    "灵活就业": RetirementKind.FLEXIBLE,
    "其他": RetirementKind.OTHER,
}


def check_character(first_17: str) -> str:
    """The last character of an 18-character ID number (GB 11643, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True)) % 11]


def id_number_of(text: str) -> str:
    """An ID number as it is stored: 18 characters, capital X; full-width digits, spaces and 15 digits are understood.

    ValueError says what is wrong: the shape, the day of birth in it, or the check character.
    """
    number = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if _ID_15.match(number):
        number = f"{number[:6]}19{number[6:]}"
        number += check_character(number)
    if not _ID_18.match(number):
        raise ValueError("an ID number has 18 characters (17 digits and a check character) or 15 digits")
    try:
        birth_in(number)
    except ValueError as error:
        raise ValueError(f"the ID number's day of birth {number[6:14]} is no day") from error
    if number[-1] != check_character(number[:17]):
        raise ValueError("the ID number's check character is wrong")
    return number


def _id_number(value: Any) -> Any:
    return id_number_of(value) if isinstance(value, str) else value


def _sex(value: Any) -> Any:
    return _SEX_WORDS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _kind(value: Any) -> Any:
    return _KIND_WORDS.get(value.strip(), value) if isinstance(value, str) else value


def _address(value: Any) -> Any:
    return (address_of(value) if value.strip() else None) if isinstance(value, str) else value


def _phone(value: str) -> str:
    if sum(one.isdigit() for one in value) < _PHONE_DIGITS_MIN:
        raise ValueError("a phone number has three digits or more")
    return value


def _several(value: Any) -> Any:
    return as_one(several(value)) if isinstance(value, str) else value


IdNumber = Annotated[str, BeforeValidator(_id_number)]
SexWord = Annotated[Sex, BeforeValidator(_sex)]
KindWord = Annotated[RetirementKind, BeforeValidator(_kind)]
AddressText = Annotated[Address | None, BeforeValidator(_address)]
"""An address given as one text, or told apart already."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Several = Annotated[Annotated[str, StringConstraints(max_length=400)] | None, BeforeValidator(_several)]
"""Several words in one text, each after 、, each once; None if there are none."""
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_phone)]
"""A number that can be dialled: an extension or a word may stand beside it, but no word stands for it."""


def day_of(text: str) -> date:
    """A day in ISO 8601. ValueError if it is none."""
    return date.fromisoformat(text)
