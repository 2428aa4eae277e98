"""What became of an import: the row, the work that may be going on, the refusals opened, the sheet to mend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast
from urllib.parse import quote

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from events.facts.base import is_hidden
from events.facts.roster_import import RowRejected, RowsDoubted
from services.registry.import_roster import Importer, ImportUndo, Progress, Undoing
from services.registry.pages import import_words as words
from services.registry.pages.common import reading, registry
from services.registry.pages.export import MEDIA_TYPE
from services.registry.pages.import_files import Uploads
from services.registry.pages.import_words import IMPORT_SENTENCES
from services.registry.project import imports, register
from services.registry.roster.columns import known_field
from services.registry.roster.reasons import Doubt, Reason
from services.registry.roster.rejected_sheet import write_rejected_sheet
from services.registry.roster.rows import Caution, Rejection
from services.shell.acting import asked, told
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import NotFound, Unavailable

PIECE: Final = 1000
"""Refusals that are opened at a time."""
IN_MEMORY_BYTES_MAX: Final = 8 << 20
CATCH_UP_SECONDS_MAX: Final = 30.0
"""Nothing is taken back before everything that has happened since is known."""


def importer(request: Request) -> Importer:
    """The importer of this process."""
    found: Importer = request.app.state.importer
    return found


def uploads(request: Request) -> Uploads:
    """The files on their way in."""
    found: Uploads = request.app.state.uploads
    return found


@dataclass(frozen=True, slots=True)
class Result:
    """An import as pages and API show it. `work` is there while, and after, this process works on it."""

    row: Mapping[str, Any]
    stage: str
    work: Progress | None
    undoing: Undoing | None

    @property
    def read(self) -> int:
        """How many rows have been looked at."""
        return self.work.read if self.work else int(self.row["rows"])

    @property
    def accepted(self) -> int:
        return self.work.accepted if self.work and self.stage == words.RUNNING else int(self.row["accepted"])

    @property
    def rejected(self) -> int:
        return self.work.rejected if self.work and self.stage == words.RUNNING else int(self.row["rejected"])

    @property
    def doubted(self) -> int:
        """How often a row should be looked at again."""
        return self.work.doubted if self.work and self.stage == words.RUNNING else int(self.row["doubted"])

    @property
    def known(self) -> int:
        """Rows of people the register had already: nothing is wrong with them."""
        return int(self.row["reasons"].get(Reason.ALREADY_REGISTERED, 0))

    def as_json(self) -> dict[str, Any]:
        """The counts and the stage (CONTRACT.md); `rejected` is added by who wants the rows."""
        return {
            "import_id": self.row["import_id"],
            "stage": self.stage,
            "community": self.row["community"],
            "filename": self.row["filename"],
            "actor": self.row["actor"],
            "started": self.row["started"],
            "ended": self.row["ended"],
            "rows": self.row["rows"],
            "read": self.read,
            "accepted": self.accepted,
            "rejected_rows": self.rejected,
            "reasons": self.row["reasons"],
            "doubted": self.doubted,
            "withdrawn": self.row["withdrawn"],
            "failed": self.work.failed if self.work else "",
        }


async def result_of(request: Request, caller: Caller, import_id: str) -> Result:
    """An import the caller may see. Errors: NotFound."""
    work = importer(request).watched.get(import_id)
    undoing = importer(request).undoing.get(import_id)
    busy = work is not None and work.running
    row = None if work is not None and not busy else await _row(request, caller, import_id)
    if row is None:
        # What ended and is not wholly in the tables still runs, for a reader.
        up_to_now = await request.app.state.caught_up()
        busy = busy or (work is not None and not up_to_now)
        row = await _row(request, caller, import_id)
    if row is None and work is not None and caller.covers(work.community):
        row = _just_begun(work)
    if row is None:
        raise NotFound(_("在您的范围内没有这次导入。"))
    return Result(row, stage_of(row, running=busy), work, undoing)


def _just_begun(work: Progress) -> dict[str, Any]:
    """The row of an import that the tables do not have yet."""
    row: dict[str, Any] = {column.name: None for column in imports.table.columns}
    return row | {
        "import_id": work.import_id,
        "community": work.community,
        "filename": work.filename,
        "stage": imports.STARTED,
        "rows": work.rows,
        "accepted": work.accepted,
        "rejected": work.rejected,
        "reasons": {},
        "doubted": work.doubted,
        "columns": {},
    }


def stage_of(row: Mapping[str, Any], *, running: bool) -> str:
    """How far it is; begun and worked on by nobody, it was interrupted."""
    if row["stage"] == imports.STARTED:
        return words.RUNNING if running else words.INTERRUPTED
    return words.COMMITTED if row["stage"] == imports.COMMITTED else words.UNDONE


async def _row(request: Request, caller: Caller, import_id: str) -> dict[str, Any] | None:
    async with reading(request, caller) as db:
        return await imports.roster_import(db, import_id)


async def remembered(request: Request, caller: Caller, community: str) -> dict[str, str]:
    """What columns were said to be in this community, where their names do not say so themselves; the last word on a
    column counts, also that nothing was said.
    """
    await request.app.state.caught_up()
    async with reading(request, caller) as db:
        known = await imports.mappings(db, community)
    said: dict[str, str] = {}
    for mapping, columns in known:
        seen = {header for headers in columns.values() for header in headers}
        said = {header: name for header, name in said.items() if header not in seen} | dict(mapping)
    return {header: name for header, name in said.items() if known_field(header) != name}


# ── what was refused ─────────────────────────────────────────────────────────────────────────────────────────────


async def record_reading(request: Request, caller: Caller, result: Result, why: str) -> None:
    """Write down that somebody other than who sent the file sees its refused rows: whole ID numbers stand in them."""
    if result.rejected and caller.name != result.row["actor"]:
        wish = asked(request, caller, result.row["community"], "")
        async with told(IMPORT_SENTENCES):
            await registry(request).record_read(wish, result.row["import_id"], "rejected_rows", why)


async def refused(
    request: Request,
    caller: Caller,
    import_id: str,
    *,
    after: int = 0,
    limit: int = PIECE,
    only: str = "",
    but: str = "",
) -> tuple[list[Rejection], int | None]:
    """Some of what was refused, in the file's order, and the sequence after which more follows."""
    async with reading(request, caller) as db:
        messages = await imports.rejections(db, import_id, after=after, limit=limit, only=only, but=but)
    facts = [one.fact for one in await registry(request).opened(messages)]
    found = [_rejection(fact) for fact in facts if isinstance(fact, RowRejected)]
    return found, messages[-1].seq if len(messages) == limit else None


def _rejection(fact: RowRejected) -> Rejection:
    content = None if is_hidden(fact.content) else fact.content
    return Rejection(
        sheet=fact.sheet,
        row=fact.row,
        field=fact.field,
        value=content.value if content else "",
        reason=Reason(fact.reason),
        details=content.details if content else {},
        column=fact.column,
        cells=content.cells if content else (),
    )


async def everything_refused(request: Request, caller: Caller, import_id: str) -> AsyncIterator[list[Rejection]]:
    """All of it, piece by piece."""
    after: int | None = 0
    while after is not None:
        piece, after = await refused(request, caller, import_id, after=after)
        yield piece


async def doubts_of(request: Request, caller: Caller, result: Result) -> list[Caution]:
    """What should be looked at again, the first five hundred of it."""
    if result.work is not None and result.stage == words.RUNNING:
        return result.work.warnings
    async with reading(request, caller) as db:
        messages = await imports.doubts(db, result.row["import_id"])
    facts = [one.fact for one in await registry(request).opened(messages)]
    return [
        Caution(one.sheet, one.row, one.field, one.value, Doubt(one.doubt), one.details)
        for fact in facts
        if isinstance(fact, RowsDoubted) and not is_hidden(fact.rows)
        for one in fact.rows
    ]


def finding_json(one: Rejection | Caution) -> dict[str, Any]:
    """An element of `rejected` or `warnings`: row, field, value, reason, and what to do in the reader's language."""
    return one.as_json() | {"advice": words.advice_of(one)}


async def sheet_to_mend(request: Request, caller: Caller, result: Result) -> Response:
    """The refused rows as a worksheet, written by a thread while they are read; memory stays flat."""
    loop = asyncio.get_running_loop()
    import_id = result.row["import_id"]

    def rejections() -> Iterator[Rejection]:
        after: int | None = 0
        while after is not None:
            wanted = refused(request, caller, import_id, after=after)
            piece, after = asyncio.run_coroutine_threadsafe(wanted, loop).result()
            yield from piece

    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES_MAX)  # noqa: SIM115 - closed after it was sent
    headers = {sheet: tuple(names) for sheet, names in result.row["columns"].items()}
    await asyncio.to_thread(write_rejected_sheet, cast(BinaryIO, file), headers, rejections())
    file.seek(0)
    name = quote(_("退回的行 %(filename)s", filename=result.row["filename"]).removesuffix(".xlsx") + ".xlsx")
    disposition = {"Content-Disposition": f"attachment; filename=\"rejected.xlsx\"; filename*=UTF-8''{name}"}
    pieces = iter(lambda: file.read(1 << 16), b"")
    return StreamingResponse(pieces, media_type=MEDIA_TYPE, headers=disposition, background=BackgroundTask(file.close))


# ── taking it back ───────────────────────────────────────────────────────────────────────────────────────────────


async def people_of(request: Request, caller: Caller, import_id: str) -> tuple[list[str], frozenset[str]]:
    """Everybody an import enrolled, and those of whom other services have told since. Errors: Unavailable, while not
    everything that has happened is known.
    """
    if not await request.app.state.caught_up(with_others=True, timeout_seconds=CATCH_UP_SECONDS_MAX):
        raise Unavailable(_("名册还在更新。请稍后再撤销。"))
    async with reading(request, caller) as db:
        return await imports.member_ids(db, import_id), await imports.known_elsewhere(db, import_id)


async def begin_undo(request: Request, caller: Caller, result: Result) -> Undoing:
    """Begin to take an import back. Errors: Forbidden, Refusal, Unavailable."""
    import_id = result.row["import_id"]
    members, elsewhere = await people_of(request, caller, import_id)
    wish = asked(request, caller, result.row["community"], "")
    async with told(IMPORT_SENTENCES):
        return await importer(request).undo(wish, import_id, members, elsewhere)


async def undone(undoing: Undoing) -> ImportUndo:
    """The end of it. Errors: Unavailable if it broke off; asking again goes on."""
    await undoing.done.wait()
    if undoing.outcome is None:
        raise Unavailable(_("撤销没有做完。请再撤销一次，会接着做。"))
    return undoing.outcome


async def names_of(request: Request, caller: Caller, member_ids: list[str]) -> list[dict[str, str]]:
    """Those who were kept, by name."""
    async with reading(request, caller) as db:
        names = await register.names(db, member_ids)
    return [{"member_id": each, "name": names.get(each, "")} for each in member_ids]
