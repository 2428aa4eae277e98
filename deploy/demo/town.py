"""Who lives in the made-up town: two communities, their branches, the people of their rosters, and a few by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from events.facts.people import Relative
from services.registry.decide.commands import Enrol
from services.registry.decide.days import months_after
from services.registry.import_roster.reading import Progress, batches, opened
from services.registry.roster.made_up import id_number, write_made_up_roster
from services.registry.roster.values import Sex

DIED: Final = ("钱志远", 38)
"""Who dies, and how many days ago."""
STORY_DAYS: Final = 134
"""So long ago the office took its people over: four months of thirty days, and a fortnight."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch, and whom its members call."""

    name: str
    secretary: str
    phone: str


@dataclass(frozen=True, slots=True)
class Community:
    """A community and who keeps its books and goes to its people: names of accounts."""

    code: str
    name: str
    branches: Sequence[Branch]
    secretary: str
    worker: str
    visitors: Sequence[str]


JINQIAO: Final = Community(
    "demo.jinqiao",
    "金桥社区",
    (
        Branch("第一党支部", "顾秀英", "13900001101"),
        Branch("第二党支部", "潘志强", "13900001102"),
        Branch("第三党支部", "沈文娟", "13900001103"),
        Branch("第四党支部", "魏建国", "13900001104"),
    ),
    "secretary",
    "worker",
    ("visitor", "wang", "chen"),
)
SHIQUAN: Final = Community(
    "demo.shiquan",
    "石泉社区",
    (Branch("第一党支部", "方玉兰", "13900002101"), Branch("第二党支部", "施国平", "13900002102")),
    "shiquan",
    "shiquan",
    ("shiquan",),
)
STREET: Final = ("demo", "示范街道")
"""The unit that both communities belong to: its path and its name."""
SHIQUAN_PEOPLE: Final = 22


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the town, as far as the story needs them. Names are unique in a community."""

    name: str
    birth: date
    community: Community
    branch: str
    away: bool
    """Away already when the roster came in."""
    basis_fen: int | None
    lives_alone: bool

    def age_on(self, day: date) -> int:
        """Whole years."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody, and the days between which the story goes on."""

    anchor: date
    """Today: the last day."""
    jinqiao: Sequence[Person]
    shiquan: Sequence[Person]
    cast: Sequence[Person]
    """Enrolled by hand in the days after the roster; each has a story of their own."""

    @property
    def first(self) -> date:
        """The day of the take-over."""
        return first_day(self.anchor)

    @property
    def people(self) -> Iterable[Person]:
        """Everybody."""
        return (*self.jinqiao, *self.cast, *self.shiquan)

    @property
    def died_on(self) -> date:
        """The day of death of the one who dies."""
        return self.anchor - timedelta(days=DIED[1])

    def alive(self, one: Person, day: date) -> bool:
        """Whether they lived on that day."""
        return one.name != DIED[0] or day < self.died_on

    def ago(self, days: int) -> date:
        """So many days before today, or the Friday before, if that is a weekend."""
        return workday(self.anchor - timedelta(days=days))


def first_day(anchor: date) -> date:
    """The day on which a story that ends on `anchor` begins."""
    return workday(anchor - timedelta(days=STORY_DAYS))


def workday(day: date) -> date:
    """The day, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def roster() -> bytes:
    """The roster of 金桥社区 as it came: with a title, six ways to write a day, and rows that cannot be taken."""
    return Path(__file__).with_name("roster.xlsx").read_bytes()


def small_roster(first: date) -> bytes:
    """The roster of 石泉社区."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "roster.xlsx")
        write_made_up_roster(path, SHIQUAN_PEOPLE, seed=3, today=first)
        return path.read_bytes()


async def town(anchor: date) -> Town:
    """Everybody there is when today is `anchor`."""
    first = first_day(anchor)
    return Town(
        anchor,
        await _people(roster(), JINQIAO, first),
        await _people(small_roster(first), SHIQUAN, first),
        tuple(
            Person(one.name, birth_of(one, anchor), JINQIAO, one.branch, False, one.basis_fen, one.lives_alone)
            for one in CAST
        ),
    )


async def _people(content: bytes, community: Community, today: date) -> Sequence[Person]:
    """Those of a roster who can be taken."""
    file = await opened(content, None)
    progress = Progress("", community.code, "", 0)
    return [
        Person(
            row.name, row.birth, community, row.branch or "", row.away, row.pension_basis_fen, row.lives_alone
        )
        async for batch in batches(file.roster, today, progress)
        for row in batch.people
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody enrolled by hand."""

    name: str
    sex: Sex
    age: int
    branch: str
    basis_fen: int
    phone: str
    address: str
    joined: str
    """Of the joining, `YYYY-MM-DD`; full member a year later."""
    family: tuple[str, str, str]
    """Name, relation, phone."""
    lives_alone: bool = False
    kind: str = "退休"


_LANE: Final = "金桥路36弄28号"
CAST: Final = (
    Known("张桂兰", "女", 86, "第三党支部", 342000, "13900008862", f"{_LANE}102室", "1968-07-01",
          ("张伟明", "儿子", "13800002210"), lives_alone=True),
    Known("陈秀英", "女", 79, "第三党支部", 418000, "13900007316", f"{_LANE}301室", "1972-07-01",
          ("陈磊", "儿子", "13800002233")),
    Known("吴国强", "男", 72, "第三党支部", 526000, "13900005120", f"{_LANE}202室", "1979-12-01",
          ("吴静", "女儿", "13800002254")),
    Known("刘建华", "男", 91, "第一党支部", 688000, "13900004471", "石泉路8弄3号401室", "1955-07-01",
          ("刘敏", "女儿", "13800002268"), kind="离休"),
    Known("王德明", "男", 74, "第一党支部", 471000, "13900003609", "金桥路12弄5号201室", "1976-07-01",
          ("王芳", "女儿", "13800002279")),
    Known("赵文", "男", 58, "第二党支部", 538000, "13900002218", "金桥路18弄11号502室", "1993-07-01",
          ("赵雪", "妻子", "13800002285"), kind="灵活就业"),
    Known("孙玉珍", "女", 69, "第四党支部", 365000, "13900001754", "金桥路20弄8号101室", "1988-12-01",
          ("孙浩", "儿子", "13800002291")),
    Known("周慧敏", "女", 66, "第四党支部", 392000, "13900009035", "金桥路22弄3号302室", "1990-07-01",
          ("周凯", "儿子", "13800002307")),
    Known("李秀芝", "女", 83, "第二党支部", 402000, "13900006642", "金桥路18弄9号103室", "1965-07-01",
          ("李倩", "女儿", "13800002316")),
    Known("何国梁", "男", 70, "第四党支部", 497000, "13900004908", "金桥路24弄6号602室", "1982-07-01",
          ("何洁", "女儿", "13800002324")),
    Known("沈玉兰", "女", 75, "第一党支部", 336000, "13900003371", "金桥路12弄7号404室", "1977-07-01",
          ("沈涛", "儿子", "13800002331")),
    Known("马建国", "男", 77, "第二党支部", 612000, "13900002846", "金桥路16弄2号203室", "1974-07-01",
          ("马丽", "女儿", "13800002345")),
    Known("钱志远", "男", 94, "第三党支部", 731000, "13900007093", f"{_LANE}401室", "1953-07-01",
          ("钱红", "女儿", "13800002352"), kind="离休"),
)  # fmt: skip
"""People whom a visitor of the demonstration meets first. Nobody of these names is meant."""

_NTH: Final = 450
"""Order codes of the rosters stay below it."""


def birth_of(one: Known, anchor: date) -> date:
    """Their birthday was a while ago, so that they are of that age today."""
    place = CAST.index(one)
    return months_after(anchor, -12 * one.age) - timedelta(days=40 + 19 * place)


def enrolment(one: Known, anchor: date) -> Enrol:
    """The command that puts them on the roll."""
    joined = date.fromisoformat(one.joined)
    name, relation, phone = one.family
    return Enrol.model_validate(
        {
            "name": one.name,
            "sex": one.sex,
            "ethnicity": "汉族",
            "id_number": id_number(birth_of(one, anchor), one.sex, _NTH),
            "joined_on": joined,
            "full_member_on": joined.replace(year=joined.year + 1),
            "community": JINQIAO.code,
            "branch": one.branch,
            "kind": one.kind,
            "phone": one.phone,
            "address": one.address,
            "pension_basis_fen": one.basis_fen,
            "family": (Relative(name=name, relation=relation, phone=phone),),
            "lives_alone": one.lives_alone,
        }
    )
