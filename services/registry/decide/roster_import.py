"""Stream `import`: one roster file is read in; what of it was refused; it is complete, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.roster_import import ImportCommitted, ImportStarted, ImportUndone, RowRejected
from services.registry.decide.values import Line


class StartImport(Command):
    """Begin to read a file; the fields are those of `ImportStarted`."""

    filename: Line
    digest: str
    rows: int = Field(ge=0)
    mapping: dict[str, str]
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CommitImport(Command):
    """The file is read to its end: so many rows became members, so many were known already."""

    accepted: int = Field(ge=0)
    known: int = Field(default=0, ge=0)


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

    `rejections` counts what was wrong, `rejected` the rows it was wrong with; `last_row` is the last of them.
    """

    model_config = ConfigDict(frozen=True)

    stage: ImportStage = ImportStage.UNKNOWN
    digest: str = ""
    rejections: int = 0
    rejected: int = 0
    last_row: str = ""


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(state: RosterImport, fact: Fact, effective: date) -> RosterImport:
    """The import after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case ImportStarted():
            return RosterImport(stage=ImportStage.STARTED, digest=fact.digest)
        case RowRejected():
            row = f"{fact.sheet}/{fact.row}"
            another = row != state.last_row
            return state.model_copy(
                update={
                    "rejections": state.rejections + 1,
                    "rejected": state.rejected + another,
                    "last_row": row,
                }
            )
        case ImportCommitted():
            return state.model_copy(update={"stage": ImportStage.COMMITTED})
        case ImportUndone():
            return state.model_copy(update={"stage": ImportStage.UNDONE})
        case _:
            raise UnknownFact("import", fact)


ROSTER_IMPORT: Final = Decider(owner="registry", stream="import", initial=RosterImport(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def start(state: RosterImport, command: StartImport, today: date) -> Decision:
    """Begin. An import that was interrupted begins again where it was."""
    if state.stage is not ImportStage.UNKNOWN:
        return nothing() if state.digest == command.digest else refused("other_file")
    started = ImportStarted(**{name: getattr(command, name) for name in StartImport.model_fields})
    return facts(started, on=today)


def reject_rows(state: RosterImport, rows: Sequence[RowRejected], before: int, today: date) -> Decision:
    """Rows were refused; `before` is how many refusals of the file came before these.

    Reading a file always refuses the same in the same order, so what is recorded already is passed over and an
    interrupted import may send everything again.
    """
    if state.stage is not ImportStage.STARTED:
        return nothing() if state.stage is ImportStage.COMMITTED else refused("not_started")
    return facts(*rows[max(0, state.rejections - before) :], on=today)


def commit(state: RosterImport, command: CommitImport, today: date) -> Decision:
    """The import is complete."""
    match state.stage:
        case ImportStage.STARTED:
            committed = ImportCommitted(accepted=command.accepted, rejected=state.rejected, known=command.known)
            return facts(committed, on=today)
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
