"""The work of bringing rosters in, one task an import."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeVar

from events.facts.decision import Happened, Refused, refused
from events.log.command import Asked, CommandRefused, Target
from events.log.project.store import claim
from services.registry.decide import member, roster_import
from services.registry.decide.commands import Enrol, WithdrawEnrolment
from services.registry.decide.details import change_details
from services.registry.decide.member import MEMBER, Member, Standing
from services.registry.decide.roster_import import ROSTER_IMPORT, CommitImport, ImportStage, StartImport
from services.registry.handle.registry import ID_NUMBER, Registry
from services.registry.import_roster.overlap import overlapped
from services.registry.import_roster.person import details_command, doubted, enrol_command, leaving, rejected
from services.registry.import_roster.reading import ITEMS_PER_BATCH, Batch, Opened, Progress, batches, opened
from services.registry.import_roster.undo import ImportUndo, Undoing, take_back
from services.registry.roster.reasons import Reason
from services.registry.roster.rows import Rejection, RosterRow

IMPORT: Final = "import"
WATCHED_MAX: Final = 50
"""Ended imports of which the process still knows how they went; everything lasting is in the facts."""
FILENAME_CHARACTERS_MAX: Final = 200

STATES_PER_QUESTION: Final = 1000
BATCHES_AT_ONCE: Final = 2
"""One is appended while the next is claimed, decided and sealed; more would only be more memory."""
W = TypeVar("W", Progress, Undoing)

log = logging.getLogger(__name__)


class Importer:
    """One per process. `watched` and `undoing` hold the imports that run, or ran, here."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._commands = registry.commands
        self.watched: dict[str, Progress] = {}
        self.undoing: dict[str, Undoing] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(
        self,
        asked: Asked,
        filename: str,
        content: bytes,
        mapping: Mapping[str, str] | None = None,
        ended: Callable[[Progress], None] | None = None,
    ) -> Progress:
        """Begin, or continue, the import of this file and return at once; `Progress.done` is set at its end.

        `ended` is called then, before anybody who waits goes on. Raises `UnreadableRoster` if nothing of the file can
        be read, `ValueError` for a field that does not exist.
        """
        file = await opened(content, mapping)
        file.roster.refuse_if_incomplete()
        import_id = await self._import_for(asked, file.digest)
        if (known := self.watched.get(import_id)) is not None and known.running:
            return known
        if (taking_back := self.undoing.get(import_id)) is not None and taking_back.running:
            raise CommandRefused(refused("being_undone"))
        progress = Progress(import_id, asked.community, filename, file.roster.last_row or 0)
        self._watch(self.watched, import_id, progress)
        asked = replace(asked, correlation=import_id, command="", expected=None)
        command = StartImport(
            filename=filename[-FILENAME_CHARACTERS_MAX:] or "roster",
            digest=file.digest,
            rows=progress.rows,
            mapping=dict(file.mapping),
            columns=file.roster.headers(),
        )
        try:
            await self._commands.act(
                asked, ROSTER_IMPORT, import_id, lambda one: roster_import.start(one, command, self._registry.today())
            )
        except BaseException:
            progress.done.set()
            del self.watched[import_id]
            raise
        self._work(progress, self._bring_in(asked, file, progress), f"import {import_id}", ended)
        return progress

    def try_out(self, file: Opened, community: str, filename: str, *, keep_max: int | None = None) -> Progress:
        """Begin to read everything, to say what an import would do; writes nothing, claims nobody. Returns at once.

        The rejections are kept without their cells; if `keep_max` is given, only the first that can be mended.
        Raises `UnreadableRoster` if a column is missing without which nobody can be registered.
        """
        file.roster.refuse_if_incomplete()
        progress = Progress("", community, filename, file.roster.last_row or 0)
        self._work(progress, self._read_through(file, progress, keep_max), f"trial of {filename}")
        return progress

    async def would_keep(self, import_id: str, members: Sequence[str], elsewhere: frozenset[str]) -> list[str]:
        """Those of an import's people whom an undo would leave, as far as it is projected."""
        kept: list[str] = []
        command = WithdrawEnrolment(import_id=import_id)
        for start in range(0, len(members), STATES_PER_QUESTION):
            states = await self._registry.states(members[start : start + STATES_PER_QUESTION])
            kept += [one for one, state in states.items() if _stays(state, command, elsewhere, one, self._registry)]
        return kept

    async def undo(self, asked: Asked, import_id: str, members: Sequence[str], elsewhere: frozenset[str]) -> Undoing:
        """Begin to take the enrolments of an import back and return at once; see `undo.take_back`.

        `members` are those the import enrolled. Refused while the import still runs.
        """
        if (running := self.undoing.get(import_id)) is not None and running.running:
            return running
        if (importing := self.watched.get(import_id)) is not None and importing.running:
            raise CommandRefused(refused("still_running"))
        state = await self._commands.state(ROSTER_IMPORT, import_id)
        if state.stage is ImportStage.UNDONE:
            raise CommandRefused(refused("undone"))
        undoing = Undoing(import_id, len(members))
        self._watch(self.undoing, import_id, undoing)

        async def work() -> None:
            undoing.outcome = await take_back(self._registry, asked, undoing, members, elsewhere)

        self._work(undoing, work(), f"undo {import_id}")
        return undoing

    async def close(self) -> None:
        """Stop what runs; the files can be sent again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _work(
        self, watched: W, work: Coroutine[Any, Any, None], name: str, ended: Callable[[W], None] | None = None
    ) -> None:
        """Run it beside the pages; how it ends stands in what is watched."""

        async def run() -> None:
            try:
                await work
            except asyncio.CancelledError:
                watched.failed = "interrupted"
                raise
            except Exception as error:
                watched.failed = f"{type(error).__name__}: {error}"
                log.exception("%s broke off", name)
            finally:
                if ended is not None:
                    ended(watched)
                watched.done.set()

        task = asyncio.create_task(run(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    def _watch(known: dict[str, Any], import_id: str, one: Progress | Undoing) -> None:
        """Know of it, and forget the oldest that have ended."""
        known.pop(import_id, None)
        ended = [each for each, other in known.items() if not other.running]
        for each in ended[: max(0, len(ended) - WATCHED_MAX)]:
            del known[each]
        known[import_id] = one

    # ── bringing in ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _bring_in(self, asked: Asked, file: Opened, progress: Progress) -> None:
        """Enrol while the next people are read and claimed; what is refused is recorded in the file's order."""
        today = self._registry.today()
        works = self._enrolling(asked, file, progress, today)
        async with aclosing(works), aclosing(overlapped(works, BATCHES_AT_ONCE)) as enrolled:
            async for rejections in enrolled:
                progress.refuse(rejections)
                await self._reject(asked, progress.import_id, rejections)
        doubts = tuple(doubted(one) for one in progress.warnings)
        committed = CommitImport(accepted=progress.accepted, doubted=progress.doubted, doubts=doubts)
        await self._commands.act(
            asked, ROSTER_IMPORT, progress.import_id, lambda one: roster_import.commit(one, committed, today)
        )

    async def _enrolling(
        self, asked: Asked, file: Opened, progress: Progress, today: date
    ) -> AsyncGenerator[Coroutine[Any, Any, list[Rejection]], None]:
        """For every batch of the file the work of enrolling it, which ends with its rejections in order."""
        branches: dict[str, str] = {}

        async def enrol(batch: Batch) -> list[Rejection]:
            refused_here = await self._enrol(asked, progress, batch.people, branches)
            return sorted([*batch.rejections, *refused_here], key=file.place)

        async with aclosing(batches(file.roster, today, progress)) as read:
            async for batch in read:
                await self._form_branches(asked, batch.people, branches)
                yield enrol(batch)

    async def _form_branches(self, asked: Asked, people: Sequence[RosterRow], branches: dict[str, str]) -> None:
        for name in dict.fromkeys(row.branch for row in people if row.branch):
            if name not in branches:
                with suppress(CommandRefused):  # a general branch holds no members: the card's note keeps its name
                    branches[name] = await self._registry.branch_id(asked, name)

    async def _enrol(
        self, asked: Asked, progress: Progress, people: Sequence[RosterRow], branches: Mapping[str, str]
    ) -> list[Rejection]:
        """Enrol a batch in one append; those the register has already come back as rejections."""
        if not people:
            return []
        keys = {self._blind(row): row for row in people}
        async with self._registry.pool.acquire() as connection:
            holders = await claim(connection, ID_NUMBER, {key: self._commands.new_id() for key in keys})
        commands: dict[str, tuple[RosterRow, Enrol]] = {
            holders[key]: (row, enrol_command(row, asked.community, branches)) for key, row in keys.items()
        }
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
        await self._commands.act_together(asked, targets, plan)
        progress.accepted += len(people) - len(known)
        return known

    def _happened(self, state: Member, command: Enrol, row: RosterRow, import_id: str) -> Happened | Refused:
        """The enrolment, what else the card says, and the absence that the roster speaks of: it is old news, nobody
        needs to be told.
        """
        today = self._registry.today()
        enrolled = member.enrol(state, command, today, import_id=import_id, row=row.row)
        if isinstance(enrolled, Refused) or not enrolled.facts:
            return enrolled
        fact, on = enrolled.facts[0]
        after, happened = member.evolve(state, fact, on), enrolled.facts
        if (more := details_command(row)) is not None:
            said = change_details(after, more, today, import_id=import_id)
            happened += () if isinstance(said, Refused) else said.facts
        if row.away:
            away = leaving(row, today)
            policy = self._registry.policy_at(command.community, away.since).away
            left = member.move_away(after, away, policy, today, carried_over=True)
            happened += () if isinstance(left, Refused) else left.facts
        return Happened(happened)

    async def _reject(self, asked: Asked, import_id: str, rejections: Sequence[Rejection]) -> None:
        facts = [rejected(one) for one in rejections]
        for start in range(0, len(facts), ITEMS_PER_BATCH):
            group = facts[start : start + ITEMS_PER_BATCH]
            await self._commands.act(
                asked,
                ROSTER_IMPORT,
                import_id,
                lambda one, group=group: roster_import.reject_rows(one, group, self._registry.today()),  # type: ignore[misc]  # bound now
            )

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

    # ── trying out ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _read_through(self, file: Opened, progress: Progress, keep_max: int | None) -> None:
        async for batch in batches(file.roster, self._registry.today(), progress):
            rejections = sorted([*batch.rejections, *await self._registered(batch, progress)], key=file.place)
            progress.refuse(rejections)
            if keep_max is not None:
                to_mend = [one for one in rejections if one.reason is not Reason.ALREADY_REGISTERED]
                rejections = to_mend[: max(0, keep_max - len(progress.rejections))]
            progress.rejections += [replace(one, cells=()) for one in rejections]

    async def _registered(self, batch: Batch, progress: Progress) -> list[Rejection]:
        """Those of a batch whom the register has already; the others would be taken."""
        numbers = {self._blind(row): row for row in batch.people}
        known = await self._known(list(numbers))
        progress.accepted += len(numbers) - len(known)
        return [row.reject(Reason.ALREADY_REGISTERED) for key, row in numbers.items() if key in known]

    async def _known(self, keys: Sequence[str]) -> set[str]:
        """The keys of ID numbers whose holders are on the roll, or were, without claiming anything."""
        async with self._registry.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT key, entity FROM claim WHERE kind = $1 AND key = ANY ($2)", ID_NUMBER, keys
            )
        states = await self._registry.states([row["entity"] for row in rows])
        return {
            row["key"]
            for row in rows
            if row["entity"] in states and states[row["entity"]].standing is not Standing.WITHDRAWN
        }

    def _blind(self, row: RosterRow) -> str:
        return self._registry.blind(ID_NUMBER, row.id_number)


def _stays(state: Member, command: WithdrawEnrolment, elsewhere: frozenset[str], one: str, registry: Registry) -> bool:
    decision = member.withdraw_enrolment(state, command, registry.today(), known_elsewhere=one in elsewhere)
    return isinstance(decision, Refused)


__all__ = ["CommandRefused", "ImportUndo", "Importer", "Undoing"]
