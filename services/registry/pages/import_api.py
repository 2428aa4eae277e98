"""The API of imports: send a roster, follow it, fetch what was refused, take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.params import Query
from starlette.responses import JSONResponse, Response

from events.log.project.scope import is_community
from services.registry.import_roster import opened
from services.registry.pages.common import (
    PAGE_SIZE,
    EntityId,
    Office,
    PageSize,
    Waited,
    reading,
    within,
)
from services.registry.pages.import_files import Sent, sent_in
from services.registry.pages.import_result import (
    begin_undo,
    doubts_of,
    everything_refused,
    finding_json,
    importer,
    names_of,
    record_reading,
    remembered,
    result_of,
    sheet_to_mend,
    stage_of,
    undone,
)
from services.registry.pages.import_words import FIELD, IMPORT_SENTENCES, UNDONE, unreadable
from services.registry.project import imports
from services.registry.roster.reasons import UnreadableRoster
from services.shell.acting import asked, facts_of, told
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import FieldError, Forbidden, Invalid, Unavailable
from services.shell.reading import plain_json

router = APIRouter(prefix="/api/imports", tags=["imports"])

_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "community"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": ".xlsx, .xls or .csv"},
                        "community": {"type": "string"},
                        "dry_run": {"type": "boolean", "default": False},
                        "mapping": {"type": "string", "description": "JSON: header → field, or “ignored”"},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=202, openapi_extra=_BODY)
async def send(request: Request, caller: Office) -> Response:
    """Send a roster. 202: it is being brought in, follow `status`. With `dry_run` 200: what it would do, nothing is
    written. The same file sent again adds nobody; one that was interrupted goes on.
    """
    sent = await sent_in(request)
    community = community_in(sent.fields, caller)
    mapping = {**await remembered(request, caller, community), **_mapping_in(sent.fields)}
    try:
        if sent.fields.get("dry_run", "").lower() in {"1", "true", "yes", "on"}:
            return await _tried(request, community, sent, mapping)
        async with told(IMPORT_SENTENCES):
            wish = asked(request, caller, community, "")
            progress = await importer(request).start(wish, sent.filename, sent.content, mapping)
    except UnreadableRoster as problem:
        raise unreadable(problem) from problem
    status = f"/registry/api/imports/{progress.import_id}"
    return JSONResponse({"import_id": progress.import_id, "status": status}, 202, {"Location": status})


async def _tried(request: Request, community: str, sent: Sent, mapping: dict[str, str]) -> Response:
    file = await opened(sent.content, mapping)
    progress = importer(request).try_out(file, community, sent.filename)
    await progress.done.wait()
    if progress.failed:
        raise Unavailable(_("文件没有读完。请再试一次。"))
    return JSONResponse(
        {
            "import_id": None,
            "stage": "dry_run",
            "community": community,
            "filename": sent.filename,
            "rows": progress.rows,
            "read": progress.read,
            "accepted": progress.accepted,
            "rejected": [finding_json(one) for one in progress.rejections],
            "rejected_rows": progress.rejected,
            "reasons": progress.reasons,
            "doubted": progress.doubted,
            "warnings": [finding_json(one) for one in progress.warnings],
            "mapping": file.mapping,
        }
    )


def community_in(form: Mapping[str, str], caller: Caller) -> str:
    """The community of a form, by default the caller's own. Errors: Invalid, Forbidden."""
    community = (form.get("community") or caller.scope).strip()
    if not community or not is_community(community):
        raise Invalid([FieldError("community", _("没有写明哪个社区"), _("例如 demo.jinqiao。"))])
    if not caller.covers(community):
        raise Forbidden(_("这个社区不在您的范围内。"))
    return community


def _mapping_in(form: Mapping[str, str]) -> dict[str, str]:
    try:
        mapping = orjson.loads(form.get("mapping") or "{}")
    except orjson.JSONDecodeError:
        mapping = None
    if not isinstance(mapping, dict) or not set(mapping.values()) <= FIELD.keys():
        fields = "、".join(FIELD)
        todo = _("写成 表头 → 字段；字段有：%(fields)s。", fields=fields)
        raise Invalid([FieldError("mapping", _("看不懂这个对照"), todo)])
    return mapping


@router.get("", dependencies=[Waited])
async def history(
    request: Request, caller: Office, community: str = "", page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """Imports, newest first."""
    async with reading(request, caller) as db:
        found = await imports.imports(db, within(caller, community), size=page_size, token=page_token)
    watched = importer(request).watched
    items = []
    for row in found.items:
        work = watched.get(row["import_id"])
        items.append({**row, "stage": stage_of(row, running=work is not None and work.running)})
    return JSONResponse(plain_json({"items": items, "next_page_token": found.next_token}))


@router.get("/{import_id}", dependencies=[Waited])
async def show(
    request: Request,
    caller: Office,
    import_id: EntityId,
    rejected: Annotated[bool, Query(description="false leaves the refused rows out, to follow progress")] = True,
) -> Response:
    """One import: stage, counts, every refused row with field, value, reason and advice, and what to look at again."""
    result = await result_of(request, caller, import_id)
    body: dict[str, Any] = result.as_json()
    if rejected:
        await record_reading(request, caller, result, _("查看退回的行"))
        pieces = everything_refused(request, caller, import_id)
        body["rejected"] = [finding_json(one) async for piece in pieces for one in piece]
        body["warnings"] = [finding_json(one) for one in await doubts_of(request, caller, result)]
        body["kept"] = await names_of(request, caller, list(result.row["kept"] or ()))
    return JSONResponse(plain_json(body))


@router.get("/{import_id}/members", dependencies=[Waited])
async def members(
    request: Request, caller: Office, import_id: EntityId, page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """Those who came with it and are still on the roll."""
    await result_of(request, caller, import_id)
    async with reading(request, caller) as db:
        page = await imports.people(db, import_id, size=page_size, token=page_token)
    items = [{name: row[name] for name in ("member_id", "name", "state", "branch")} for row in page.items]
    return JSONResponse({"items": items, "next_page_token": page.next_token})


@router.get("/{import_id}/rejected.xlsx", dependencies=[Waited])
async def rejected_sheet(request: Request, caller: Office, import_id: EntityId) -> Response:
    """The refused rows as a worksheet, to mend and to send again. Who fetches it is written down (DOMAIN R23)."""
    return await sheet_recorded(request, caller, import_id)


async def sheet_recorded(request: Request, caller: Caller, import_id: str) -> Response:
    """The worksheet, once it is written down who fetches it: whole ID numbers stand in it."""
    result = await result_of(request, caller, import_id)
    await record_reading(request, caller, result, _("下载退回的行"))
    return await sheet_to_mend(request, caller, result)


@router.post("/{import_id}/undo", status_code=201)
async def undo(request: Request, caller: Office, import_id: EntityId) -> Response:
    """Take it back; those to whom something has happened since stay and are named. A second time changes nothing."""
    result = await result_of(request, caller, import_id)
    if result.stage == UNDONE:
        kept = await names_of(request, caller, list(result.row["kept"] or ()))
        return JSONResponse({"withdrawn": result.row["withdrawn"], "kept": kept, "facts": []}, 201)
    outcome = await undone(await begin_undo(request, caller, result))
    kept = await names_of(request, caller, list(outcome.kept))
    body = {"withdrawn": outcome.withdrawn, "kept": kept, "facts": facts_of(outcome.receipt)}
    return JSONResponse(body, 201)
