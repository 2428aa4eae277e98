"""Branches that become two, or one: split and merged, the members following in the same append (DOMAIN R3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import Field, field_validator

from events.facts.branch import Absorbed, BranchContact, BranchKind, Formed, KindChanged, Merged, PlacedUnder, Split
from events.facts.decision import Command, Decision, Decisions, Happened, Refused, facts, nothing, refused
from events.facts.member import Assigned
from services.registry.decide.branch import Branch, early_or_late, ended, takes_no_members
from services.registry.decide.member import Member, Standing
from services.registry.decide.values import Line, Name, Phone, Text

MOVED_MAX: Final = 990
"""An append holds a thousand facts, those of the branches among them."""
EntityId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Members = Mapping[str, Member]
"""By id."""


class SplitBranch(Command):
    """These members of a branch are a branch of their own from `on` (today) on."""

    name: Line
    member_ids: Annotated[tuple[EntityId, ...], Field(min_length=1, max_length=MOVED_MAX)]
    kind: BranchKind = BranchKind.RESIDENCE
    contact_name: Name | None = None
    contact_phone: Phone | None = None
    on: date | None = None
    reason: Text

    @field_validator("member_ids")
    @classmethod
    def _each_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(ids))


class MergeBranch(Command):
    """The branch ends in another one on `on` (today); everybody in it follows."""

    into: EntityId
    on: date | None = None
    reason: Text


class PlaceUnder(Command):
    """The branch belongs to this general branch from `on` (today) on; None: to none."""

    general: EntityId | None = None
    on: date | None = None


class ChangeKind(Command):
    """Something else brings the branch's members together from `on` (today) on."""

    kind: BranchKind
    on: date | None = None


def split_branch(
    source: Branch, new: Branch, members: Members, command: SplitBranch, today: date, *, source_id: str, new_id: str
) -> Decisions:
    """A part of the branch becomes a branch of its own: facts of both, and of everybody who goes."""
    on = command.on or today
    if new.name:
        there = all(one.branch_id == new_id for one in members.values())
        return {} if new.split_from == source_id and there else refused("already_formed", name=new.name)
    if refusal := takes_no_members(source) or early_or_late(source, on, today):
        return refusal
    if command.kind is BranchKind.GENERAL:
        return refused("general_branch", name=command.name)
    strangers = [one for one, state in members.items() if not _belongs(state, source_id)]
    if strangers:
        return refused("not_in_branch", member_ids=strangers, name=source.name)
    if refusal := _moved_later(members, on):
        return refusal
    contact = BranchContact(name=command.contact_name, phone=command.contact_phone)
    formed = Formed(name=command.name, contact=contact, kind=command.kind, split_from=source_id)
    placed = [PlacedUnder(general_id=source.general_id, name=None)] if source.general_id else []
    went = Split(into=new_id, name=command.name, members=len(members))
    return {source_id: facts(went, on=on), new_id: facts(formed, *placed, on=on), **_follow(members, new_id, on)}


def merge_branch(
    source: Branch, target: Branch, members: Members, command: MergeBranch, today: date, *, source_id: str
) -> Decisions:
    """The branch ends in another: facts of both, and of everybody who is still in it.

    `members` are those who belonged to it on that day or later. Who left it, or died, after that day would have stood
    in a branch that was no more: then it ended later.
    """
    on, target_id = command.on or today, command.into
    if source.merged_into == target_id:
        return _follow(_still_in(members, source_id), target_id, on)
    if source_id == target_id:
        return refused("into_itself", name=source.name)
    refusal = (
        takes_no_members(source)
        or takes_no_members(target)
        or early_or_late(source, on, today)
        or early_or_late(target, on, today)
    )
    if refusal:
        return refusal
    moving = _still_in(members, source_id)
    if len(moving) > MOVED_MAX:
        return refused("too_many_at_once", members=len(moving), most=MOVED_MAX)
    if refusal := _moved_later(members, on):
        return refusal
    return {
        source_id: facts(Merged(into=target_id, name=target.name, members=len(moving)), on=on),
        target_id: facts(Absorbed(branch_id=source_id, name=source.name, members=len(moving)), on=on),
        **_follow(moving, target_id, on),
    }


def place_under(branch: Branch, general: Branch | None, command: PlaceUnder, today: date) -> Decision:
    """The branch belongs to a general branch, or to none."""
    on = command.on or today
    if refusal := takes_no_members(branch) or (ended(general) if general else None):
        return refusal
    if general is not None and general.kind is not BranchKind.GENERAL:
        return refused("no_general_branch", name=general.name)
    if branch.general_id == command.general:
        return nothing()
    if refusal := early_or_late(branch, on, today) or (early_or_late(general, on, today) if general else None):
        return refusal
    return facts(PlacedUnder(general_id=command.general, name=general.name if general else None), on=on)


def change_kind(branch: Branch, command: ChangeKind, today: date) -> Decision:
    """Something else brings the members together. What holds members never becomes a general branch, nor back."""
    on = command.on or today
    if refusal := ended(branch):
        return refusal
    if branch.kind is command.kind:
        return nothing()
    if BranchKind.GENERAL in (branch.kind, command.kind):
        return refused("general_branch", name=branch.name)
    return early_or_late(branch, on, today) or facts(KindChanged(kind=command.kind), on=on)


def _belongs(member: Member, branch_id: str) -> bool:
    return member.standing is Standing.ENROLLED and member.branch_id == branch_id


def _still_in(members: Members, branch_id: str) -> Members:
    return {one: state for one, state in members.items() if _belongs(state, branch_id)}


def _moved_later(members: Members, on: date) -> Refused | None:
    """A move before the last one would say that somebody was in two branches."""
    changed = {one: max(state.placed_on or date.min, state.died_on or date.min) for one, state in members.items()}
    later = {one: day for one, day in changed.items() if day > on}
    return refused("before_last_move", member_ids=list(later), since=max(later.values())) if later else None


def _follow(members: Members, branch_id: str, on: date) -> Mapping[str, Happened]:
    return {
        one: facts(Assigned(branch_id=branch_id), on=max(on, state.placed_on or on)) for one, state in members.items()
    }
