"""What a visitor of the made-up town has in the phone's camera: a room, drawn, for there is no photo of nobody."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from deploy.demo.chance import between

_SIZE: Final = (960, 720)
_FLOOR: Final = 500


def sketch(*luck: object) -> bytes:
    """A table under a window, with a pot of flowers; the same for the same luck. A PNG."""
    wall = (between(225, 245, *luck, "red"), between(215, 235, *luck, "green"), between(190, 215, *luck, "blue"))
    picture = Image.new("RGB", _SIZE, wall)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, _FLOOR, *_SIZE), fill=(176, 138, 100))
    left = between(120, 420, *luck, "window")
    draw.rectangle((left, 90, left + 300, 330), fill=(186, 216, 236), outline=(250, 250, 245), width=14)
    draw.line((left + 150, 90, left + 150, 330), fill=(250, 250, 245), width=10)
    draw.rectangle((260, 430, 720, 462), fill=(120, 78, 48))
    for leg in (285, 675):
        draw.rectangle((leg, 462, leg + 20, 640), fill=(104, 66, 40))
    pot = between(320, 600, *luck, "pot")
    draw.polygon(((pot, 370), (pot + 70, 370), (pot + 58, 430), (pot + 12, 430)), fill=(168, 82, 52))
    for stem in range(3):
        x = pot + 14 + 21 * stem
        draw.line((x, 370, x, 320 - 12 * (stem % 2)), fill=(70, 120, 64), width=5)
        draw.ellipse((x - 16, 290 - 12 * (stem % 2), x + 16, 322 - 12 * (stem % 2)), fill=(206, 74, 84))
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
