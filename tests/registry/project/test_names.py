from __future__ import annotations

import pytest

from services.registry.project.names import spelling_of


@pytest.mark.parametrize(
    ("name", "given", "pinyin", "initials"),
    [
        ("张桂兰", "桂兰", "zhangguilan", "zgl"),
        ("单志刚", "志刚", "shanzhigang", "szg"),
        ("曾庆红", "庆红", "zengqinghong", "zqh"),
        ("欧阳修文", "修文", "ouyangxiuwen", "oyxw"),
        ("尉迟恭", "恭", "yuchigong", "ycg"),
        ("吕 梁", "梁", "lvliang", "ll"),
        ("买买提·艾力", "买提·艾力", "maimaitiaili", "mmtal"),
        ("Anna Li", "nnaLi", "annali", "a"),
    ],
)
def test_a_name_is_spelt_as_people_type_it(name: str, given: str, pinyin: str, initials: str) -> None:
    spelt = spelling_of(name)
    assert (spelt.given, spelt.pinyin, spelt.initials) == (given, pinyin, initials)
