"""A photo of a visit: on its way in, and shown to those who may see it, after it was written down who looks and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Path, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response
from starlette.types import Message

from services.care.pages.common import care, doing, visit_row
from services.care.pages.reveal import Reveal
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.pictures import BYTES_MAX, NoPicture, redrawn
from services.shell.problems import FieldError, Forbidden, Invalid, NotFound, TooLarge

FORM_BYTES_MAX: Final = BYTES_MAX + (1 << 18)
"""A photo, and what is written beside it."""
FIELDS_MAX: Final = 40
PhotoId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


async def sent_in(request: Request) -> tuple[FormData, bytes | None]:
    """The form of a request, and the photo in it if there is one. Errors: TooLarge, before more is read."""
    if int(request.headers.get("content-length") or 0) > FORM_BYTES_MAX:
        raise _too_large()
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > FORM_BYTES_MAX:
            raise _too_large()
        return message

    async with Request(request.scope, receive).form(max_files=1, max_fields=FIELDS_MAX) as form:
        sent = form.get("photo")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
        return FormData(
            [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        ), content or None


async def drawn(content: bytes | None) -> bytes | None:
    """The photo as it may be kept; None if none was sent. Errors: Invalid, with what to do instead."""
    if content is None:
        return None
    try:
        return await redrawn(content)
    except NoPicture as error:
        message, todo = {
            "too_large": (_("照片太大"), _("请把相机的照片调小一些，再拍一张。")),
            "too_many_pixels": (_("照片的像素太多"), _("请把相机的照片调小一些，再拍一张。")),
            "unreadable": (_("这个文件不是照片"), _("请选 JPEG、PNG 或 WebP 照片。")),
        }[error.code]
        raise Invalid([FieldError("photo", message, todo)]) from error


def _too_large() -> TooLarge:
    return TooLarge(_("照片超过 %(most)s 兆字节。", most=BYTES_MAX >> 20), todo=_("请把相机的照片调小一些，再拍一张。"))


def shown_to(caller: Caller, visit: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The photos of a visit that the caller may open: all for the secretary, for others what they took or were at."""
    photos: Sequence[Mapping[str, Any]] = visit["photos"] or []
    if caller.has(Role.SECRETARY) or visit["made_by"] == caller.name:
        return photos
    return [one for one in photos if one["by"] == caller.name]


async def picture_seen(
    request: Request,
    caller: Caller,
    visit_id: str,
    photo_id: str,
    command: Reveal,
    key: Mapping[str, Any] | None = None,
) -> bytes:
    """Write down who looks and why, then open the picture. Errors: Forbidden, NotFound."""
    row = await visit_row(request, caller, visit_id)
    if photo_id not in {one["photo_id"] for one in row["photos"] or []}:
        raise NotFound(_("这次走访没有这张照片。"))
    if photo_id not in {one["photo_id"] for one in shown_to(caller, row)}:
        raise Forbidden(_("照片只给书记和去的人看。"))
    async with doing(request, caller, row["community"], f"reveal-photo/{row['member_id']}", key) as asked:
        await care(request).record_read(asked, row["member_id"], "photo", command.reason)
    picture: bytes | None = await request.app.state.door.picture(row["member_id"], photo_id)
    if picture is None:
        raise NotFound(_("这份记录已经不能打开。"))
    return picture


def jpeg(picture: bytes) -> Response:
    """The picture itself, kept by no cache."""
    return Response(picture, media_type="image/jpeg", headers={"content-disposition": "inline; filename=photo.jpg"})
