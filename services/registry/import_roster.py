"""Brings a roster in: rows become members in atomic batches, rejected rows are written down, all of it can be undone.

Nothing is done twice. A person is claimed by their ID number before the enrolment is appended, so the same person in
another file, another window or another try is the same member. An import that was interrupted is continued by sending
the same file again: rows it had taken are found taken, refusals it had recorded are passed over.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError

from events.facts.decision import Happened, Refused
from events.facts.people import Address, Relative
from events.facts.roster_import import RejectedContent, RowRejected
from events.log.command import Asked, CommandRefused, Receipt, Target
from events.log.project.store import claim
from services.registry.decide import member, roster_import
from services.registry.decide.commands import Enrol, MoveAway, WithdrawEnrolment
from services.registry.decide.member import MEMBER, Member, Standing
from services.registry.decide.roster_import import (
    ROSTER_IMPORT,
    CommitImport,
    ImportStage,
    RosterImport,
    StartImport,
    UndoImport,
)
from services.registry.handle import ID_NUMBER, Registry
from services.registry.roster.read import Roster, open_roster
from services.registry.roster.reasons import Reason
from services.registry.roster.rows import Caution, Item, Rejection, RosterRow

PEOPLE_PER_BATCH: Final = 450
"""A row gives at most two facts, and an atomic batch holds a thousand."""
WARNINGS_KEPT_MAX: Final = 1000
IMPORT: Final = "import"
SAID_SO: Final = "花名册注明在外"
NOWHERE: Final = "未写明"


@dataclass
class Progress:
    """How far an import has come, for whoever watches it in this process. Rows, not facts."""

    import_id: str
    community: str
    filename: str
    rows: int
    """The last row's number, to measure progress against; 0 if the file does not say."""
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    warnings: list[Caution] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    """Kept only for a dry run; otherwise they are recorded."""
    failed: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class _Batch:
    """What was read since the last append."""

    people: list[RosterRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


class Importer:
    """One per process. `watched` holds the imports that run, or ran, here."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._commands = registry.commands
        self.watched: dict[str, Progress] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def start(
        self, asked: Asked, filename: str, content: bytes, mapping: Mapping[str, str] | None = None
    ) -> Progress:
        """Begin, or continue, the import of this file and return at once; `Progress.done` is set at its end.

        Raises `UnreadableRoster` if nothing of the file can be read.
        """
        roster, digest = await asyncio.to_thread(_opened, content, mapping)
        import_id = await self._import_for(asked, digest)
        if (known := self.watched.get(import_id)) is not None and not known.done.is_set():
            return known
        asked = replace(asked, correlation=import_id, command="")
        command = StartImport(
            filename=filename[-200:] or "roster",
            digest=digest,
            rows=roster.last_row or 0,
            mapping=_mapping_of(roster),
            columns=roster.headers(),
        )
        await self._commands.act(
            asked, ROSTER_IMPORT, import_id, lambda state: roster_import.start(state, command, self._registry.today())
        )
        progress = Progress(import_id, asked.community, command.filename, command.rows)
        self.watched[import_id] = progress
        task = asyncio.create_task(self._run(asked, roster, progress), name=f"import {import_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return progress

    async def try_out(
        self, community: str, filename: str, content: bytes, mapping: Mapping[str, str] | None = None
    ) -> tuple[Roster, Progress]:
        """Read everything and say what an import would do. Writes nothing, claims nobody."""
        roster, _ = await asyncio.to_thread(_opened, content, mapping)
        progress = Progress("", community, filename, roster.last_row or 0)
        async for batch in _batches(roster, self._registry.today(), progress):
            numbers = {self._blind(row): row for row in batch.people}
            known = await self._known(numbers)
            for key, row in numbers.items():
                if known.get(key) is not None:
                    batch.rejections.append(row.reject(Reason.ALREADY_REGISTERED))
                else:
                    progress.accepted += 1
            progress.rejections += batch.rejections
        progress.rejected = _rows(progress.rejections)
        progress.done.set()
        return roster, progress

    async def undo(self, asked: Asked, import_id: str, members: Sequence[str], elsewhere: frozenset[str]) -> ImportUndo:
        """Take the enrolments of an import back, except for people to whom something has happened since.

        `members` are those the import enrolled, `elsewhere` those of whom other services have published something.
        """
        asked = replace(asked, correlation=import_id, command="", expected=None)
        state = await self._commands.state(ROSTER_IMPORT, import_id)
        if state.stage is ImportStage.UNDONE:
            return ImportUndo(0, ())
        withdrawn, kept = 0, []
        for start in range(0, len(members), PEOPLE_PER_BATCH):
            group = members[start : start + PEOPLE_PER_BATCH]
            spared = await self._withdraw(asked, import_id, group, elsewhere)
            kept += spared
            withdrawn += len(group) - len(spared)
        command = UndoImport(withdrawn=withdrawn, kept=tuple(kept))
        await self._commands.act(
            asked, ROSTER_IMPORT, import_id, lambda one: roster_import.undo(one, command, self._registry.today())
        )
        return ImportUndo(withdrawn, tuple(kept))

    async def close(self) -> None:
        """Stop what runs; the files can be sent again."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, asked: Asked, roster: Roster, progress: Progress) -> None:
        today = self._registry.today()
        recorded = 0
        try:
            branches: dict[str, str] = {}
            async for batch in _batches(roster, today, progress):
                await self._form_branches(asked, batch.people, branches)
                refused = await self._enrol(asked, progress, batch.people, branches)
                rejections = sorted([*batch.rejections, *refused], key=lambda one: (one.sheet, one.row))
                progress.rejected += _rows(rejections)
                await self._reject(asked, progress.import_id, rejections, recorded)
                recorded += len(rejections)
            committed = CommitImport(accepted=progress.accepted)
            await self._commands.act(
                asked, ROSTER_IMPORT, progress.import_id, lambda one: roster_import.commit(one, committed, today)
            )
        except asyncio.CancelledError:
            progress.failed = "interrupted"
            raise
        except Exception as error:
            progress.failed = f"{type(error).__name__}: {error}"
            raise
        finally:
            progress.done.set()

    async def _form_branches(self, asked: Asked, people: Sequence[RosterRow], branches: dict[str, str]) -> None:
        for name in dict.fromkeys(row.branch for row in people if row.branch):
            if name not in branches:
                branches[name] = await self._registry.branch_id(asked, name)

    async def _enrol(
        self, asked: Asked, progress: Progress, people: Sequence[RosterRow], branches: Mapping[str, str]
    ) -> list[Rejection]:
        """Enrol a batch in one append; those the register has already come back as rejections."""
        refused: list[Rejection] = []
        commands: dict[str, tuple[RosterRow, Enrol]] = {}
        keys = {self._blind(row): row for row in people}
        async with self._registry.pool.acquire() as connection:
            holders = await claim(connection, ID_NUMBER, {key: self._commands.new_id() for key in keys})
        for key, row in keys.items():
            commands[holders[key]] = (row, _enrol_command(row, asked.community, branches))
        known: list[Rejection] = []

        def plan(states: Sequence[Member]) -> dict[str, Happened]:
            known.clear()
            planned = {}
            for (entity, (row, command)), state in zip(commands.items(), states, strict=True):
                if state.standing is Standing.ENROLLED and state.import_id == progress.import_id:
                    continue
                happened = self._happened(state, command, row, progress.import_id)
                if isinstance(happened, Refused) or not happened.facts:
                    known.append(row.reject(Reason.ALREADY_REGISTERED))
                else:
                    planned[entity] = happened
            return planned

        targets: list[Target] = [(MEMBER, entity) for entity in commands]
        if targets:
            await self._commands.act_together(asked, targets, plan)
        refused += known
        progress.accepted += len(people) - len(refused)
        return refused

    def _happened(self, state: Member, command: Enrol, row: RosterRow, import_id: str) -> Happened | Refused:
        """The enrolment, and the absence that the roster speaks of: it is old news, nobody needs to be told."""
        today = self._registry.today()
        enrolled = member.enrol(state, command, today, import_id=import_id, row=row.row)
        if isinstance(enrolled, Refused) or not enrolled.facts or not row.away:
            return enrolled
        fact, on = enrolled.facts[0]
        left = member.move_away(
            member.evolve(state, fact, on), _leaving(row, today), self._registry.policy.away, today, carried_over=True
        )
        return enrolled if isinstance(left, Refused) else Happened(enrolled.facts + left.facts)

    async def _reject(self, asked: Asked, import_id: str, rejections: Sequence[Rejection], before: int) -> None:
        facts = [_rejected(one) for one in rejections]
        for start in range(0, len(facts), PEOPLE_PER_BATCH):
            group = facts[start : start + PEOPLE_PER_BATCH]
            earlier = before + start
            await self._commands.act(
                asked,
                ROSTER_IMPORT,
                import_id,
                lambda one, group=group, earlier=earlier: roster_import.reject_rows(  # type: ignore[misc]  # bound now
                    one, group, earlier, self._registry.today()
                ),
            )

    async def _withdraw(
        self, asked: Asked, import_id: str, group: Sequence[str], elsewhere: frozenset[str]
    ) -> list[str]:
        """Those who stay, because something has happened to them."""
        kept: list[str] = []
        command = WithdrawEnrolment(import_id=import_id)

        def plan(states: Sequence[Member]) -> dict[str, Happened]:
            kept.clear()
            planned = {}
            for entity, state in zip(group, states, strict=True):
                decision = member.withdraw_enrolment(
                    state, command, self._registry.today(), known_elsewhere=entity in elsewhere
                )
                if isinstance(decision, Refused):
                    kept.append(entity)
                else:
                    planned[entity] = decision
            return planned

        await self._commands.act_together(asked, [(MEMBER, entity) for entity in group], plan)
        return list(kept)

    async def _import_for(self, asked: Asked, digest: str) -> str:
        """The import of this file that has not ended yet, or a new one: a file may come again after it was undone."""
        number = 0
        while True:
            key = self._registry.blind(IMPORT, f"{asked.community}/{digest}/{number}")
            async with self._registry.pool.acquire() as connection:
                import_id = (await claim(connection, IMPORT, {key: self._commands.new_id()}))[key]
            state = await self._commands.state(ROSTER_IMPORT, import_id)
            if state.stage in (ImportStage.UNKNOWN, ImportStage.STARTED):
                return import_id
            number += 1

    async def _known(self, numbers: Mapping[str, RosterRow]) -> dict[str, str]:
        """Members on the roll by the key of their ID number, without claiming anything."""
        async with self._registry.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT key, entity FROM claim WHERE kind = $1 AND key = ANY ($2)", ID_NUMBER, list(numbers)
            )
        holders = {row["key"]: row["entity"] for row in rows}
        states = await self._registry.states(holders.values())
        return {
            key: entity
            for key, entity in holders.items()
            if entity in states and states[entity].standing is not Standing.WITHDRAWN
        }

    def _blind(self, row: RosterRow) -> str:
        return self._registry.blind(ID_NUMBER, row.id_number)


@dataclass(frozen=True, slots=True)
class ImportUndo:
    """How many enrolments were taken back, and whose were not."""

    withdrawn: int
    kept: tuple[str, ...]


def _opened(content: bytes, mapping: Mapping[str, str] | None) -> tuple[Roster, str]:
    return open_roster(content, mapping), hashlib.sha256(content).hexdigest()


async def _batches(roster: Roster, today: date, progress: Progress) -> AsyncIterator[_Batch]:
    """The file in batches. Reading is work of a thread: pages go on being served."""
    items = await asyncio.to_thread(roster.read, today)
    while group := await asyncio.to_thread(_next, items):
        batch = _Batch()
        for item in group:
            match item:
                case RosterRow():
                    batch.people.append(item)
                case Rejection():
                    batch.rejections.append(item)
                case Caution() if len(progress.warnings) < WARNINGS_KEPT_MAX:
                    progress.warnings.append(item)
            progress.read = max(progress.read, item.row)
        yield batch


def _next(items: Iterator[Item]) -> list[Item]:
    return list(islice(items, PEOPLE_PER_BATCH))


def _rows(rejections: Sequence[Rejection]) -> int:
    return len({(one.sheet, one.row) for one in rejections})


def _mapping_of(roster: Roster) -> dict[str, str]:
    return {table.columns.header_of(name): name for table in roster.tables for name in table.columns.at}


def _enrol_command(row: RosterRow, community: str, branches: Mapping[str, str]) -> Enrol:
    fields: dict[str, Any] = {
        "name": row.name,
        "sex": row.sex,
        "ethnicity": row.ethnicity,
        "id_number": row.id_number,
        "joined_on": row.joined_on,
        "full_member_on": row.full_member_on,
        "community": community,
        "branch": branches[row.branch] if row.branch else None,
        "kind": row.kind or "其他",
        "phone": row.phone,
        "address": Address(**row.address._asdict()) if row.address else None,
        "pension_basis_fen": row.pension_basis_fen,
        "family": _family(row),
        "lives_alone": row.lives_alone,
        "minimum_living": row.minimum_living,
        "skills": row.skills,
        "note": row.note,
    }
    try:
        return Enrol.model_validate(fields)
    except ValidationError as error:
        # What the sheet allows and a card does not (an odd phone, an unknown kind) stays in the note, for a person.
        odd = {str(problem["loc"][0]) for problem in error.errors(include_input=False)}
        left = "；".join(str(fields[name]) for name in sorted(odd) if fields[name])
        note = "；".join(text for text in (row.note, left) if text)
        return Enrol.model_validate(
            {name: value for name, value in fields.items() if name not in odd} | {"note": note[:2000] or None}
        )


def _family(row: RosterRow) -> tuple[Relative, ...]:
    if row.family is None or not (row.family.name or row.family.phone):
        return ()
    return (Relative(name=row.family.name or "家属", relation=row.family.relation, phone=row.family.phone),)


def _leaving(row: RosterRow, today: date) -> MoveAway:
    destination = row.destination
    return MoveAway(
        since=today,
        destination=(destination.place or destination.text if destination else "") or NOWHERE,
        reason=(destination.reason if destination else None) or SAID_SO,
    )


def _rejected(one: Rejection) -> RowRejected:
    content = RejectedContent(value=one.value, cells=one.cells, details=dict(one.details))
    return RowRejected(
        sheet=one.sheet, row=one.row, field=one.field, reason=one.reason.value, column=one.column, content=content
    )


__all__ = ["CommandRefused", "ImportUndo", "Importer", "Progress", "Receipt", "RosterImport"]
