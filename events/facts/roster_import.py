"""Stream `import`, owned by registry: one roster file read in, what was refused, whether it was taken back."""

from __future__ import annotations

from pydantic import Field

from events.facts.base import Fact, Identity, Sealed
from events.facts.people import Word


class ImportFact(Fact, owner="registry", stream="import"):
    """About one import of one file; the entity is the import's id."""


class ImportStarted(ImportFact, name="hearth.import.started", version=1):
    """Reading of this file began. Source: DOMAIN R2, issue "roster in".

    `digest` is SHA-256 (hexadecimal) of the file's bytes; `mapping` says which column (its heading) was read as which
    field; `columns` are each worksheet's headings in its own order, which the cells of rejected rows follow.
    """

    filename: str
    digest: str
    rows: int
    mapping: dict[str, str]
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class RejectedContent(Word):
    """What stood in a rejected row: the value at fault, the whole row as text, and what fills the reason's sentence."""

    value: str
    cells: tuple[str, ...]
    details: dict[str, str] = Field(default_factory=dict)


class RowRejected(ImportFact, name="hearth.import.row_rejected", version=1):
    """A row was not taken. `row` is the worksheet's row number, `reason` a stable code, `field` our field's name.

    `column` is the place of the value at fault in the row, which is kept whole so that it can be handed back to be
    mended. A row wrong in two fields has two of these.
    """

    sheet: str
    row: int
    field: str
    reason: str
    column: int | None = None
    content: Sealed[Identity, RejectedContent]


class DoubtedRow(Word):
    """Something to look at again in a row that was taken: `value` as it stood there, `details` for the sentence."""

    sheet: str
    row: int
    field: str
    doubt: str
    value: str
    details: dict[str, str] = Field(default_factory=dict)


class RowsDoubted(ImportFact, name="hearth.import.rows_doubted", version=1):
    """Rows were taken that somebody should look at again; `count` findings in all, of which the first are kept."""

    count: int
    rows: Sealed[Identity, tuple[DoubtedRow, ...]]


class ImportCommitted(ImportFact, name="hearth.import.committed", version=1):
    """The import is complete: so many rows became members, so many were refused, so many were already known."""

    accepted: int
    rejected: int
    known: int = 0


class ImportUndone(ImportFact, name="hearth.import.undone", version=1):
    """The import was taken back, except for these people, to whom something had happened since."""

    withdrawn: int
    kept: tuple[str, ...] = ()
