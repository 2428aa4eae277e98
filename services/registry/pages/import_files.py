"""Roster files on their way in: taken from a form up to a limit, kept privately until the import is done.

Between the preview and the end of the import a file lies in the box's own folder (0700, files 0600), so that an import
that was interrupted can go on. Afterwards it is removed; what nobody came back for is swept after a day.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.types import Message

from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid, TooLarge

BYTES_MAX: Final = 64 << 20
"""A roster of 100,000 people has about ten million bytes."""
FIELDS_MAX: Final = 500
KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form with a file in it."""

    filename: str
    content: bytes
    fields: Mapping[str, str]


async def sent_in(request: Request, bytes_max: int = BYTES_MAX, *, optional: bool = False) -> Sent:
    """The form of a request, and the file in it. Errors: TooLarge, before more than the limit is read; Invalid, unless
    the file is `optional`.
    """
    if int(request.headers.get("content-length") or 0) > bytes_max:
        raise _too_large(bytes_max)
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > bytes_max:
            raise _too_large(bytes_max)
        return message

    async with Request(request.scope, receive).form(max_files=1, max_fields=FIELDS_MAX) as form:
        file = form.get("file")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if not isinstance(file, UploadFile) or not file.filename:
            if optional:
                return Sent("", b"", fields)
            raise Invalid([FieldError("file", _("没有选文件"), _("请选一个 .xlsx、.xls 或 .csv 文件。"))])
        return Sent(Path(file.filename.replace("\\", "/")).name, await file.read(), fields)


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(_("文件超过 %(most)s 兆字节。", most=bytes_max >> 20))


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies ready. `mapping` is what its columns were said to be, `import_id` the import it belongs to."""

    upload_id: str
    filename: str
    community: str
    actor: str
    at: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    import_id: str = ""


class Uploads:
    """The folder of roster files. `clock` says when one has lain too long."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock

    async def keep(self, upload: Upload, content: bytes) -> None:
        """Put a file there, and sweep what was forgotten."""
        await asyncio.to_thread(self._keep, upload, content)

    async def content(self, upload: Upload) -> bytes:
        """The file itself. Raises `FileNotFoundError` when it was swept meanwhile."""
        return await asyncio.to_thread(self._path(upload.upload_id, "roster").read_bytes)

    def now(self) -> str:
        """The moment that a new upload carries."""
        return self._clock().isoformat()

    def find(self, upload_id: str) -> Upload | None:
        """The upload of that id."""
        return self._read(self._path(upload_id, "json"))

    def of_import(self, import_id: str) -> Upload | None:
        """The file of an import that has not come to its end."""
        found = (self._read(path) for path in self._folder.glob("*.json"))
        return next((upload for upload in found if upload and upload.import_id == import_id), None)

    def note(self, upload: Upload) -> None:
        """Remember what has become known of it."""
        _write_private(self._path(upload.upload_id, "json"), orjson.dumps(_plain(upload)))

    def drop(self, upload_id: str) -> None:
        """Remove the file and what was known of it."""
        for kind in ("roster", "json"):
            self._path(upload_id, kind).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what has lain for more than a day, and what an interrupted upload left."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            upload = self._read(path.with_suffix(".json"))
            if upload is None or datetime.fromisoformat(upload.at) + KEPT < self._clock():
                path.unlink(missing_ok=True)

    def _keep(self, upload: Upload, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sweep()
        self.note(upload)
        _write_private(self._path(upload.upload_id, "roster"), content)

    def _path(self, upload_id: str, kind: str) -> Path:
        return self._folder / f"{upload_id}.{kind}"

    @staticmethod
    def _read(path: Path) -> Upload | None:
        try:
            return Upload(**orjson.loads(path.read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
            return None


def _plain(upload: Upload) -> dict[str, Any]:
    return {name: getattr(upload, name) for name in upload.__slots__}


def _write_private(path: Path, content: bytes) -> None:
    """Replace a file at once; nobody but its owner can read it at any moment."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    unfinished.replace(path)
