"""Stream `census`: a campaign begins, its parts are handed to those who ask, it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from events.facts.base import Fact
from events.facts.census import Assigned, Begun, Choice, Closed, Question, QuestionSetRef, part_of
from events.facts.decision import Command, Decider, Decision, Refused, UnknownFact, facts, nothing, refused
from services.registry.decide.centre import EntityKey
from services.registry.decide.values import Line

BranchId = Annotated[str, StringConstraints(max_length=64)]
AccountName = Annotated[str, StringConstraints(min_length=1, max_length=63)]


class BeginCensus(Command):
    """Ask these questions from `from` (today) until `until`. Without branches everybody of the community is asked."""

    title: Line
    since: Annotated[date | None, Field(alias="from")] = None
    until: date
    questions: Annotated[tuple[Question, ...], Field(max_length=20)] = tuple(Question)
    free: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    branches: Annotated[tuple[BranchId, ...], Field(max_length=200)] = ()
    choices: Annotated[tuple[Choice, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _something_to_ask(self) -> Self:
        if not self.questions and not self.free:
            raise ValueError("questions must hold at least one, or there is nothing to ask")
        if {one.question for one in self.choices} - set(self.free):
            raise ValueError("choices must be about questions that stand in free")
        return self


class AssignPart(Command):
    """These accounts ask the people of this branch ("" are those who belong to none), of this group of it, or of this
    household centre. No accounts: nobody.
    """

    branch: BranchId = ""
    group: EntityKey | None = None
    centre: EntityKey | None = None
    accounts: Annotated[tuple[AccountName, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        if self.centre and (self.branch or self.group):
            raise ValueError("centre stands alone: its people may belong to several branches")
        if self.group and not self.branch:
            raise ValueError("group needs the branch that it belongs to")
        return self

    @property
    def part(self) -> str:
        """The part's name."""
        return part_of(self.branch, self.group, self.centre)


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Stage(StrEnum):
    """How far the campaign has come."""

    UNKNOWN = "unknown"
    OPEN = "open"
    CLOSED = "closed"


class Campaign(BaseModel):
    """What decisions about a campaign need to remember."""

    model_config = ConfigDict(frozen=True)

    stage: Stage = Stage.UNKNOWN
    title: str = ""
    since: date = date.min
    until: date = date.max
    questions: tuple[Question, ...] = ()
    free: tuple[str, ...] = ()
    branch_ids: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    question_set: QuestionSetRef | None = None
    assigned: Mapping[str, tuple[str, ...]] = {}

    def asks(self, branch_id: str | None) -> bool:
        """True if the members of this branch (of none) are asked."""
        return not self.branch_ids or branch_id in self.branch_ids


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(campaign: Campaign, fact: Fact, effective: date) -> Campaign:
    """The campaign after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Begun():
            return Campaign(
                stage=Stage.OPEN,
                title=fact.title,
                since=effective,
                until=fact.until,
                questions=fact.questions,
                free=fact.free,
                branch_ids=fact.branch_ids,
                choices=fact.choices,
                question_set=fact.question_set,
            )
        case Assigned():
            return campaign.model_copy(update={"assigned": {**campaign.assigned, fact.part: fact.accounts}})
        case Closed():
            return campaign.model_copy(update={"stage": Stage.CLOSED})
        case _:
            raise UnknownFact("census", fact)


CENSUS: Final = Decider(owner="registry", stream="census", initial=Campaign(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def not_open(campaign: Campaign) -> Refused | None:
    """Why nobody can be asked in this campaign; None if they can."""
    match campaign.stage:
        case Stage.UNKNOWN:
            return refused("no_census")
        case Stage.CLOSED:
            return refused("census_closed")
        case Stage.OPEN:
            return None


def begin(
    campaign: Campaign, command: BeginCensus, today: date, *, question_set: QuestionSetRef | None = None
) -> Decision:
    """A campaign begins; its first day may lie ahead or behind, its last one not behind."""
    since = command.since or today
    questions = tuple(dict.fromkeys(command.questions))
    begun = Begun(
        title=command.title,
        until=command.until,
        questions=questions,
        free=command.free,
        branch_ids=tuple(dict.fromkeys(command.branches)),
        choices=command.choices,
        question_set=question_set,
    )
    if campaign.stage is not Stage.UNKNOWN:
        same = evolve(Campaign(), begun, since).model_copy(
            update={"stage": campaign.stage, "assigned": campaign.assigned}
        )
        return nothing() if same == campaign else refused("already_begun", title=campaign.title)
    if command.until < max(since, today):
        return refused("ends_too_early", until=command.until, since=max(since, today))
    return facts(begun, on=since)


def assign(campaign: Campaign, command: AssignPart, today: date) -> Decision:
    """A part is handed to those who ask there."""
    if refusal := not_open(campaign):
        return refusal
    if not command.centre and not campaign.asks(command.branch or None):
        return refused("not_in_census")
    accounts = tuple(sorted(set(command.accounts)))
    if campaign.assigned.get(command.part, ()) == accounts:
        return nothing()
    handed = Assigned(branch_id=command.branch, accounts=accounts, group_id=command.group, centre_id=command.centre)
    return facts(handed, on=today)


def close(campaign: Campaign, today: date) -> Decision:
    """Nobody is asked any more."""
    if campaign.stage is Stage.CLOSED:
        return nothing()
    return not_open(campaign) or facts(Closed(), on=today)
