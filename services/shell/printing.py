"""Paper: a Typst template filled with plain data, as a PDF whose fonts are embedded.

A template stands beside the pages of its service and begins with `#import "/shell/paper/paper.typ": *`; what it is
given is `given`. Texts are shown as they are: nothing in somebody's name can become a command of the template.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson
import pylopdf_fonts_zh_cn
import segno
import typst
from starlette.responses import Response

SERVICES: Final = Path(__file__).resolve().parents[1]
"""The root of every path in a template."""
FONTS: Final = Path(pylopdf_fonts_zh_cn.__file__).parent
"""Noto Sans SC and Noto Serif SC, SIL Open Font License 1.1."""
_PRESSES: Final = asyncio.Semaphore(2)
"""A sheet takes 30 to 60 ms of a processor: many at once would hold up those who only read."""


async def printed(template: Path, given: Mapping[str, Any]) -> bytes:
    """The sheet as a PDF. `given` is plain JSON; dates and amounts come as the words that are to be read.

    Raises `typst.TypstError` on a mistake in the template, naming the line.
    """
    async with _PRESSES:
        return await asyncio.to_thread(_compiled, template, orjson.dumps(given).decode())


def _compiled(template: Path, given: str) -> bytes:
    return typst.compile(
        template, root=SERVICES, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs={"data": given}
    )


def qr_code(text: str) -> str:
    """This text as a QR code, an SVG drawing that survives a fold across it (15 % may be lost)."""
    return str(segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True))


def pdf(sheet: bytes, name: str) -> Response:
    """The sheet, opened in the browser; saved, it has this name (without `.pdf`)."""
    disposition = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    return Response(sheet, media_type="application/pdf", headers={"content-disposition": disposition})
