"""Every route asks who is there, and every word has its English."""

from __future__ import annotations

from services.care.settings import CareSettings
from services.care.wire import build
from services.shell.identity.requires import unguarded
from services.shell.words import missing_words


def test_every_route_asks_who_is_there() -> None:
    assert unguarded(build(CareSettings())) == []


def test_every_word_has_its_english() -> None:
    assert missing_words("care") == []
