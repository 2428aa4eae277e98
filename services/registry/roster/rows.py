"""What reading a roster gives: rows to register, doubts about them, and rejections with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.registry.roster.cells import as_seen
from services.registry.roster.contact import Address, Destination, Family
from services.registry.roster.reasons import Doubt, Reason, sentence
from services.registry.roster.sheet import Cell
from services.registry.roster.values import Sex


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to look at again. About a row that is taken, or (``row`` is the header's) about a column or
    worksheet.
    """

    sheet: str
    row: int
    field: str
    value: str
    doubt: Doubt
    details: Mapping[str, str]

    @property
    def advice(self) -> str:
        return sentence(self.doubt, self.details)

    def as_json(self) -> dict[str, str | int]:
        """An element of ``warnings`` in CONTRACT's ``import-roster --json``, with the sentence beside the code."""
        return {
            "row": self.row, "field": self.field, "value": self.value, "reason": self.doubt.value,
            "advice": self.advice, "sheet": self.sheet,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason why a row is not taken; a row with three faults gives three, one after another.

    ``row`` is the worksheet's row number, ``value`` the cell as the clerk sees it, ``column`` its place in ``cells``
    (``None`` when the sheet lacks it), ``cells`` the whole row for the sheet to mend.
    """

    sheet: str
    row: int
    field: str
    value: str
    reason: Reason
    details: Mapping[str, str]
    column: int | None
    cells: tuple[str, ...]

    @property
    def advice(self) -> str:
        return sentence(self.reason, self.details)

    def as_json(self) -> dict[str, str | int]:
        """An element of ``rejected`` in CONTRACT's ``import-roster --json``, with the sentence beside the code."""
        return {
            "row": self.row, "field": self.field, "value": self.value, "reason": self.reason.value,
            "advice": self.advice, "sheet": self.sheet,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person as the roster has them, ready to be registered.

    ``birth`` comes from the ID number; ``sex`` from the sheet, or from the ID number when the sheet does not say.
    Ticks left blank are no. ``full_member_on`` is empty for a probationary member. ``pension_basis_fen`` is fen a
    month.
    """

    sheet: str
    row: int
    name: str
    sex: Sex
    ethnicity: str | None
    id_number: str
    birth: date
    joined_on: date
    full_member_on: date | None
    branch: str | None
    kind: str | None
    pension_basis_fen: int | None
    phone: str | None
    family: Family | None
    address: Address | None
    away: bool
    destination: Destination | None
    lives_alone: bool
    minimum_living: bool
    skills: tuple[str, ...]
    note: str | None
    cells: tuple[Cell, ...]
    id_column: int
    details: Mapping[str, str] = field(default_factory=dict)
    """What else the card says, as far as the sheet does: education, former unit and post, grid …"""

    def reject(self, reason: Reason, **details: str) -> Rejection:
        """This person turned away after all, for what only the register knows:
        ``row.reject(Reason.ALREADY_REGISTERED)``.
        """
        seen = tuple(as_seen(cell) for cell in self.cells)
        return Rejection(self.sheet, self.row, "id_number", seen[self.id_column], reason, details, self.id_column, seen)


Item = RosterRow | Caution | Rejection
