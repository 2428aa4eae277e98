"""A picture that somebody sends: looked at by its content, and drawn again before it is kept.

What comes out is a plain JPEG of our own making. What a camera writes beside the picture — where and when it was taken,
with which phone, a small copy of what was cut away — and whatever else may hide in a file is not in it.
"""

from __future__ import annotations

import asyncio
import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

BYTES_MAX: Final = 16 << 20
"""What a phone's camera makes at its best."""
PIXELS_MAX: Final = 50_000_000
"""Of a JPEG, which is unpacked no larger than needed. More is no photo, or a bomb."""
WHOLE_PIXELS_MAX: Final = 25_000_000
"""Of the other kinds, which are unpacked whole: 100 MB of memory, twice at most."""
SIDE_MAX: Final = 1600
KEPT_BYTES_MAX: Final = 200_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
_TRIES: Final = ((SIDE_MAX, 82), (SIDE_MAX, 68), (1280, 68), (1024, 60), (800, 50), (480, 40))
_RESIZED_AS_IT_IS: Final = ("RGB", "RGBA", "L", "LA", "CMYK", "YCbCr")
_DRAWING: Final = asyncio.Semaphore(2)


class NoPicture(ValueError):
    """It cannot be taken; `code` is `too_large`, `too_many_pixels` or `unreadable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def redrawn(content: bytes) -> bytes:
    """The picture upright, a JPEG of `KEPT_BYTES_MAX` bytes, no side over `SIDE_MAX`. Raises `NoPicture`."""
    if len(content) > BYTES_MAX:
        raise NoPicture("too_large")
    async with _DRAWING:
        return await asyncio.to_thread(_redrawn, content)


def _redrawn(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit stands below
            with Image.open(BytesIO(content), formats=FORMATS) as opened:
                return _small(_upright(opened))
    except NoPicture:
        raise
    except Image.DecompressionBombError as error:
        raise NoPicture("too_many_pixels") from error
    except Exception as error:  # a decoder stumbles over a damaged file in more ways than it documents
        raise NoPicture("unreadable") from error


def _upright(opened: Image.Image) -> Image.Image:
    """Size is what the head of the file says: it is asked before a single pixel is unpacked."""
    if opened.width * opened.height > (PIXELS_MAX if opened.format in ("JPEG", "MPO") else WHOLE_PIXELS_MAX):
        raise NoPicture("too_many_pixels")
    picture = opened
    if opened.mode not in _RESIZED_AS_IT_IS:  # a palette has no tones in between
        picture = opened.convert("RGBA" if "transparency" in opened.info or opened.mode == "PA" else "RGB")
    picture.thumbnail((SIDE_MAX, SIDE_MAX))
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    return picture.convert("RGB")


def _small(picture: Image.Image) -> bytes:
    """The best of a few tries that is small enough; the last of them always is."""
    made = b""
    for side, quality in _TRIES:
        copy = picture.copy()
        copy.thumbnail((side, side))
        copy.info = {}
        drawn = BytesIO()
        copy.save(drawn, "JPEG", quality=quality, optimize=True)
        made = drawn.getvalue()
        if len(made) <= KEPT_BYTES_MAX:
            break
    return made
