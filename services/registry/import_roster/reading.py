"""A roster read in batches by a thread, and how far it has come for whoever watches."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.registry.roster.columns import IGNORED, plain_header
from services.registry.roster.person import DETAILS
from services.registry.roster.read import Roster, open_roster
from services.registry.roster.rows import Caution, Item, Rejection, RosterRow

FACTS_PER_BATCH: Final = 900
"""An atomic batch holds a thousand."""
FACTS_PER_ROW: Final = 2
"""At most, without the columns of `DETAILS`: each of those may give one more."""
ITEMS_PER_BATCH: Final = FACTS_PER_BATCH // FACTS_PER_ROW
WARNINGS_KEPT_MAX: Final = 500
"""More nobody looks at; and they are recorded in one fact, which must stay below the broker's limit (1 MB)."""
Place = tuple[str, int]
"""Worksheet and row."""


@dataclass
class Progress:
    """How far a roster has come, for whoever watches it in this process. Rows, not facts."""

    import_id: str
    """Empty for one that is only tried out."""
    community: str
    filename: str
    rows: int
    """The last row's number, to measure progress against; 0 if the file does not say."""
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """How often each reason was given."""
    doubted: int = 0
    """How often a row should be looked at again; `warnings` are the first of these."""
    warnings: list[Caution] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    """Kept only for one that is tried out; otherwise they are recorded."""
    failed: str = ""
    """Why it broke off; the same file can be sent again."""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running(self) -> bool:
        """Whether somebody works on it now."""
        return not self.done.is_set()

    def refuse(self, rejections: list[Rejection]) -> None:
        """Count rejections; those of one row come together."""
        self.rejected += len({(one.sheet, one.row) for one in rejections})
        self.reasons.update(one.reason.value for one in rejections)


@dataclass
class Batch:
    """What was read since the last append."""

    people: list[RosterRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its tables found: what it is told apart by, and which column was read as what."""

    roster: Roster
    digest: str
    mapping: Mapping[str, str]

    def place(self, one: Rejection) -> tuple[int, int]:
        """Where a rejection stands in the file."""
        return self.order[one.sheet], one.row

    @property
    def order(self) -> dict[str, int]:
        """The worksheets in the file's order."""
        return {table.sheet.name: place for place, table in enumerate(self.roster.tables)}


async def opened(content: bytes, mapping: Mapping[str, str] | None) -> Opened:
    """Find the tables of a file. Raises `UnreadableRoster`; `ValueError` for a field that does not exist."""
    return await asyncio.to_thread(_open, content, mapping)


def _open(content: bytes, mapping: Mapping[str, str] | None) -> Opened:
    roster = open_roster(content, mapping)
    chosen = {plain_header(header): name for header, name in (mapping or {}).items()}
    read_as: dict[str, str] = {}
    for table in roster.tables:
        read_as |= {table.columns.header_of(name): name for name in table.columns.at}
        passed_over = (header for header in table.columns.headers if chosen.get(plain_header(header)) == IGNORED)
        read_as |= dict.fromkeys(passed_over, IGNORED)
    return Opened(roster, hashlib.sha256(content).hexdigest(), read_as)


async def batches(roster: Roster, today: date, progress: Progress) -> AsyncGenerator[Batch, None]:
    """The file in batches. Reading is work of a thread, one batch ahead: pages go on being served meanwhile.

    Raises `UnreadableRoster`.
    """
    before = _rows_before(roster)
    groups = _groups(await asyncio.to_thread(roster.read, today), rows_per_batch(roster))
    ahead = asyncio.ensure_future(asyncio.to_thread(next, groups, None))
    try:
        while group := await ahead:
            ahead = asyncio.ensure_future(asyncio.to_thread(next, groups, None))
            last = group[-1]
            progress.read = max(progress.read, before.get(last.sheet, 0) + last.row)
            yield _sorted_out(group, progress)
    finally:
        ahead.cancel()


def _sorted_out(group: Sequence[Item], progress: Progress) -> Batch:
    """People and rejections apart; doubts go to whoever watches."""
    batch = Batch()
    for item in group:
        match item:
            case RosterRow():
                batch.people.append(item)
            case Rejection():
                batch.rejections.append(item)
            case Caution():
                progress.doubted += 1
                if len(progress.warnings) < WARNINGS_KEPT_MAX:
                    progress.warnings.append(item)
    return batch


def _rows_before(roster: Roster) -> dict[str, int]:
    """How many rows stand in the worksheets before each one."""
    before: dict[str, int] = {}
    total = 0
    for table in roster.tables:
        before[table.sheet.name] = total
        total += table.sheet.last_row or 0
    return before


def rows_per_batch(roster: Roster) -> int:
    """So many rows give no more facts than one append holds."""
    more = max((len(DETAILS.keys() & table.columns.at.keys()) for table in roster.tables), default=0)
    return FACTS_PER_BATCH // (FACTS_PER_ROW + more)


def _groups(items: Iterator[Item], size: int = ITEMS_PER_BATCH) -> Iterator[list[Item]]:
    """Items in groups that never part what is said about one row."""
    group: list[Item] = []
    for item in items:
        if len(group) >= size and (item.sheet, item.row) != (group[-1].sheet, group[-1].row):
            yield group
            group = []
        group.append(item)
    if group:
        yield group
