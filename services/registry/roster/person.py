"""One row of cells read into one person, every fault and doubt noted with its cell."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from services.registry.roster.cells import as_seen, squeeze
from services.registry.roster.columns import Columns
from services.registry.roster.contact import (
    Destination,
    Family,
    read_address,
    read_destination,
    read_family,
    read_phone,
)
from services.registry.roster.reasons import Doubt, Reason, Refusal
from services.registry.roster.rows import Caution, Item, Rejection, RosterRow
from services.registry.roster.sheet import Cell
from services.registry.roster.values import (
    IdNumber,
    Sex,
    is_odd_name,
    read_day,
    read_ethnicity,
    read_fen,
    read_flag,
    read_id_number,
    read_name,
    read_sex,
    read_text,
    read_word,
    read_words,
)  # fmt: skip

LENGTH_MAX: Final = {"name": 40, "phone": 60, "family_phone": 60, "note": 1000, "education": 60, "grid": 60}
"""Characters a cell may have; the others ``LENGTH_MAX_OTHERWISE``. More is a paste that slipped."""

LENGTH_MAX_OTHERWISE: Final = 200
LENGTH_MAX_ANYWHERE: Final = min(LENGTH_MAX.values())

_ADULT_YEARS: Final = 18
_BETWEEN_SKILLS = re.compile(r"[、,，;；/\s]+")

DETAILS: Final[Mapping[str, Callable[[Cell], str | None]]] = {
    "education": read_words,
    "former_unit": read_words,
    "former_post": read_words,
    "registered_address": read_words,
    "grid": read_word,
    "interests": read_words,
}
"""What else a card says, with how its cell is read; a grid may be called by its number."""

T = TypeVar("T")


class Seen:
    """The ID numbers met so far in the file, each with the place of its first row."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, int]] = {}

    def before(self, number: str, sheet: str, row: int) -> tuple[str, int] | None:
        """The worksheet and row where the number stood first; ``None`` if this is the first time."""
        first = self._first.setdefault(number, (sheet, row))
        return None if first == (sheet, row) else first


def read_row(columns: Columns, number: int, cells: Sequence[Cell], today: date, seen: Seen) -> Iterator[Item]:
    """The row's rejections, or its cautions and then the person.

    A duplicate is told by its ID number, whether or not the first row is taken: which of the two is right is the
    clerk's to say.
    """
    reading = _Reading(columns, number, cells, today)
    person = reading.person(seen)
    if person is None:
        return iter(reading.rejections)
    return iter((*reading.cautions, person))


class _Reading:
    """The work on one row: what is read is returned, what is wrong is collected."""

    __slots__ = ("_at", "_cells", "_columns", "_number", "_today", "cautions", "rejections")

    def __init__(self, columns: Columns, number: int, cells: Sequence[Cell], today: date) -> None:
        self._columns = columns
        self._at = columns.at
        self._number = number
        self._cells = cells
        self._today = today
        self.rejections: list[Rejection] = []
        self.cautions: list[Caution] = []

    def person(self, seen: Seen) -> RosterRow | None:
        """The person, or ``None`` after at least one rejection."""
        name = self._name()
        identity = self._identity(seen)
        birth = identity.birth if identity else None
        joined_on = self._joined_on(birth)
        full_member_on = self._full_member_on(birth, joined_on)
        destination = self._take("destination", read_destination)
        ethnicity = self._take("ethnicity", read_ethnicity)
        branch, kind = self._take("branch", read_word), self._take("kind", read_word)
        pension_basis_fen, phone, family = self._pension(), self._phone("phone"), self._family()
        address, away = self._take("address", read_address), self._away(destination)
        lives_alone, minimum_living = self._flag("lives_alone"), self._flag("minimum_living")
        skills, note = self._skills(), self._take("note", read_text)
        details = {name: said for name, reader in DETAILS.items() if (said := self._take(name, reader)) is not None}
        if self.rejections:
            return None
        assert name is not None, "a missing name rejects"
        assert identity is not None, "a missing ID number rejects"
        assert joined_on is not None, "a missing day of joining rejects"
        return RosterRow(
            sheet=self._columns.sheet, row=self._number, name=name, sex=self._sex(identity), ethnicity=ethnicity,
            id_number=identity.number, birth=identity.birth, joined_on=joined_on, full_member_on=full_member_on,
            branch=branch, kind=kind, pension_basis_fen=pension_basis_fen, phone=phone, family=family,
            address=address, away=away, destination=destination,
            lives_alone=lives_alone, minimum_living=minimum_living, skills=skills, note=note,
            cells=tuple(self._cells), id_column=self._at["id_number"], details=details,
        )  # fmt: skip

    def _cell(self, field: str) -> Cell:
        place = self._at.get(field)
        return "" if place is None else self._cells[place]

    def _take(self, field: str, reader: Callable[[Cell], T]) -> T | None:
        """What the reader makes of the field's cell; ``None`` where nothing is written or the value was refused."""
        place = self._at.get(field)
        if place is None or (cell := self._cells[place]) == "":
            return None
        if isinstance(cell, str) and len(cell) > LENGTH_MAX_ANYWHERE:
            limit = LENGTH_MAX.get(field, LENGTH_MAX_OTHERWISE)
            if len(cell) > limit:
                self._refuse(field, Reason.TOO_LONG, limit=str(limit))
                return None
        try:
            return reader(cell)
        except Refusal as refusal:
            self._refuse(field, refusal.reason, **refusal.details)
            return None

    def _refuse(self, field: str, reason: Reason, **details: str) -> None:
        seen = self.rejections[0].cells if self.rejections else tuple(as_seen(cell) for cell in self._cells)
        place = self._at.get(field)
        value = "" if place is None else seen[place]
        self.rejections.append(
            Rejection(self._columns.sheet, self._number, field, value, reason, details, place, seen),
        )

    def _doubt(self, field: str, doubt: Doubt, **details: str) -> None:
        value = as_seen(self._cell(field))
        self.cautions.append(Caution(self._columns.sheet, self._number, field, value, doubt, details))

    def _name(self) -> str | None:
        faults = len(self.rejections)
        name = self._take("name", read_name)
        if name is None and len(self.rejections) == faults:
            self._refuse("name", Reason.NO_NAME)
        if name is not None and is_odd_name(name):
            self._doubt("name", Doubt.ODD_NAME, name=name)
        return name

    def _identity(self, seen: Seen) -> IdNumber | None:
        if self._cell("id_number") == "":
            self._refuse("id_number", Reason.NO_ID)
            return None
        identity = self._take("id_number", lambda cell: read_id_number(cell, self._today))
        if identity is None:
            return None
        if first := seen.before(identity.number, self._columns.sheet, self._number):
            sheet, row = first
            self._refuse("id_number", Reason.DUP, sheet=sheet, row=str(row))
        if identity.lengthened:
            self._doubt("id_number", Doubt.ID_LENGTHENED, id_number=identity.number)
        return identity

    def _sex(self, identity: IdNumber) -> Sex:
        sex = read_sex(self._cell("sex"))
        if sex is None:
            if squeeze(self._cell("sex")):
                self._doubt("sex", Doubt.SEX_UNREAD, sex=identity.sex)
            return identity.sex
        if sex != identity.sex:
            self._doubt("sex", Doubt.SEX_DIFFERS)
        return sex

    def _joined_on(self, birth: date | None) -> date | None:
        faults = len(self.rejections)
        joined_on = self._day("joined_on", birth)
        if joined_on is None and len(self.rejections) == faults:
            self._refuse("joined_on", Reason.NO_DATE)
        if joined_on and birth and _years_between(birth, joined_on) < _ADULT_YEARS:
            self._doubt("joined_on", Doubt.UNDER_18)
        return joined_on

    def _full_member_on(self, birth: date | None, joined_on: date | None) -> date | None:
        full_member_on = self._day("full_member_on", birth)
        if full_member_on and joined_on and full_member_on < joined_on:
            self._refuse("full_member_on", Reason.BEFORE_JOINING, joined=joined_on.isoformat())
        return full_member_on

    def _day(self, field: str, birth: date | None) -> date | None:
        """A day of the person's life up to today; ``None`` as well when it was refused."""
        read = self._take(field, read_day)
        if read is None:
            return None
        if read.day > self._today:
            self._refuse(field, Reason.FUTURE)
            return None
        if birth and read.day < birth:
            self._refuse(field, Reason.BEFORE_BIRTH, birth=birth.isoformat())
            return None
        if read.month_only:
            self._doubt(field, Doubt.MONTH_ONLY)
        return read.day

    def _pension(self) -> int | None:
        try:
            return self._take("pension_basis", read_fen)
        except ValueError:
            self._doubt("pension_basis", Doubt.MONEY)
            return None

    def _phone(self, field: str) -> str | None:
        phone = self._take(field, read_phone)
        if phone is None:
            return None
        if not phone.plausible:
            self._doubt(field, Doubt.PHONE)
        elif phone.others:
            self._doubt(field, Doubt.SEVERAL_PHONES, phone=phone.number)
        return phone.number

    def _family(self) -> Family | None:
        phone = self._phone("family_phone")
        named = self._take("family_name", lambda cell: read_family(cell, phone))
        return named or (Family(None, None, phone) if phone else None)

    def _flag(self, field: str) -> bool:
        flag = read_flag(self._cell(field))
        if flag is None:
            self._doubt(field, Doubt.FLAG)
        return bool(flag)

    def _away(self, destination: Destination | None) -> bool:
        """Away if ticked, or if a destination stands where no tick does: a sheet may have only that column."""
        if not squeeze(self._cell("away")):
            return destination is not None
        away = self._flag("away")
        if away and destination is None:
            self._doubt("away", Doubt.AWAY_NOWHERE)
        if destination is not None and not away:
            self._doubt("destination", Doubt.HOME_ELSEWHERE)
        return away

    def _skills(self) -> tuple[str, ...]:
        text = self._take("skills", read_text)
        return tuple(dict.fromkeys(filter(None, _BETWEEN_SKILLS.split(text)))) if text else ()


def _years_between(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
