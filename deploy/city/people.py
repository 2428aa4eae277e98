"""The people of a made-up community, as the commands that put them on the roll.

They are named after two plants each, and their ID numbers have right check characters but a region that no country
ever gave out: 66 and the community's number.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Final

from events.facts.people import Address, Relative, RetirementKind, Sex
from services.registry.decide.commands import Enrol
from services.registry.decide.values import check_character

_AGE_FIRST, _AGE_MOST, _AGE_LAST = 22, 60, 89
_RETIRED, _OLD = 60, 70
_PER_DAY_MAX: Final = 499  # of each sex: the order code has three digits
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
)
_PLANTS: Final = "梅兰竹菊松柏桃李杏梨荷莲桂枫槐榆柳桐楠樟葵芦苇芝茶棉麻稻"
_ROADS: Final = ("松林路", "梧桐路", "紫藤路", "银杏路", "海棠路")
_PEOPLE_PER_BUILDING: Final = 20
_SKILLS: Final = ("裁缝", "财会", "医护", "书法", "电工", "调解", "教学", "摄影")
_WORKING: Final = (
    RetirementKind.IN_SERVICE,
    RetirementKind.IN_SERVICE,
    RetirementKind.FLEXIBLE,
    RetirementKind.LAID_OFF,
)


def region(community: int) -> str:
    """The first six digits of the ID numbers of a community; no province begins with 66."""
    return f"66{community:04}"


class Registrar:
    """Makes up one person after the other; no two of a community have the same ID number."""

    def __init__(self, chance: Random, community: int, code: str) -> None:
        self._chance, self._community, self._code = chance, community, code
        self._born: Counter[tuple[date, Sex]] = Counter()

    def somebody(self, place: int, branch_id: str, today: date) -> Enrol:
        """The `place`-th person of the community, as the register gets to know them on `today`."""
        chance = self._chance
        sex = chance.choice((Sex.MALE, Sex.FEMALE))
        birth = today - timedelta(days=int(chance.triangular(_AGE_FIRST, _AGE_LAST, _AGE_MOST) * 365.25))
        while self._born[birth, sex] == _PER_DAY_MAX:
            birth += timedelta(days=1)
        self._born[birth, sex] += 1
        age = (today - birth).days // 365
        joined = date(min(today.year - 2, birth.year + 19 + int(chance.triangular(0, 30, 6))), 7, 1)
        return Enrol(
            name=self._name(),
            sex=sex,
            ethnicity="汉族" if chance.random() < 0.96 else None,
            id_number=self._id_number(birth, sex),
            joined_on=joined,
            full_member_on=joined.replace(year=joined.year + 1) if chance.random() < 0.97 else None,
            community=self._code,
            branch=branch_id if chance.random() < 0.98 else None,
            kind=self._kind(age),
            phone=self.mobile() if chance.random() < 0.95 else None,
            address=self._address(place),
            pension_basis_fen=chance.randrange(240_000, 990_000, 1_000),
            family=self._family(),
            lives_alone=age >= _OLD and chance.random() < 0.1,
            minimum_living=chance.random() < 0.02,
            skills=(chance.choice(_SKILLS),) if chance.random() < 0.1 else (),
            on=today,
        )

    def mobile(self) -> str:
        """A number in a range that is not given out."""
        return f"{self._chance.choice(('130', '150', '170', '180'))}0{self._chance.randrange(10**7):07}"

    def _name(self) -> str:
        return self._chance.choice(_SURNAMES) + "".join(self._chance.sample(_PLANTS, 2))

    def _family(self) -> tuple[Relative, ...]:
        if self._chance.random() < 0.2:
            return ()
        relation = self._chance.choice(("儿子", "女儿", "配偶"))
        return (Relative(name=self._name(), relation=relation, phone=self.mobile()),)

    def _kind(self, age: int) -> RetirementKind:
        return RetirementKind.RETIRED if age >= _RETIRED else self._chance.choice(_WORKING)

    def _id_number(self, birth: date, sex: Sex) -> str:
        nth = self._born[birth, sex]
        turn = (birth.toordinal() * 7 + nth) % _PER_DAY_MAX  # so that not everybody is 001
        order = 2 * turn + (1 if sex is Sex.MALE else 2)
        first_17 = f"{region(self._community)}{birth:%Y%m%d}{order:03}"
        return first_17 + check_character(first_17)

    def _address(self, place: int) -> Address:
        building = place // _PEOPLE_PER_BUILDING
        road = _ROADS[self._community % len(_ROADS)]
        house = f"{road}{self._community}弄{building + 1}号"
        room = f"{self._chance.randint(1, 6)}0{self._chance.randint(1, 4)}室"
        return Address(text=house + room, building=house, room=room)
