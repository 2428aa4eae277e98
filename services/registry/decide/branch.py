"""Stream `branch`: a branch is formed and renamed, and whom its members may call. What else may happen to branches
stands in `branch_life` and `group`; what is remembered of one, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact, is_hidden
from events.facts.branch import (
    Absorbed,
    BranchContact,
    BranchKind,
    CommitteeElected,
    ContactSet,
    Formed,
    GroupDissolved,
    GroupFormed,
    GroupRenamed,
    KindChanged,
    Merged,
    PartnerPaired,
    PartnerPairingEnded,
    PlacedUnder,
    Renamed,
    Split,
)
from events.facts.branch_funds import FundsPart
from events.facts.decision import Command, Decider, Decision, Refused, UnknownFact, facts, nothing, refused
from services.registry.decide.funds_memory import Funds
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

    `changed_on` is the last day from which it was another branch than before: formed, renamed, or ended.
    """

    model_config = ConfigDict(frozen=True)

    name: str = ""
    contact: BranchContact | None = None
    changed_on: date = date.min
    kind: BranchKind = BranchKind.RESIDENCE
    split_from: str | None = None
    merged_into: str | None = None
    """The branch that took this one over; then this one is closed."""
    general_id: str | None = None
    groups: Mapping[str, str] = {}
    """The names of its groups, by id."""
    committee: CommitteeElected | None = None
    elected_on: date | None = None
    partners: tuple[str, ...] = ()
    """The partner units it is paired with, in the order of their pairing."""
    funds: Funds = Funds()


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(branch: Branch, fact: Fact, effective: date) -> Branch:
    """The branch after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Formed():
            contact = None if is_hidden(fact.contact) else fact.contact
            return Branch(
                name=fact.name, contact=contact, changed_on=effective, kind=fact.kind, split_from=fact.split_from
            )
        case Renamed():
            return branch.model_copy(update={"name": fact.name, "changed_on": effective})
        case ContactSet():
            return branch.model_copy(update={"contact": None if is_hidden(fact.contact) else fact.contact})
        case KindChanged():
            return branch.model_copy(update={"kind": fact.kind})
        case PlacedUnder():
            return branch.model_copy(update={"general_id": fact.general_id})
        case Merged():
            return branch.model_copy(update={"merged_into": fact.into, "changed_on": effective, "groups": {}})
        case Split() | Absorbed():
            return branch
        case CommitteeElected():
            return branch.model_copy(update={"committee": fact, "elected_on": effective})
        case GroupFormed() | GroupRenamed():
            return branch.model_copy(update={"groups": {**branch.groups, fact.group_id: fact.name}})
        case GroupDissolved():
            left = {group_id: name for group_id, name in branch.groups.items() if group_id != fact.group_id}
            return branch.model_copy(update={"groups": left})
        case _:
            return _paired(branch, fact, effective)


def _paired(branch: Branch, fact: Fact, effective: date) -> Branch:
    """Which partner units it works with; what money it has."""
    match fact:
        case PartnerPaired():
            return branch.model_copy(update={"partners": (*branch.partners, fact.partner_id)})
        case PartnerPairingEnded():
            kept = tuple(each for each in branch.partners if each != fact.partner_id)
            return branch.model_copy(update={"partners": kept})
        case _ if isinstance(fact, FundsPart):
            return branch.model_copy(update={"funds": branch.funds.after(fact, effective)})
        case _:
            raise UnknownFact("branch", fact)


BRANCH: Final = Decider(owner="registry", stream="branch", initial=Branch(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ended(branch: Branch) -> Refused | None:
    """Why nothing can happen to this branch any more, or yet; None if it can."""
    if not branch.name:
        return refused("no_branch")
    if branch.merged_into:
        return refused("branch_closed", name=branch.name, into=branch.merged_into, on=branch.changed_on)
    return None


def takes_no_members(branch: Branch) -> Refused | None:
    """Why nobody can belong to this branch: it is not there, not any more, or holds branches."""
    if refusal := ended(branch):
        return refusal
    return refused("general_branch", name=branch.name) if branch.kind is BranchKind.GENERAL else None


def early_or_late(branch: Branch, on: date, today: date) -> Refused | None:
    """Why a change of the branch cannot be so from that day on."""
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < branch.changed_on:
        return refused("before_last_change", day=on, since=branch.changed_on)
    return None


def form_branch(branch: Branch, command: FormBranch, today: date) -> Decision:
    """A branch begins."""
    on = command.on or today
    if branch.merged_into:
        return ended(branch) or nothing()
    if branch.name:
        return nothing() if branch.name == command.name else refused("already_formed", name=branch.name)
    if on > today:
        return refused("in_future", day=on, today=today)
    contact = BranchContact(name=command.contact_name, phone=command.contact_phone)
    return facts(Formed(name=command.name, contact=contact, kind=command.kind), on=on)


def rename_branch(branch: Branch, command: RenameBranch, today: date) -> Decision:
    """The branch is called otherwise from a day on."""
    on = command.on or today
    if refusal := ended(branch):
        return refusal
    if branch.name == command.name:
        return nothing()
    if refusal := early_or_late(branch, on, today):
        return refusal
    return facts(Renamed(name=command.name), on=on)


def set_branch_contact(branch: Branch, command: SetBranchContact, today: date) -> Decision:
    """The branch is reached another way."""
    if refusal := ended(branch):
        return refusal
    contact = BranchContact(name=command.contact_name, phone=command.contact_phone)
    return nothing() if contact == branch.contact else facts(ContactSet(contact=contact), on=today)
