"""The API of the door: a visit on record, an attempt in vain, photos."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.care.decide.commands import AttemptVisit, RecordVisit
from services.care.pages import photo
from services.care.pages.common import Carer, EntityId, doing, own_deed, visit_row
from services.care.pages.door import door
from services.care.pages.reveal import Reveal
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid

router = APIRouter(prefix="/api", tags=["care"])

_PHOTO = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {"photo": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.post("/visits/{visit_id}/record", status_code=201)
async def record(request: Request, caller: Carer, visit_id: EntityId, command: RecordVisit) -> Response:
    """Somebody went (`by`, the name of an account), and what the person answered to the three questions.

    `phone` and `handed_over_fen` become proposals to the registry.
    """
    row = await visit_row(request, caller, visit_id)
    own_deed(caller, command.by)
    async with doing(request, caller, row["community"], f"record/{visit_id}") as asked:
        receipt = await door(request).record(asked, row["member_id"], visit_id, command)
    return JSONResponse({"facts": facts_of(receipt)}, 201)


@router.post("/visits/{visit_id}/attempt", status_code=201)
async def attempt(request: Request, caller: Carer, visit_id: EntityId, command: AttemptVisit) -> Response:
    """Somebody (`by`) went and met nobody, and why; the visit stays to be made."""
    row = await visit_row(request, caller, visit_id)
    own_deed(caller, command.by)
    async with doing(request, caller, row["community"], f"attempt/{visit_id}") as asked:
        receipt = await door(request).attempt(asked, row["member_id"], visit_id, command)
    return JSONResponse({"facts": facts_of(receipt)}, 201)


@router.post("/visits/{visit_id}/photos", status_code=201, openapi_extra=_PHOTO)
async def attach(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """A photo (`photo`: JPEG, PNG or WebP) of a visit on record. It is drawn anew, nothing the camera wrote stays."""
    row = await visit_row(request, caller, visit_id)
    form, content = await photo.sent_in(request)
    picture = await photo.drawn(content)
    if picture is None:
        raise Invalid([FieldError("photo", _("没有照片"), _("请选 JPEG、PNG 或 WebP 照片。"))])
    async with doing(request, caller, row["community"], f"photos/{visit_id}", form) as asked:
        receipt = await door(request).attach(asked, row["member_id"], visit_id, caller.name, picture)
    return JSONResponse({"facts": facts_of(receipt)}, 201)


@router.post("/visits/{visit_id}/photos/{photo_id}/reveal", response_class=Response)
async def reveal(
    request: Request, caller: Carer, visit_id: EntityId, photo_id: photo.PhotoId, command: Reveal
) -> Response:
    """The photo as a JPEG, after it was written down who asked and why."""
    return photo.jpeg(await photo.picture_seen(request, caller, visit_id, photo_id, command))
