"""A roster looked at before it is brought in: what would happen, and which column is read as what."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from services.registry.import_roster import Importer, Opened, Progress, opened
from services.registry.pages.import_files import Upload, Uploads
from services.registry.pages.import_words import FIELD
from services.registry.roster.columns import IGNORED, known_field, plain_header
from services.registry.roster.read import Table
from services.registry.roster.reasons import UnreadableRoster
from services.shell.i18n import gettext as _

TRIALS_MAX: Final = 8
REJECTIONS_KEPT_MAX: Final = 50
PATIENCE_SECONDS: Final = 1.5
"""So long a page waits for an answer before it shows how far the work is."""


class Work(Protocol):
    """Something that goes on beside the pages."""

    done: asyncio.Event

    @property
    def running(self) -> bool:
        """Whether somebody works on it now."""
        ...


@dataclass(frozen=True, slots=True)
class HeaderAs:
    """One column: its header, the field it is read as ("" for none), what stands in it, whether its name says so."""

    header: str
    field: str
    samples: Sequence[str]
    by_name: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A file with this mapping. `progress` is there unless columns are missing, which `missing` then names."""

    mapping: Mapping[str, str]
    columns: Mapping[str, Sequence[HeaderAs]]
    missing: str
    progress: Progress | None

    @property
    def to_point_out(self) -> list[HeaderAs]:
        """Columns of which nobody knows what they are, those of all worksheets, each header once."""
        found = {each.header: each for columns in self.columns.values() for each in columns if not each.field}
        return list(found.values())

    @property
    def recognised(self) -> list[HeaderAs]:
        """Columns that are known by their name, or because somebody said so."""
        found = {each.header: each for columns in self.columns.values() for each in columns if each.field}
        return list(found.values())


class Trials:
    """The trials of this process, one an upload. Forgotten ones are made again when somebody asks."""

    def __init__(self, importer: Importer, uploads: Uploads) -> None:
        self._importer, self._uploads = importer, uploads
        self._known: dict[str, Trial] = {}

    async def of(self, upload: Upload) -> Trial:
        """The trial of an upload with its present mapping; begun now if need be, and waited for a moment.

        Raises `UnreadableRoster`, and `FileNotFoundError` when the file was swept.
        """
        trial = self._known.get(upload.upload_id)
        if trial is None or trial.mapping != upload.mapping or (trial.progress and trial.progress.failed):
            trial = await self._begin(upload)
            self._known.pop(upload.upload_id, None)
            for oldest in list(self._known)[: max(0, len(self._known) - TRIALS_MAX + 1)]:
                del self._known[oldest]
            self._known[upload.upload_id] = trial
        if trial.progress is not None:
            await waited_a_moment(trial.progress)
        return trial

    def forget(self, upload_id: str) -> None:
        """It is over."""
        self._known.pop(upload_id, None)

    async def _begin(self, upload: Upload) -> Trial:
        file = await opened(await self._uploads.content(upload), upload.mapping)
        columns = {table.sheet.name: columns_of(table, upload.mapping) for table in file.roster.tables}
        progress, missing = self._tried(file, upload)
        return Trial(upload.mapping, columns, missing, progress)

    def _tried(self, file: Opened, upload: Upload) -> tuple[Progress | None, str]:
        try:
            trial = self._importer.try_out(file, upload.community, upload.filename, keep_max=REJECTIONS_KEPT_MAX)
        except UnreadableRoster:
            wanted = {name for table in file.roster.tables for name in table.columns.missing}
            return None, "、".join(_(FIELD[name]) for name in FIELD if name in wanted)
        return trial, ""


def columns_of(table: Table, mapping: Mapping[str, str]) -> list[HeaderAs]:
    """The columns of a worksheet that have a header."""
    read_as = {place: name for name, place in table.columns.at.items()}
    said = {plain_header(header): name for header, name in mapping.items()}
    sample = table.sample()
    found = []
    for place, header in enumerate(table.columns.headers):
        if not header:
            continue
        chosen = said.get(plain_header(header))
        known = known_field(header)
        field = read_as.get(place) or (IGNORED if IGNORED in (chosen, chosen or known) else "")
        cells = [row[place] for row in sample if place < len(row) and row[place]]
        found.append(HeaderAs(header, field, cells, chosen is None and known is not None and field == known))
    return found


async def waited_a_moment(work: Work) -> bool:
    """Whether it ended within a moment."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await work.done.wait()
    return not work.running
