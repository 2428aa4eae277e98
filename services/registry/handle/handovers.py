"""Carries out the commands about take-over: a unit's path, its batches, and what becomes of each line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from events.facts.decision import Decision, Decisions, refused
from events.facts.handover import employer_path
from events.facts.nominee import Nominee
from events.log.command import Asked, CommandRefused, Receipt, Target
from events.log.project.store import claim
from services.registry.decide import handover
from services.registry.decide.commands import Enrol
from services.registry.decide.handover_state import (
    HANDOVER,
    Batch,
    CloseHandover,
    ListPeople,
    OpenHandover,
    RefusePerson,
    Take,
    WithdrawDecision,
)
from services.registry.decide.nominee import NOMINEE, Line, number_in, same_person
from services.registry.handle.registry import ID_NUMBER, Registry, spelt, with_members

EMPLOYER: Final = "employer"
EMPLOYER_NAME: Final = "employer_name"
_HASH_CHARACTERS: Final = 32
NO_CODE: Final = "unit"
"""The code of a unit whose name has no letters to spell it with."""


@dataclass(frozen=True)
class Handovers:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def open(self, asked: Asked, command: OpenHandover, *, code: str) -> tuple[str, Receipt]:
        """A unit hands people over: the batch's id. `code` is what the unit's path may be made of."""
        batch_id = await self.registry.entity_of_request(asked)
        path = await self.employer_path(asked.community, command.employer, code)
        return batch_id, await self._act(
            asked, batch_id, lambda one: handover.open_batch(one, command, self.registry.today(), employer=path)
        )

    async def employer_path(self, community: str, name: str, code: str) -> str:
        """The path of the unit of this name, in the whole city; two names never have one path.

        Claimed by name, so that two communities that know nothing of each other's batches mean the same unit; and by
        path, so that the liaison of one unit never sees another's people.
        """
        named = self.registry.blind(EMPLOYER_NAME, f"{community.partition('.')[0]}/{spelt(name)}")
        for turn in count(1):
            path = employer_path(community, f"{code or NO_CODE}{turn if turn > 1 else ''}")
            async with self.registry.pool.acquire() as connection:
                known = await connection.fetchval(
                    "SELECT entity FROM claim WHERE kind = $1 AND key = $2", EMPLOYER_NAME, named
                )
                if known is not None:
                    return str(known)
                if (await claim(connection, EMPLOYER, {path: named}))[path] == named:
                    return (await claim(connection, EMPLOYER_NAME, {named: path}))[named]
        raise AssertionError("there is always a next number")

    async def list_people(self, asked: Asked, batch_id: str, command: ListPeople) -> Receipt:
        """People come onto the list; those who are on it already are passed over."""
        people = [Nominee(name=one.name, id_number=one.id_number) for one in command.people]
        nominees = [self.nominee_id(batch_id, one) for one in people]

        def decide(states: Sequence[Any]) -> Decisions:
            return handover.list_people(states[0], command, nominees, self.registry.today(), batch_id=batch_id)

        targets: list[Target] = [(HANDOVER, batch_id), *((NOMINEE, each) for each in dict.fromkeys(nominees))]
        return await self.registry.commands.act_together(asked, targets, decide)

    def nominee_id(self, batch_id: str, person: Nominee) -> str:
        """The entity of a person on a batch's list: the same person, however often the list is sent."""
        return self.registry.blind(f"nominee/{batch_id}", same_person(person))[:_HASH_CHARACTERS]

    async def unlist(self, asked: Asked, batch_id: str, row: int) -> Receipt:
        """A line was a slip."""
        return await self._act(asked, batch_id, lambda one: handover.unlist(one, row, self.registry.today()))

    async def accept(self, asked: Asked, batch_id: str, takes: Sequence[Take]) -> tuple[Receipt, Mapping[int, str]]:
        """These lines are these members; who could not be taken over, by line, and the refusal's code."""
        left_out: dict[int, str] = {}
        people = list(dict.fromkeys(take.member for take in takes))

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            decided, out = handover.accept(
                states[0], [members[take.member] for take in takes], takes, self.registry.today(), batch_id=batch_id
            )
            left_out.clear()
            left_out.update({row: refusal.code for row, refusal in out.items()})
            return decided

        targets = with_members((HANDOVER, batch_id), people)
        receipt = await self.registry.commands.act_together(asked, targets, decide)
        return receipt, {} if receipt.again else left_out

    async def enrol(self, asked: Asked, batch_id: str, row: int, command: Enrol) -> tuple[str, Receipt]:
        """The line's person is put on the roll, and taken over: two commands under one key.

        Whoever is on a roll already is not taken over by this way: it may be another community's.
        """
        member_id, enrolled = await self.registry.enrol(replace(asked, command=_part(asked, "enrol")), command)
        if not enrolled.facts:
            raise CommandRefused(refused("already_enrolled", member_id=member_id))
        receipt, _ = await self.accept(asked, batch_id, [Take(row=row, member=member_id)])
        return member_id, receipt

    async def refuse(self, asked: Asked, batch_id: str, command: RefusePerson) -> Receipt:
        """The line's person is not taken over."""
        row = (await self.batch(batch_id)).rows.get(command.row)
        if row is None:
            raise CommandRefused(refused("no_row"))

        def decide(states: Sequence[Any]) -> Decisions:
            return handover.refuse(states[0], command, states[1].note, self.registry.today(), batch_id=batch_id)

        return await self.registry.commands.act_together(
            asked, [(HANDOVER, batch_id), (NOMINEE, row.nominee_id)], decide
        )

    async def withdraw(self, asked: Asked, batch_id: str, command: WithdrawDecision) -> Receipt:
        """What was decided about a line was a mistake."""
        row = (await self.batch(batch_id)).rows.get(command.row)
        people = [row.member_id] if row is not None and row.member_id else []

        def decide(states: Sequence[Any]) -> Decisions:
            member = states[1] if people else None
            return handover.withdraw(states[0], member, command, self.registry.today(), batch_id=batch_id)

        targets = with_members((HANDOVER, batch_id), people)
        asked = replace(asked, reason=command.reason or asked.reason)
        return await self.registry.commands.act_together(asked, targets, decide)

    async def close(self, asked: Asked, batch_id: str, command: CloseHandover) -> Receipt:
        """Both sides sign."""
        return await self._act(asked, batch_id, lambda one: handover.close(one, command, self.registry.today()))

    async def reopen(self, asked: Asked, batch_id: str) -> Receipt:
        """Closing it was a slip."""
        return await self._act(asked, batch_id, lambda one: handover.reopen(one, self.registry.today()))

    async def cancel(self, asked: Asked, batch_id: str) -> Receipt:
        """The batch was a mistake."""
        return await self._act(asked, batch_id, lambda one: handover.cancel(one, self.registry.today()))

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def batch(self, batch_id: str) -> Batch:
        """What decisions know of a batch, newest facts included."""
        return await self.registry.commands.state(HANDOVER, batch_id)

    async def lines(self, batch: Batch) -> Mapping[int, Line]:
        """Who the lines of a batch are about, by line; what is not projected yet is read one by one."""
        ids = {one.nominee_id: row for row, one in batch.rows.items()}
        known = await self.registry.commands.states.load(list(ids), "")
        found = {ids[one]: Line.model_validate_json(each.state) for one, each in known.snapshots.items()}
        for entity, row in ids.items():
            if row not in found:
                found[row] = await self.registry.commands.state(NOMINEE, entity)
        return found

    async def holders(self, lines: Mapping[int, Line]) -> Mapping[int, str]:
        """Which record holds each line's ID number, by line.

        Says nothing of where that record is: whoever shows more of it asks in the reader's scope.
        """
        keys = {
            row: self.registry.blind(ID_NUMBER, number)
            for row, line in lines.items()
            if line.person and (number := number_in(line.person.id_number))
        }
        async with self.registry.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT key, entity FROM claim WHERE kind = $1 AND key = ANY($2)", ID_NUMBER, list(keys.values())
            )
        held = {row["key"]: row["entity"] for row in rows}
        return {row: held[key] for row, key in keys.items() if key in held}

    async def _act(self, asked: Asked, batch_id: str, decide: Callable[[Batch], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, HANDOVER, batch_id, decide)


def _part(asked: Asked, name: str) -> str:
    """The key of a part of a command, so that the same key again does neither part twice."""
    return f"{name}/{asked.command}" if asked.command else ""
