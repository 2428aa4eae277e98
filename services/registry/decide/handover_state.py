"""Stream `handover`: what may be asked of a unit's batch, and what the registry remembers of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from events.facts.base import Fact
from events.facts.decision import Command, Decider, UnknownFact
from events.facts.handover import (
    Cancelled,
    Closed,
    DecisionWithdrawn,
    Opened,
    PeopleListed,
    PersonAccepted,
    PersonRefused,
    PersonUnlisted,
    Reopened,
    WhyRefused,
)
from services.registry.decide.commands import Fen
from services.registry.decide.values import Name, Text

ROWS_MAX: Final = 400
"""So many lines a batch may have: each is two facts, and one atomic append of the log holds a thousand."""
FUNDS_FEN_MAX: Final = 10_000_000_000
RowNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class OpenHandover(Command):
    """This unit hands people over, agreed for `on` (today)."""

    employer: Name
    on: date | None = None


class Listed(Command):
    """A person on the unit's list. The number is kept as it was written: it may be wrong, which is a finding."""

    name: Name
    id_number: Annotated[str, StringConstraints(max_length=40)] = ""
    funds_fen: Fen = 0


class ListPeople(Command):
    """These people are on the unit's list."""

    people: Annotated[tuple[Listed, ...], Field(min_length=1, max_length=ROWS_MAX)]


class Take(Command):
    """This line is this member."""

    row: RowNumber
    member: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class RefusePerson(Command):
    """The community does not take this line's person over; `note` is said to the unit too."""

    row: RowNumber
    why: WhyRefused
    note: Text | None = None


class WithdrawDecision(Command):
    """What was decided about a line was a mistake. `reason` is needed once the batch is closed."""

    row: RowNumber
    reason: Text | None = None


class CloseHandover(Command):
    """Every line is decided. `funds_fen` is what was received in all; left out, what the accepted lines come to."""

    funds_fen: Annotated[int, Field(ge=0, le=FUNDS_FEN_MAX)] | None = None


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Stage(StrEnum):
    """How far a batch is."""

    UNKNOWN = "unknown"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RowStage(StrEnum):
    """What was decided about a line."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Accepted, and withdrawn after the batch was closed."""


class Row(BaseModel):
    """A line of the list."""

    model_config = ConfigDict(frozen=True)

    nominee_id: str
    stage: RowStage = RowStage.OPEN
    funds_fen: int = 0
    member_id: str | None = None
    why: WhyRefused | None = None


class Batch(BaseModel):
    """What decisions about a batch need to remember. `listed` counts every line there ever was."""

    model_config = ConfigDict(frozen=True)

    stage: Stage = Stage.UNKNOWN
    employer: str = ""
    employer_name: str = ""
    on: date | None = None
    closed_on: date | None = None
    listed: int = 0
    rows: Mapping[int, Row] = {}

    def listed_as(self, nominee_id: str) -> int | None:
        """The line of a nominee who is on the list."""
        return next((number for number, row in self.rows.items() if row.nominee_id == nominee_id), None)

    def at(self, *stages: RowStage) -> list[Row]:
        """The lines of which this was decided."""
        return [row for row in self.rows.values() if row.stage in stages]

    @property
    def funds_fen(self) -> int:
        """What the accepted lines come to."""
        return sum(row.funds_fen for row in self.at(RowStage.ACCEPTED))


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(batch: Batch, fact: Fact, effective: date) -> Batch:
    """The batch after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Opened():
            return Batch(stage=Stage.OPEN, employer=fact.employer, employer_name=fact.employer_name, on=effective)
        case PeopleListed():
            more = {one.row: Row(nominee_id=one.nominee_id, funds_fen=one.funds_fen) for one in fact.rows}
            listed = max(batch.listed, *more)
            return batch.model_copy(update={"rows": {**batch.rows, **more}, "listed": listed})
        case PersonUnlisted():
            left = {number: row for number, row in batch.rows.items() if number != fact.row}
            return batch.model_copy(update={"rows": left})
        case PersonAccepted():
            return _row(batch, fact.row, stage=RowStage.ACCEPTED, member_id=fact.member_id)
        case PersonRefused():
            return _row(batch, fact.row, stage=RowStage.REFUSED, why=fact.why)
        case DecisionWithdrawn():
            after = RowStage.WITHDRAWN if fact.final else RowStage.OPEN
            known = batch.rows.get(fact.row)
            kept = known.member_id if known and fact.final else None
            return _row(batch, fact.row, stage=after, why=None, member_id=kept)
        case Closed():
            return batch.model_copy(update={"stage": Stage.CLOSED, "closed_on": effective})
        case Reopened():
            return batch.model_copy(update={"stage": Stage.OPEN, "closed_on": None})
        case Cancelled():
            return batch.model_copy(update={"stage": Stage.CANCELLED})
        case _:
            raise UnknownFact("handover", fact)


def _row(batch: Batch, number: int, **changed: object) -> Batch:
    known = batch.rows.get(number)
    if known is None:
        return batch  # nothing was listed there: no batch that was written here says so
    row = known.model_copy(update=changed)
    return batch.model_copy(update={"rows": {**batch.rows, number: row}})


HANDOVER: Final = Decider(owner="registry", stream="handover", initial=Batch(), evolve=evolve)
