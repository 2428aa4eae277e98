"""Static files under names that change with their content, so that browsers may keep them for a year."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.responses import Response

from services.shell.problems import NotFound

_FOLDER = Path(__file__).parent.parent / "static"


@cache
def _files() -> dict[str, Path]:
    found = {}
    for path in _FOLDER.iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        found[f"{path.stem}.{digest}{path.suffix}"] = path
    return found


@cache
def asset(name: str) -> str:
    """The address of a static file: `hearth.css` → `/static/hearth.0123456789ab.css`. Errors: KeyError."""
    for public_name, path in _files().items():
        if path.name == name:
            return f"/static/{public_name}"
    raise KeyError(name)


def script(name: str) -> Response:
    """A script of ours at an address that stays, as a service worker needs it."""
    return Response((_FOLDER / name).read_bytes(), media_type="text/javascript")


def static_response(public_name: str) -> Response:
    """The file of exactly that content; another digest is not found rather than stale."""
    path = _files().get(public_name)
    if path is None:
        raise NotFound()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(path.read_bytes(), media_type=kind, headers=headers)
