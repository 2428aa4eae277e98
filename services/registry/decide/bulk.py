"""Stream `bulk`: one change is made to many members, exactly to those who were shown, as they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.bulk import BulkCommitted, BulkField, BulkStarted, BulkStepped, ChangedOne, LeftOut
from events.facts.decision import (
    Command,
    Decider,
    Decision,
    Decisions,
    Happened,
    Refused,
    UnknownFact,
    facts,
    nothing,
    refused,
)
from events.facts.people import RetirementKind
from services.registry.decide.classify import Classify, classify
from services.registry.decide.commands import Assign
from services.registry.decide.details import ChangeDetails, change_details
from services.registry.decide.member import Member, assign

CHANGED_MEANWHILE: Final = "changed_meanwhile"
ALREADY_SO: Final = "already_so"
NONE_BEFORE: Final = "none_before"


class StartBulk(Command):
    """Change so many members in one field, to one value or, undoing another change, each back to its own."""

    field: BulkField
    people: Annotated[int, Field(ge=1)]
    to: str | None = None
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """One member as the preview showed it: at which version, and what it is to become."""

    member_id: str
    seq: int
    to: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The same member as it is now."""

    state: Member
    seq: int


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class BulkStage(StrEnum):
    """How far it is."""

    UNKNOWN = "unknown"
    STARTED = "started"
    COMMITTED = "committed"


class Bulk(BaseModel):
    """What the next step needs to know: how many were taken, and how many members they changed and left out."""

    model_config = ConfigDict(frozen=True)

    stage: BulkStage = BulkStage.UNKNOWN
    field: BulkField = BulkField.BRANCH
    steps: int = 0
    changed: int = 0
    left_out: int = 0


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(bulk: Bulk, fact: Fact, effective: date) -> Bulk:
    """The change after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case BulkStarted():
            return Bulk(stage=BulkStage.STARTED, field=fact.field)
        case BulkStepped():
            changed = bulk.changed + len(fact.changed or ())
            left_out = bulk.left_out + len(fact.left_out)
            return bulk.model_copy(update={"steps": fact.number, "changed": changed, "left_out": left_out})
        case BulkCommitted():
            return bulk.model_copy(update={"stage": BulkStage.COMMITTED})
        case _:
            raise UnknownFact("bulk", fact)


BULK: Final = Decider(owner="registry", stream="bulk", initial=Bulk(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def start(bulk: Bulk, command: StartBulk, today: date) -> Decision:
    """The change begins. One that has begun goes on."""
    if bulk.stage is not BulkStage.UNKNOWN:
        return nothing()
    begun = BulkStarted(field=command.field, people=command.people, to=command.to, undoes=command.undoes)
    return facts(begun, on=today)


def value_of(member: Member, field: BulkField) -> str | None:
    """What stands in the field now: a branch's id, a kind, `true` or `false`, a grid's name ("" where none is)."""
    match field:
        case BulkField.BRANCH:
            return member.branch_id
        case BulkField.KIND:
            return member.kind.value
        case BulkField.MINIMUM_LIVING:
            return _truth(member.contact is not None and member.contact.minimum_living)
        case BulkField.LIVES_ALONE:
            return _truth(member.contact is not None and member.contact.lives_alone)
        case BulkField.GRID:
            return member.details.get(BulkField.GRID.value) or ""


def change(member: Member, field: BulkField, to: str | None, today: date) -> Decision:
    """What the change does to one member."""
    if to is None:
        return refused(NONE_BEFORE)
    match field:
        case BulkField.BRANCH:
            return assign(member, Assign(branch=to), today)
        case BulkField.KIND:
            return classify(member, Classify(kind=RetirementKind(to)), today)
        case BulkField.MINIMUM_LIVING:
            return classify(member, Classify(minimum_living=to == "true"), today)
        case BulkField.LIVES_ALONE:
            return classify(member, Classify(lives_alone=to == "true"), today)
        case BulkField.GRID:
            return change_details(member, ChangeDetails(grid=to or None), today)


def step(
    bulk: Bulk, number: int, chosen: Sequence[Chosen], found: Sequence[Found], today: date, *, bulk_id: str
) -> Decisions:
    """One step: those who are as they were shown are changed, the others are left out and named.

    A step that was taken before does nothing.
    """
    if bulk.stage is not BulkStage.STARTED:
        return refused("not_started")
    if number <= bulk.steps:
        return {}
    planned: dict[str, Happened] = {}
    changed: list[ChangedOne] = []
    left_out: list[LeftOut] = []
    for one, now in zip(chosen, found, strict=True):
        decision = change(now.state, bulk.field, one.to, today)
        if now.seq != one.seq:
            left_out.append(LeftOut(member_id=one.member_id, why=CHANGED_MEANWHILE))
        elif isinstance(decision, Refused):
            left_out.append(LeftOut(member_id=one.member_id, why=decision.code))
        elif not decision.facts:
            left_out.append(LeftOut(member_id=one.member_id, why=ALREADY_SO))
        else:
            planned[one.member_id] = decision
            before = value_of(now.state, bulk.field)
            changed.append(ChangedOne(member_id=one.member_id, before=before, after=one.to or ""))
    stepped = BulkStepped(number=number, changed=tuple(changed), left_out=tuple(left_out))
    return {**planned, bulk_id: facts(stepped, on=today)}


def commit(bulk: Bulk, today: date) -> Decision:
    """Every step was taken."""
    if bulk.stage is BulkStage.COMMITTED:
        return nothing()
    if bulk.stage is BulkStage.UNKNOWN:
        return refused("not_started")
    return facts(BulkCommitted(changed=bulk.changed, left_out=bulk.left_out), on=today)


def _truth(value: bool) -> str:
    return "true" if value else "false"
