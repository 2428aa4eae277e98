"""Made-up rosters of any size, for the demo and the benchmark: nobody in them exists.

The columns, titles, total row and spellings of an office's sheet; ages 22 to 96; ID numbers unique with right check
digits; about two in five away, three in five retired. The same seed gives the same people, and a longer roster begins
with the people of a shorter one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - the caller gives the seed
from typing import Final

from stdnum.cn import ric

from services.registry.roster.values import Sex
from services.registry.roster.workbook import Style, Styled, Written, write_workbook

HEADER: Final = tuple(
    "序号 姓名 性别 民族 身份证号 入党时间 转正时间 所在支部 人员类别 基本养老金(元/月) 联系电话 家属联系人 家属电话 "
    "现居住地址 是否外出 去向 独居 低保 特长 备注".split()
)
DEMO_DAY: Final = date(2026, 11, 17)

_AGE_FIRST, _AGE_MOST, _AGE_LAST = 22, 68, 96
_RETIRED, _OLD = 60, 70
_REGION: Final = "310104"
_PER_DAY_MAX: Final = 499  # of each sex: the order code has three digits
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭"
)
_GIVEN_OLD: Final = "国建华文德玉秀兰桂英凤珍淑芳荣福祥根林生才明永忠义庆昌宝金银春梅菊香云霞素琴惠敏"
_GIVEN_YOUNG: Final = "子轩浩宇欣怡雨涵思佳俊杰晨阳梓萱一诺嘉豪诗琪博文静雅婷磊鹏飞超娜丽伟洋倩颖"
_BRANCHES: Final = ("第一党支部", "第二党支部", "第三党支部", "第四党支部")
_ROADS: Final = ("金桥路", "红枫路", "长岛路", "云山路", "明月路")
_AWAY: Final = (
    "随子女居住·深圳市南山区",
    "随子女居住·杭州市西湖区",
    "外出务工·苏州市",
    "拆迁过渡·嘉定区江桥镇",
    "回原籍·安徽省六安市",
)
_SKILLS: Final = ("裁缝", "财会", "医护", "书法", "电工", "调解", "教学", "摄影、书法", None, None)
_PEOPLE_PER_BUILDING: Final = 24


def write_made_up_roster(path: Path, rows: int, seed: int = 1, *, today: date = DEMO_DAY) -> None:
    """Write a roster of so many people, all acceptable on ``today``; 100,000 take about 15 s and no memory to speak
    of.
    """
    write_workbook(path, [("党员花名册", _sheet(rows, seed, today))])


def _sheet(rows: int, seed: int, today: date) -> Iterator[Sequence[Written]]:
    yield [Styled("社区党员信息登记表（人物均为虚构）", Style.HEADER)]
    yield ["填报单位：示范社区", None, None, None, f"填报日期：{today.year}年{today.month}月"]
    yield [Styled(header, Style.HEADER) for header in HEADER]
    yield from made_up_people(rows, seed, today)
    yield ["合计", rows]


def made_up_people(rows: int, seed: int, today: date = DEMO_DAY) -> Iterator[list[Written]]:
    """The rows below the header, one person each, cells in the order of ``HEADER``."""
    chance = Random(seed)  # noqa: S311 - made-up people, no secret
    taken: Counter[tuple[date, Sex]] = Counter()
    for place in range(1, rows + 1):
        yield _person(place, chance, taken, today)


def _person(place: int, chance: Random, taken: Counter[tuple[date, Sex]], today: date) -> list[Written]:
    birth = today - timedelta(days=int(chance.triangular(_AGE_FIRST, _AGE_LAST, _AGE_MOST) * 365.25))
    sex: Sex = chance.choice(("男", "女"))
    while taken[birth, sex] == _PER_DAY_MAX:
        birth += timedelta(days=1)
    taken[birth, sex] += 1
    age = int((today - birth).days / 365.25)
    joined = _joined(chance, birth, today)
    full = joined.replace(year=joined.year + 1)
    away = chance.random() < 0.4
    return [
        place, _name(chance, age), sex, "汉族" if chance.random() < 0.97 else "回族",
        id_number(birth, sex, taken[birth, sex]),
        _spelled(chance, joined), _spelled(chance, full) if full <= today else None,
        _BRANCHES[place % len(_BRANCHES)], _kind(chance, age),
        chance.randrange(2400, 9900, 10) if age >= _RETIRED else None,
        _mobile(chance), _name(chance, 50), _mobile(chance), _address(chance, place),
        "是" if away else "否", chance.choice(_AWAY) if away else None,
        "是" if age >= _OLD and chance.random() < 0.15 else None, "是" if chance.random() < 0.04 else None,
        chance.choice(_SKILLS), None,
    ]  # fmt: skip


def id_number(birth: date, sex: Sex, nth: int) -> str:
    """The ID number of the nth (1 to 499) person of that sex born that day: odd order codes are men's, even ones
    women's.
    """
    assert 1 <= nth <= _PER_DAY_MAX
    turn = (birth.toordinal() * 7 + nth) % _PER_DAY_MAX  # so that not everybody is 001
    order = 2 * turn + (1 if sex == "男" else 2)
    body = f"{_REGION}{birth:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


def _joined(chance: Random, birth: date, today: date) -> date:
    """The 1st or 15th of a month, at 19 or later, and before today."""
    first, last = birth.year + 19, today.year - 1
    year = min(last, first + int(chance.triangular(0, 30, 6)))
    return date(year, chance.choice((1, 7, 12)), chance.choice((1, 15)))


def _spelled(chance: Random, day: date) -> Written:
    """The six ways people write a day; the last is a date cell."""
    return (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        day,
    )[chance.randrange(6)]


def _name(chance: Random, age: int) -> str:
    given = _GIVEN_OLD if age >= 45 else _GIVEN_YOUNG
    return chance.choice(_SURNAMES) + "".join(chance.choice(given) for _ in range(1 if chance.random() < 0.25 else 2))


def _kind(chance: Random, age: int) -> str:
    if age >= _RETIRED:
        return "离休" if age >= 90 and chance.random() < 0.6 else "退休"
    return chance.choice(("在职", "在职", "灵活就业", "下岗", "买断工龄"))


def _mobile(chance: Random) -> str:
    return f"{chance.choice(('130', '150', '170', '180'))}0{chance.randrange(10**7):07d}"


def _address(chance: Random, place: int) -> str:
    building = place // _PEOPLE_PER_BUILDING
    lane, house = building // 40 + 1, building % 40 + 1
    return f"{_ROADS[lane % len(_ROADS)]}{lane}弄{house}号{chance.randint(1, 6)}0{chance.randint(1, 4)}室"
