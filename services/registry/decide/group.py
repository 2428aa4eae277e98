"""Groups within a branch (党小组): formed, renamed, dissolved, and who belongs to one (DOMAIN R3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from events.facts.branch import GroupDissolved, GroupFormed, GroupRenamed
from events.facts.decision import Command, Decision, Decisions, facts, nothing, refused
from events.facts.member import Assigned
from services.registry.decide.branch import Branch, ended, takes_no_members
from services.registry.decide.branch_life import MOVED_MAX, EntityId, Members
from services.registry.decide.member import Member, Standing
from services.registry.decide.values import Name


class FormGroup(Command):
    """The branch has a group of this name from today on."""

    name: Name


class RenameGroup(Command):
    """The group is called so from today on."""

    name: Name


class ChooseGroup(Command):
    """These members of the branch belong to the group from today on, and nobody else does."""

    member_ids: Annotated[tuple[EntityId, ...], Field(max_length=MOVED_MAX)] = ()


def form_group(branch: Branch, command: FormGroup, today: date, *, group_id: str) -> Decision:
    """A group begins; one that is called so already is the same group."""
    if refusal := takes_no_members(branch):
        return refusal
    if command.name in branch.groups.values():
        return nothing()
    return facts(GroupFormed(group_id=group_id, name=command.name), on=today)


def rename_group(branch: Branch, group_id: str, command: RenameGroup, today: date) -> Decision:
    """The group is called otherwise."""
    if refusal := ended(branch):
        return refusal
    if group_id not in branch.groups:
        return refused("no_group")
    if branch.groups[group_id] == command.name:
        return nothing()
    if command.name in branch.groups.values():
        return refused("group_exists", name=command.name)
    return facts(GroupRenamed(group_id=group_id, name=command.name), on=today)


def choose_group(
    branch: Branch, group_id: str, members: Members, command: ChooseGroup, today: date, *, branch_id: str
) -> Decisions:
    """Who belongs to the group. `members` are those chosen and those who have belonged to it."""
    if refusal := ended(branch):
        return refusal
    if group_id not in branch.groups:
        return refused("no_group")
    chosen = {one: members[one] for one in command.member_ids}
    strangers = [
        one for one, state in chosen.items() if state.branch_id != branch_id or state.standing is not Standing.ENROLLED
    ]
    if strangers:
        return refused("not_in_branch", member_ids=strangers, name=branch.name)
    moved = {}
    for one, state in members.items():
        group = group_id if one in chosen else None
        if (one in chosen or _in_group(state, branch_id, group_id)) and state.group_id != group:
            moved[one] = facts(Assigned(branch_id=branch_id, group_id=group), on=today)
    return moved


def dissolve_group(branch: Branch, group_id: str, members: Members, today: date, *, branch_id: str) -> Decisions:
    """The group is no more; those in it stay in the branch."""
    if refusal := ended(branch):
        return refusal
    if group_id not in branch.groups:
        return {}
    left = [one for one, state in members.items() if _in_group(state, branch_id, group_id)]
    return {
        branch_id: facts(GroupDissolved(group_id=group_id, name=branch.groups[group_id]), on=today),
        **{one: facts(Assigned(branch_id=branch_id), on=today) for one in left},
    }


def _in_group(member: Member, branch_id: str, group_id: str) -> bool:
    return member.standing is Standing.ENROLLED and (member.branch_id, member.group_id) == (branch_id, group_id)
