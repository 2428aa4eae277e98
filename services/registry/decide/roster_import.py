"""Stream `import`: one roster file is read in; what of it was refused; it is complete, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.roster_import import (
    DoubtedRow,
    ImportCommitted,
    ImportStarted,
    ImportUndone,
    RowRejected,
    RowsDoubted,
)
from services.registry.decide.values import Line


class StartImport(Command):
    """Begin to read a file; the fields are those of `ImportStarted`."""

    filename: Line
    digest: str
    rows: int = Field(ge=0)
    mapping: dict[str, str]
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CommitImport(Command):
    """The file is read to its end: so many rows became members, so many were known already.

    `doubted` is how often a row should be looked at again, `doubts` the first of them.
    """

    accepted: int = Field(ge=0)
    known: int = Field(default=0, ge=0)
    doubted: int = Field(default=0, ge=0)
    doubts: tuple[DoubtedRow, ...] = ()


class UndoImport(Command):
    """The enrolments were taken back, except for these people, to whom something had happened since."""

    withdrawn: int = Field(ge=0)
    kept: tuple[str, ...] = ()


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class ImportStage(StrEnum):
    """How far the import has come."""

    UNKNOWN = "unknown"
    STARTED = "started"
    COMMITTED = "committed"
    UNDONE = "undone"


class RosterImport(BaseModel):
    """What decisions about an import need to remember.

    `rejected` counts the rows that were refused; `last` is the place of the last of them (worksheet, row), `faults`
    what of it is recorded.
    """

    model_config = ConfigDict(frozen=True)

    stage: ImportStage = ImportStage.UNKNOWN
    digest: str = ""
    sheets: tuple[str, ...] = ()
    rejected: int = 0
    last: tuple[int, int] = (-1, 0)
    faults: tuple[str, ...] = ()

    def place(self, row: RowRejected) -> tuple[int, int]:
        """Where a refused row stands in the file."""
        return (self.sheets.index(row.sheet) if row.sheet in self.sheets else len(self.sheets)), row.row


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(state: RosterImport, fact: Fact, effective: date) -> RosterImport:
    """The import after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case ImportStarted():
            return RosterImport(stage=ImportStage.STARTED, digest=fact.digest, sheets=tuple(fact.columns))
        case RowRejected():
            place = state.place(fact)
            another = place != state.last
            faults = (fault_of(fact),) if another else (*state.faults, fault_of(fact))
            return state.model_copy(update={"rejected": state.rejected + another, "last": place, "faults": faults})
        case RowsDoubted():
            return state
        case ImportCommitted():
            return state.model_copy(update={"stage": ImportStage.COMMITTED})
        case ImportUndone():
            return state.model_copy(update={"stage": ImportStage.UNDONE})
        case _:
            raise UnknownFact("import", fact)


def fault_of(row: RowRejected) -> str:
    """What is wrong with a row; no row has the same fault twice."""
    return f"{row.field}/{row.reason}"


ROSTER_IMPORT: Final = Decider(owner="registry", stream="import", initial=RosterImport(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def start(state: RosterImport, command: StartImport, today: date) -> Decision:
    """Begin. An import that was interrupted begins again where it was."""
    if state.stage is not ImportStage.UNKNOWN:
        return nothing() if state.digest == command.digest else refused("other_file")
    started = ImportStarted(**{name: getattr(command, name) for name in StartImport.model_fields})
    return facts(started, on=today)


def reject_rows(state: RosterImport, rows: Sequence[RowRejected], today: date) -> Decision:
    """Rows were refused, in the file's order.

    What stands before the last recorded one is passed over, so an interrupted import may send everything again, even
    if people whom the register did not have then are in it now.
    """
    if state.stage is not ImportStage.STARTED:
        return nothing() if state.stage is ImportStage.COMMITTED else refused("not_started")
    fresh = [
        row
        for row in rows
        if (place := state.place(row)) > state.last or (place == state.last and fault_of(row) not in state.faults)
    ]
    return facts(*fresh, on=today)


def commit(state: RosterImport, command: CommitImport, today: date) -> Decision:
    """The import is complete."""
    match state.stage:
        case ImportStage.STARTED:
            committed = ImportCommitted(accepted=command.accepted, rejected=state.rejected, known=command.known)
            doubted = RowsDoubted(count=command.doubted, rows=command.doubts)
            return facts(*((doubted,) if command.doubted else ()), committed, on=today)
        case ImportStage.COMMITTED:
            return nothing()
        case ImportStage.UNKNOWN | ImportStage.UNDONE:
            return refused("not_started" if state.stage is ImportStage.UNKNOWN else "undone")


def undo(state: RosterImport, command: UndoImport, today: date) -> Decision:
    """The import is taken back; also one that was interrupted."""
    match state.stage:
        case ImportStage.UNKNOWN:
            return refused("not_started")
        case ImportStage.UNDONE:
            return nothing()
        case ImportStage.STARTED | ImportStage.COMMITTED:
            return facts(ImportUndone(withdrawn=command.withdrawn, kept=command.kept), on=today)
