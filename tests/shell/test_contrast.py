"""Every pair of colours that text is written in reaches WCAG AA, by day and by night."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import services.shell

CSS = (Path(services.shell.__file__).parent / "static" / "hearth.css").read_text()
TONES = ("late", "soon", "done", "away", "care")
GROUNDS = ("paper", "card", "wash")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2") for ground in GROUNDS),
    *((ink, f"{tone}-soft") for tone in TONES for ink in (tone, "ink")),
    *((tone, ground) for tone in TONES for ground in ("paper", "card")),
    *((ink, ground) for ink in ("accent", "accent-deep") for ground in ("paper", "card", "accent-soft")),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-deep"),
]
#: Borders of fields, focus rings, marks: seen, not read.
SHAPES = [
    *((shape, ground) for shape in ("edge", "focus", "accent") for ground in ("paper", "card")),
    *((tone, "line") for tone in TONES),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})\b", block))


DAY = tokens(CSS.split("@media", 1)[0])
NIGHT = tokens(CSS.split("prefers-color-scheme: dark", 1)[1].split("}", 1)[0])


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_night_has_every_colour_of_the_day() -> None:
    assert DAY.keys() == NIGHT.keys()
    assert len(DAY) > 20


def test_colours_stand_in_tokens_only() -> None:
    rules = re.sub(r":root \{.*?\n?\s*\}", "", CSS, flags=re.DOTALL)
    rules = rules.split("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []


@pytest.mark.parametrize("scheme", [DAY, NIGHT], ids=["day", "night"])
def test_text_can_be_read_and_shapes_be_seen(scheme: dict[str, str]) -> None:
    weak = {
        f"{front} on {ground}": round(contrast(scheme[front], scheme[ground]), 2)
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0))
        for front, ground in pairs
        if contrast(scheme[front], scheme[ground]) < least
    }
    assert weak == {}
