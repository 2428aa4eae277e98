"""Stream `bulk`, owned by registry: one change made to many members at once, step by step.

What happens to each member is a fact of that member. Here stands what was asked for, whom each step changed from what
to what, and who was left out and why: enough to show it, to go on after an interruption, and to put it back.
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Contact, Fact, Sealed
from events.facts.people import Word


class BulkFact(Fact, owner="registry", stream="bulk"):
    """About one change of many; the entity is its id."""


class BulkField(StrEnum):
    """What may be changed for many at once."""

    BRANCH = "branch"
    KIND = "kind"
    MINIMUM_LIVING = "minimum_living"
    LIVES_ALONE = "lives_alone"
    GRID = "grid"


class BulkStarted(BulkFact, name="hearth.bulk.started", version=1):
    """So many chosen members are to be changed in this field. Source: DOMAIN R1.

    `to` is the value for all (a branch's id, a kind, `true` or `false`, a grid's name, "" for no grid); None if each
    goes back to the value it had before the change `undoes`.
    """

    field: BulkField
    people: int
    to: Sealed[Contact, str | None] = None
    undoes: str | None = None


class ChangedOne(Word):
    """One member who was changed: the value before (None: there was none) and after."""

    member_id: str
    before: str | None
    after: str


class LeftOut(Word):
    """One member who was not changed, and the code of the reason."""

    member_id: str
    why: str


class BulkStepped(BulkFact, name="hearth.bulk.stepped", version=1):
    """A step of the change was taken, in one append with the facts of those it changed. Steps count from 1."""

    number: int
    changed: Sealed[Contact, tuple[ChangedOne, ...]]
    left_out: tuple[LeftOut, ...] = ()


class BulkCommitted(BulkFact, name="hearth.bulk.committed", version=1):
    """The change is complete: so many were changed, so many were left out."""

    changed: int
    left_out: int
