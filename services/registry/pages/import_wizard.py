"""The wizard: choose a file, look at what would happen, bring it in, see what became of it, take it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from events.log.command import Asked
from services.registry.import_roster import Progress, opened
from services.registry.pages import import_words as words
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, Waited, reading, registry
from services.registry.pages.import_api import community_in
from services.registry.pages.import_files import Sent, Upload, sent_in
from services.registry.pages.import_result import (
    importer,
    remembered,
    result_of,
    stage_of,
    uploads,
)
from services.registry.pages.import_trial import Trials, waited_a_moment
from services.registry.pages.places import communities_to_fill, name_of
from services.registry.project import imports
from services.registry.roster.columns import known_field
from services.registry.roster.reasons import UnreadableRoster
from services.shell.acting import asked, told
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, NotFound, TooLarge

router = APIRouter(include_in_schema=False)

REFRESH_SECONDS = 2
Token = Annotated[str, Query(max_length=400)]


def trials(request: Request) -> Trials:
    """The trials of this process."""
    found: Trials = request.app.state.trials
    return found


@router.get("/imports", dependencies=[Waited])
async def history(request: Request, caller: Office, page_token: Token = "") -> Response:
    """A file to choose, and the imports so far."""
    return await _front(request, caller, token=page_token)


@router.post("/imports")
async def upload(request: Request, caller: Office) -> Response:
    """Take a file in, and lead on to what would happen with it."""
    sent = None
    try:
        sent = await sent_in(request)
        kept = await _keep(request, caller, sent)
    except Invalid as problem:
        return await _front(request, caller, problem, sent)
    except TooLarge as problem:
        return await _front(request, caller, Invalid([FieldError("file", problem.detail, problem.todo)]), sent)
    return done(request, f"/registry/imports/uploads/{kept.upload_id}", _("文件收到了，还没有写入任何东西。"))


async def _keep(request: Request, caller: Caller, sent: Sent) -> Upload:
    community = community_in(sent.fields, caller)
    mapping = await remembered(request, caller, community)
    try:
        await opened(sent.content, mapping)
    except UnreadableRoster as problem:
        raise words.unreadable(problem) from problem
    kept = Upload(
        upload_id=registry(request).commands.new_id(),
        filename=sent.filename,
        community=community,
        actor=caller.name,
        at=uploads(request).now(),
        mapping=mapping,
    )
    await uploads(request).keep(kept, sent.content)
    return kept


async def _front(
    request: Request, caller: Caller, problem: Invalid | None = None, sent: Sent | None = None, token: str = ""
) -> Response:
    async with reading(request, caller) as db:
        found = await imports.imports(db, size=PAGE_SIZE, token=token)
        places = await communities_to_fill(db, caller)
    watched = importer(request).watched
    rows = [
        {**row, "stage": stage_of(row, running=(work := watched.get(row["import_id"])) is not None and work.running)}
        for row in found.items
    ]
    return await page(
        request, "imports.html", status=problem.status if problem else 200, rows=rows, places=places, words=words,
        place_options=[("", _("请选择")), *places],
        errors=problem.errors if problem else (), community=sent.fields.get("community", "") if sent else "",
        next_href=f"/registry/imports?page_token={found.next_token}" if found.next_token else "",
    )  # fmt: skip


# ── before it is brought in ──────────────────────────────────────────────────────────────────────────────────────


def _upload(request: Request, caller: Caller, upload_id: str) -> Upload:
    """An upload of the caller's own. Errors: NotFound, which says that it may have been swept."""
    found = uploads(request).find(upload_id)
    if found is None or found.actor != caller.name or not caller.covers(found.community):
        raise NotFound(_("这个文件已经不在了。"), todo=_("上传的文件只留一天。请再上传一次。"))
    return found


@router.get("/imports/uploads/{upload_id}")
async def preview(request: Request, caller: Office, upload_id: EntityId) -> Response:
    """What would happen; nothing has been written."""
    kept = _upload(request, caller, upload_id)
    try:
        trial = await trials(request).of(kept)
    except FileNotFoundError as gone:
        raise NotFound(_("这个文件已经不在了。"), todo=_("上传的文件只留一天。请再上传一次。")) from gone
    running = trial.progress is not None and trial.progress.running
    return await page(
        request, "import_preview.html", upload=kept, trial=trial, work=trial.progress, running=running, words=words,
        place=await name_of(request, caller, kept.community),
        refresh_seconds=REFRESH_SECONDS if running else 0,
    )  # fmt: skip


@router.post("/imports/uploads/{upload_id}/columns")
async def columns(request: Request, caller: Office, upload_id: EntityId) -> Response:
    """Columns are something else than was thought; look again."""
    kept = _upload(request, caller, upload_id)
    form = await request.form()
    headers, fields = form.getlist("header"), form.getlist("field")
    mapping = dict(kept.mapping)
    for header, field in zip(map(str, headers), map(str, fields), strict=False):
        if field and field not in words.FIELD:
            raise Invalid([FieldError("field", _("没有这样的一项"))])
        if field and field != known_field(header):
            mapping[header] = field
        else:
            mapping.pop(header, None)
    uploads(request).note(replace(kept, mapping=mapping))
    return done(request, f"/registry/imports/uploads/{upload_id}", _("已按您指定的列重新看了一遍。"))


@router.post("/imports/uploads/{upload_id}/drop")
async def drop(request: Request, caller: Office, upload_id: EntityId) -> Response:
    """Not this file."""
    _upload(request, caller, upload_id)
    uploads(request).drop(upload_id)
    trials(request).forget(upload_id)
    return done(request, "/registry/imports", _("没有导入，文件已经删掉。"))


@router.post("/imports/uploads/{upload_id}/begin")
async def begin(request: Request, caller: Office, upload_id: EntityId) -> Response:
    """Bring it in."""
    return await _start(request, caller, _upload(request, caller, upload_id))


@router.post("/imports/{import_id}/resume")
async def resume(request: Request, caller: Office, import_id: EntityId) -> Response:
    """Go on with an import that was interrupted, if its file is still here."""
    await result_of(request, caller, import_id)
    kept = uploads(request).of_import(import_id)
    if kept is None:
        raise NotFound(_("这个文件已经不在了。"), todo=_("请再上传一次同一个文件：会接着做，不会重复。"))
    return await _start(request, caller, kept)


async def _start(request: Request, caller: Caller, kept: Upload) -> Response:
    wish: Asked = asked(request, caller, kept.community, "")
    files = uploads(request)

    def ended(progress: Progress) -> None:
        if not progress.failed:
            files.drop(kept.upload_id)

    try:
        content = await files.content(kept)
        async with told(words.IMPORT_SENTENCES):
            progress = await importer(request).start(wish, kept.filename, content, kept.mapping, ended)
    except UnreadableRoster as problem:
        raise words.unreadable(problem) from problem
    except FileNotFoundError as gone:
        raise NotFound(_("这个文件已经不在了。"), todo=_("请再上传一次同一个文件：会接着做，不会重复。")) from gone
    trials(request).forget(kept.upload_id)
    if progress.running:
        files.note(replace(kept, import_id=progress.import_id))
    await waited_a_moment(progress)
    said = _("已经开始导入。") if progress.running else _("导入完成。")
    return done(request, f"/registry/imports/{progress.import_id}", said)
