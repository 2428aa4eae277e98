"""How a Chinese name is found by typing it: its syllables, their initials, and the part after the family name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin, pinyin

_SURNAMES: Final = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "朴": "piao", "尉迟": "yuchi", "万俟": "moqi", "覃": "qin", "缪": "miao", "华": "hua", "翟": "zhai", "乐": "yue",
    "葛": "ge", "折": "she", "种": "chong", "重": "chong", "秘": "bi", "冼": "xian", "燕": "yan", "宁": "ning",
}  # fmt: skip
"""Family names that are read otherwise than the same character elsewhere."""
_COMPOUND: Final = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 万俟 端木 百里 呼延 南宫 独孤".split()
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name as it is typed: 张桂兰 -> 桂兰, zhangguilan, guilan, zgl."""

    given: str
    pinyin: str
    given_pinyin: str
    initials: str


@lru_cache(maxsize=20_000)
def spelling_of(name: str) -> Spelling:
    """The spelling of a name; other letters than Chinese ones stay as they are, in lower case."""
    name = "".join(unicodedata.normalize("NFKC", name).split())
    family = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    syllables = _syllables(name)
    given = _syllables(name[family:])
    special = _SURNAMES.get(name[:family])
    if special is not None:
        syllables = [special, *syllables[family:]]
    return Spelling(
        given=name[family:],
        pinyin="".join(syllables),
        given_pinyin="".join(given),
        initials=_initials(name, syllables, special, family),
    )


def _syllables(text: str) -> list[str]:
    """The syllables of a text. Only where a character has several readings are its neighbours asked which one it is:
    that takes twenty times as long, and a city has many names.
    """
    only = [_only_reading(character) for character in text]
    return [reading for reading in only if reading] if all(only) else list(_in_context(text))


@lru_cache(maxsize=20_000)
def _in_context(text: str) -> tuple[str, ...]:
    return tuple(_plain(syllable) for syllable in lazy_pinyin(text))


@lru_cache(maxsize=20_000)
def _only_reading(character: str) -> str:
    """How a Chinese character is read; "" if there is more than one way, or it is none."""
    readings = {_plain(each) for each in pinyin(character, Style.NORMAL, heteronym=True)[0]}
    return readings.pop() if len(readings) == 1 and "\u3400" <= character <= "\u9fff" else ""


def _plain(syllable: str) -> str:
    return "".join(mark for mark in syllable.lower().replace("ü", "v") if mark.isalnum())


def _initials(name: str, syllables: list[str], special: str | None, family: int) -> str:
    """First letters, one a character: a compound family name with a reading of its own has two of them."""
    if special is not None and family > 1:
        return "".join(each[:1] for each in _syllables(name))
    return "".join(syllable[:1] for syllable in syllables)
