"""What becomes of a picture that is sent: small, upright, without what the camera wrote, or refused with a reason."""

from __future__ import annotations

import zlib
from io import BytesIO
from random import Random
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.shell.pictures import BYTES_MAX, KEPT_BYTES_MAX, SIDE_MAX, NoPicture, redrawn


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), Random(7).randbytes(width * height * 3))


def drawn(picture: Image.Image, kind: str = "JPEG", **how: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def with_exif(picture: Image.Image, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 15.0)
    return drawn(picture, exif=exif, comment=b"SecretComment")


async def opened(content: bytes) -> Image.Image:
    made = await redrawn(content)
    assert len(made) <= KEPT_BYTES_MAX
    picture = Image.open(BytesIO(made))
    assert picture.format == "JPEG"
    assert max(picture.size) <= SIDE_MAX
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return picture


async def test_what_the_camera_wrote_is_gone() -> None:
    sent = with_exif(Image.new("RGB", (400, 300), "teal"))
    assert b"SecretPhone" in sent
    made = await redrawn(sent)
    assert b"Secret" not in made
    assert b"Exif" not in made
    await opened(sent)


async def test_it_stands_upright() -> None:
    picture = await opened(with_exif(Image.new("RGB", (400, 300), "teal"), orientation=6))
    assert picture.size == (300, 400)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_photos_of_each_kind_are_taken(kind: str) -> None:
    await opened(drawn(Image.new("RGB", (640, 480), "olive"), kind))


async def test_a_large_photo_full_of_noise_becomes_small_enough() -> None:
    await opened(drawn(noise(3000, 2000), quality=90))


async def test_what_shines_through_becomes_white() -> None:
    picture = await opened(drawn(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG"))
    assert picture.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "1", "I;16"])
async def test_other_ways_of_colour_are_taken(mode: str) -> None:
    kind = "PNG" if mode in ("P", "1", "I;16") else "JPEG"
    await opened(drawn(Image.new(mode, (60, 40)), kind))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b"not a picture at all", "unreadable"),
        (b"%PDF-1.7 ...", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (drawn(Image.new("RGB", (10, 10)), "GIF"), "unreadable"),
        (drawn(Image.new("RGB", (10, 10)), "TIFF"), "unreadable"),
        (drawn(noise(200, 200))[:900], "unreadable"),
        (bomb(9000, 9000), "too_many_pixels"),
        (bomb(60_000, 60_000), "too_many_pixels"),
        (b"\xff" * (BYTES_MAX + 1), "too_large"),
    ],
)
async def test_what_is_no_photo_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(NoPicture) as refused:
        await redrawn(content)
    assert refused.value.code == code


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 1200), st.binary(min_size=1, max_size=4))
async def test_whatever_is_sent_is_a_small_picture_or_refused(head: bytes, at: int, damage: bytes) -> None:
    whole = drawn(noise(40, 30))
    damaged = whole[:at] + damage + whole[at + len(damage) :]
    for content in (head, head + whole, damaged):
        try:
            made = await redrawn(content)
        except NoPicture:
            continue
        assert len(made) <= KEPT_BYTES_MAX
