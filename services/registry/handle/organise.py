"""Carries out what concerns the organisation: units get names, branches become two or one, elect, have groups."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from events.facts.branch import GroupFormed
from events.facts.decision import Decision, Refused, refused
from events.facts.unit import above, unit_of
from events.log.command import Asked, CommandRefused, Commands, Receipt, Target
from services.registry.decide import branch_life, committee, group
from services.registry.decide.branch import BRANCH, Branch
from services.registry.decide.branch_life import ChangeKind, MergeBranch, PlaceUnder, SplitBranch
from services.registry.decide.committee import ElectCommittee
from services.registry.decide.group import ChooseGroup, FormGroup, RenameGroup
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.unit import UNIT, NameUnit, name_unit
from services.registry.handle.registry import Registry, spelt

MembersSince = Callable[[date], Awaitable[Sequence[str]]]
"""Who belonged to the branch in question on a day or later, by the newest tables."""


@dataclass(frozen=True)
class Organising:
    """One method per command, beside `Registry` and by its means. Raises what `Commands.act` raises."""

    registry: Registry

    @property
    def commands(self) -> Commands:
        """What carries them out."""
        return self.registry.commands

    async def name_unit(self, asked: Asked, command: NameUnit) -> Receipt:
        """A unit is called so; the unit above says which levels may stand below it."""
        parent = await self.commands.state(UNIT, unit_of(above(command.path)))
        return await self.commands.act(
            asked, UNIT, unit_of(command.path), lambda one: name_unit(one, parent, command, self._today)
        )

    # ── branches ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def split_branch(self, asked: Asked, source_id: str, command: SplitBranch) -> tuple[str, Receipt]:
        """A part of the branch becomes a branch of its own: its id, and the facts of everybody concerned."""
        command = command.model_copy(update={"name": spelt(command.name)})
        if await self.registry.holder_of_name(asked, command.name) is None:
            known = await self.registry.states(command.member_ids)
            members = {one: known.get(one, Member()) for one in command.member_ids}
            source = await self.commands.state(BRANCH, source_id)
            self._believe(self._split(source, Branch(), members, command, source_id, ""))  # before the name is claimed
        new_id = await self.registry.branch_called(asked, command.name)

        def plan(states: Sequence[Any]) -> Any:
            source, new, *people = states
            members = dict(zip(command.member_ids, people, strict=True))
            return self._split(source, new, members, command, source_id, new_id)

        targets: list[Target] = [(BRANCH, source_id), (BRANCH, new_id), *self._people(command.member_ids)]
        return new_id, await self.commands.act_together(replace(asked, reason=command.reason), targets, plan)

    def _split(
        self,
        source: Branch,
        new: Branch,
        members: branch_life.Members,
        command: SplitBranch,
        source_id: str,
        new_id: str,
    ) -> Any:
        return branch_life.split_branch(source, new, members, command, self._today, source_id=source_id, new_id=new_id)

    async def merge_branch(
        self, asked: Asked, source_id: str, command: MergeBranch, members_since: MembersSince
    ) -> Receipt:
        """The branch ends in another. Somebody who was put into it meanwhile follows in a second append."""
        if source_id == command.into:
            raise CommandRefused(refused("into_itself"))
        asked = replace(asked, reason=command.reason)
        receipt = await self._merge(asked, source_id, command, await members_since(command.on or self._today))
        if late := await members_since(self._today):
            await self._merge(replace(asked, command="", expected=None), source_id, command, late)
        return receipt

    async def _merge(self, asked: Asked, source_id: str, command: MergeBranch, people: Sequence[str]) -> Receipt:
        def plan(states: Sequence[Any]) -> Any:
            source, target, *members = states
            return branch_life.merge_branch(
                source, target, dict(zip(people, members, strict=True)), command, self._today, source_id=source_id
            )

        targets: list[Target] = [(BRANCH, source_id), (BRANCH, command.into), *self._people(people)]
        return await self.commands.act_together(asked, targets, plan)

    async def place_under(self, asked: Asked, branch_id: str, command: PlaceUnder) -> Receipt:
        """The branch belongs to a general branch, or to none."""
        general = await self.commands.state(BRANCH, command.general) if command.general else None
        return await self._of_branch(
            asked, branch_id, lambda one: branch_life.place_under(one, general, command, self._today)
        )

    async def change_kind(self, asked: Asked, branch_id: str, command: ChangeKind) -> Receipt:
        """Something else brings the branch's members together."""
        return await self._of_branch(asked, branch_id, lambda one: branch_life.change_kind(one, command, self._today))

    async def elect_committee(self, asked: Asked, branch_id: str, command: ElectCommittee) -> Receipt:
        """Who was elected to which post; those elected are read with the branch, and only it is written."""
        people = command.people
        policy = self.registry.policy_at(asked.community, command.on or self._today)

        def plan(states: Sequence[Any]) -> Any:
            one, *members = states
            known = dict(zip(people, members, strict=True))
            decided = committee.elect_committee(
                one, known, command, policy.branches, policy.meetings.quorum, self._today, branch_id=branch_id
            )
            return decided if isinstance(decided, Refused) else {branch_id: decided}

        return await self.commands.act_together(asked, [(BRANCH, branch_id), *self._people(people)], plan)

    # ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def form_group(self, asked: Asked, branch_id: str, command: FormGroup) -> tuple[str, Receipt]:
        """A group begins: its id, and the fact."""
        command = FormGroup(name=spelt(command.name))
        new_id = self.commands.new_id()
        receipt = await self._of_branch(
            asked, branch_id, lambda one: group.form_group(one, command, self._today, group_id=new_id)
        )
        groups = (await self.commands.state(BRANCH, branch_id)).groups
        told = next((one.fact.group_id for one in receipt.facts if isinstance(one.fact, GroupFormed)), None)
        return told or next(each for each, name in groups.items() if name == command.name), receipt

    async def rename_group(self, asked: Asked, branch_id: str, group_id: str, command: RenameGroup) -> Receipt:
        """The group is called otherwise."""
        command = RenameGroup(name=spelt(command.name))
        return await self._of_branch(
            asked, branch_id, lambda one: group.rename_group(one, group_id, command, self._today)
        )

    async def choose_group(
        self, asked: Asked, branch_id: str, group_id: str, command: ChooseGroup, before: Sequence[str]
    ) -> Receipt:
        """Who belongs to the group; `before` are those who belonged to it until now."""
        people = list(dict.fromkeys([*command.member_ids, *before]))

        def plan(states: Sequence[Any]) -> Any:
            one, *members = states
            known = dict(zip(people, members, strict=True))
            return group.choose_group(one, group_id, known, command, self._today, branch_id=branch_id)

        return await self.commands.act_together(asked, [(BRANCH, branch_id), *self._people(people)], plan)

    async def dissolve_group(self, asked: Asked, branch_id: str, group_id: str, people: Sequence[str]) -> Receipt:
        """The group is no more; those in it stay in the branch."""

        def plan(states: Sequence[Any]) -> Any:
            one, *members = states
            known = dict(zip(people, members, strict=True))
            return group.dissolve_group(one, group_id, known, self._today, branch_id=branch_id)

        return await self.commands.act_together(asked, [(BRANCH, branch_id), *self._people(people)], plan)

    # ── together ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _today(self) -> date:
        return self.registry.today()

    async def _of_branch(self, asked: Asked, branch_id: str, decide: Callable[[Branch], Decision]) -> Receipt:
        return await self.commands.act(asked, BRANCH, branch_id, decide)

    @staticmethod
    def _people(people: Sequence[str]) -> list[Target]:
        return [(MEMBER, one) for one in people]

    @staticmethod
    def _believe(planned: Any) -> None:
        if isinstance(planned, Refused):
            raise CommandRefused(planned)
