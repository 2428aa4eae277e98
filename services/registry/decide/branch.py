"""Stream `branch`: a branch is formed and renamed, and whom its members may call."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact, is_hidden
from events.facts.branch import BranchContact, BranchKind, ContactSet, Formed, Renamed
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from services.registry.decide.values import Line, Name, Phone, Text


class FormBranch(Command):
    """A new branch of a community, from `on` (today) on."""

    name: Line
    community: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]
    contact_name: Name | None = None
    contact_phone: Phone | None = None
    kind: BranchKind = BranchKind.RESIDENCE
    on: date | None = None


class RenameBranch(Command):
    """The branch is called `name` from `on` (today) on. `reason` goes into the fact's envelope."""

    name: Line
    on: date | None = None
    reason: Text


class SetBranchContact(Command):
    """Members of the branch may call this person."""

    contact_name: Name | None = None
    contact_phone: Phone | None = None


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Branch(BaseModel):
    """What decisions about a branch need to remember; an empty name says there is none yet.

    `changed_on` is the last day from which it was another branch than before: formed, or renamed.
    """

    model_config = ConfigDict(frozen=True)

    name: str = ""
    contact: BranchContact | None = None
    changed_on: date = date.min


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(branch: Branch, fact: Fact, effective: date) -> Branch:
    """The branch after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Formed():
            contact = None if is_hidden(fact.contact) else fact.contact
            return Branch(name=fact.name, contact=contact, changed_on=effective)
        case Renamed():
            return branch.model_copy(update={"name": fact.name, "changed_on": effective})
        case ContactSet():
            return branch.model_copy(update={"contact": None if is_hidden(fact.contact) else fact.contact})
        case _:
            raise UnknownFact("branch", fact)


BRANCH: Final = Decider(owner="registry", stream="branch", initial=Branch(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def form_branch(branch: Branch, command: FormBranch, today: date) -> Decision:
    """A branch begins."""
    on = command.on or today
    if branch.name:
        return nothing() if branch.name == command.name else refused("already_formed", name=branch.name)
    if on > today:
        return refused("in_future", day=on, today=today)
    contact = BranchContact(name=command.contact_name, phone=command.contact_phone)
    return facts(Formed(name=command.name, contact=contact, kind=command.kind), on=on)


def rename_branch(branch: Branch, command: RenameBranch, today: date) -> Decision:
    """The branch is called otherwise from a day on."""
    on = command.on or today
    if not branch.name:
        return refused("no_branch")
    if branch.name == command.name:
        return nothing()
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < branch.changed_on:
        return refused("before_last_change", day=on, since=branch.changed_on)
    return facts(Renamed(name=command.name), on=on)


def set_branch_contact(branch: Branch, command: SetBranchContact, today: date) -> Decision:
    """The branch is reached another way."""
    if not branch.name:
        return refused("no_branch")
    contact = BranchContact(name=command.contact_name, phone=command.contact_phone)
    return nothing() if contact == branch.contact else facts(ContactSet(contact=contact), on=today)
