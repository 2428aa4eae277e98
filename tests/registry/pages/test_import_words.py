"""Every sentence about a roster in both languages: the same places to fill in, and a word for every code."""

from __future__ import annotations

from string import Formatter

import pytest

from services.registry.pages import import_words as words
from services.registry.roster.columns import FIELDS, IGNORED
from services.registry.roster.reasons import SENTENCES, Doubt, Reason, Unreadable
from services.shell.i18n import catalogue


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", list(SENTENCES), ids=str)
def test_the_english_sentence_has_the_places_of_the_chinese_one(code: Reason | Doubt | Unreadable) -> None:
    [english] = catalogue("registry", "en")["", SENTENCES[code]]
    assert places(english) == places(SENTENCES[code])


def test_every_field_and_every_reason_has_its_word() -> None:
    assert set(words.FIELD) == {*FIELDS, IGNORED}
    assert set(words.REASON) == set(Reason)
