"""Carries out merging and taking apart: two records in one append, each in its own community (ADR 30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.decision import Decisions, refused
from events.facts.merging import Likeness, Merged, MergeSide
from events.log.command import Asked, ChangedMeanwhile, CommandRefused, Receipt, Target
from events.log.envelope import Recorded, log_stream_of, subject_of
from services.registry.decide import merging
from services.registry.decide.member import MEMBER
from services.registry.decide.merging import Later, Merge, TellApart, Unmerge
from services.registry.handle.registry import Registry


@dataclass(frozen=True, slots=True)
class Since:
    """What happened to the kept record since it took the other one in, for a decision (`later`) and as it was written
    (`facts`), in the same order; `seq` is the last fact of it.
    """

    kept_id: str
    later: Sequence[Later]
    facts: Sequence[Recorded]
    seq: int


@dataclass(frozen=True)
class Merging:
    """One method per command. Every method raises what `Commands.act_together` raises; a record that changed since the
    caller saw it is a refusal, `changed_meanwhile`, that names it.
    """

    registry: Registry

    async def merge(self, asked: Asked, absorbed_id: str, command: Merge) -> Receipt:
        """The record is the same person as another one, which stands for both from now on."""
        kept_id, today = command.into, self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            return merging.merge(states[0], states[-1], command, today, absorbed_id=absorbed_id, kept_id=kept_id)

        versions = {absorbed_id: command.version, kept_id: command.into_version}
        return await self._together(_sure(asked, command.reason, versions), absorbed_id, kept_id, decide)

    async def unmerge(self, asked: Asked, absorbed_id: str, command: Unmerge) -> Receipt:
        """The record is another person after all. Nothing happens to one that stands for itself."""
        since = await self.since(absorbed_id)
        today = self.registry.today()
        kept_id = since.kept_id if since else absorbed_id

        def decide(states: Sequence[Any]) -> Decisions:
            later = since.later if since else ()
            return merging.unmerge(
                states[0], states[-1], command, later, today, absorbed_id=absorbed_id, kept_id=kept_id
            )

        versions: dict[str, str | None] = {absorbed_id: command.version, kept_id: command.into_version}
        if since is not None and command.moves:  # what goes where was decided on these facts and no others
            versions[kept_id] = versions[kept_id] or str(since.seq)
        return await self._together(_sure(asked, command.reason, versions), absorbed_id, kept_id, decide)

    async def tell_apart(self, asked: Asked, one_id: str, command: TellApart, alike: Sequence[Likeness]) -> Receipt:
        """Two people, although they are alike in this."""
        today = self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            return merging.tell_apart(states[0], states[-1], command, alike, today, one_id=one_id)

        return await self._together(replace(asked, reason=command.reason), one_id, command.other, decide)

    async def since(self, absorbed_id: str) -> Since | None:
        """What was recorded on the record that stands for this one since then; None if none does."""
        kept_id = (await self.registry.state(absorbed_id)).alias.into
        if kept_id is None:
            return None
        log, service = self.registry.commands.log, self.registry.commands.service
        messages = await log.read_entity(log_stream_of(service), subject_of(service, MEMBER.stream, kept_id), 0)
        state, later, facts = MEMBER.initial, list[Later](), list[Recorded]()
        for one in await self.registry.opened(messages):
            match one.fact:
                case Merged(side=MergeSide.KEPT, other_id=other) if other == absorbed_id:
                    later, facts = [], []
                case _:
                    facts.append(one)
                    later.append(Later(one.about.id, one.fact, one.about.effective, state))
            state = MEMBER.evolve(state, one.fact, one.about.effective)
        return Since(kept_id, later, facts, messages[-1].seq)

    async def _together(self, asked: Asked, one: str, other: str, decide: Any) -> Receipt:
        targets: list[Target] = [(MEMBER, each) for each in dict.fromkeys((one, other))]
        try:
            return await self.registry.commands.act_together(asked, targets, decide)
        except ChangedMeanwhile as changed:
            raise CommandRefused(refused("changed_meanwhile", member_id=changed.entity)) from changed


def _sure(asked: Asked, reason: str, versions: Mapping[str, str | None]) -> Asked:
    """The command with its reason, only if both records are still what they were."""
    known = {one: int(version.rpartition(":")[2]) for one, version in versions.items() if version}
    return replace(asked, reason=reason, versions=known)
