"""Stream `import`, owned by registry: one roster file read in, what was refused, whether it was taken back."""

from __future__ import annotations

from events.facts.base import Fact, Identity, Sealed


class ImportFact(Fact, owner="registry", stream="import"):
    """About one import of one file; the entity is the import's id."""


class ImportStarted(ImportFact, name="hearth.import.started", version=1):
    """Reading of this file began. Source: DOMAIN R2, issue "roster in".

    `digest` is SHA-256 (hexadecimal) of the file's bytes; `mapping` says which column (its heading) was read as which
    field; `columns` are the headings in the file's order, which `RowRejected.cells` follows.
    """

    filename: str
    digest: str
    rows: int
    mapping: dict[str, str]
    columns: tuple[str, ...] = ()


class RowRejected(ImportFact, name="hearth.import.row_rejected", version=1):
    """A row was not taken. `row` is the worksheet's row number, `reason` a stable code, `field` our field's name.

    `cells` is the whole row as text, so that it can be handed back to be mended. A row wrong in two fields has two
    of these; only the first need carry the cells.
    """

    row: int
    field: str | None = None
    reason: str
    value: Sealed[Identity, str | None] = None
    cells: Sealed[Identity, tuple[str | None, ...]] = ()


class ImportCommitted(ImportFact, name="hearth.import.committed", version=1):
    """The import is complete: so many rows became members, so many were refused, so many were already known."""

    accepted: int
    rejected: int
    known: int = 0


class ImportUndone(ImportFact, name="hearth.import.undone", version=1):
    """The import was taken back, except for these people, to whom something had happened since."""

    withdrawn: int
    kept: tuple[str, ...] = ()
