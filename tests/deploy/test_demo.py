"""`hearth up --demo`: killed while the office is still being written, started again, looked at, started once more."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic, sleep

import asyncpg
import httpx
import pytest

from deploy.box.addresses import BoxAddresses, attach
from deploy.box.layout import SERVICES
from deploy.demo.accounts import PASSWORD, POSTS
from deploy.demo.deeds import Deed, Pay, SignedIn
from deploy.demo.neighbours import COMMUNITIES, neighbours
from deploy.demo.opening import demo_of
from deploy.demo.progress import progress_of
from deploy.demo.story import story
from deploy.demo.town import Town, first_day, town
from services.care.decide.commands import ReportIllness
from services.registry.decide.commands import MoveAway, Return
from tests.architecture.house import ROOT
from tests.deploy.boxes import remember
from tests.deploy.links import followed

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
SECONDS_MAX = 240.0
DAYS_BEFORE_THE_KILL = 30
"""Of the story: the roster is in, people have left, visits are planned and some are made."""


class Demo:
    """A demonstration in another process."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "deploy.cli", "up", "--demo", "--port", "0", "--data", str(self.data)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=CLEAN, stdout=subprocess.PIPE, text=True)

    def kill_after(self, true: Callable[[], bool]) -> None:
        """`kill -9`, as soon as that is so."""
        assert self._process is not None
        deadline = monotonic() + SECONDS_MAX
        while not true():
            assert monotonic() < deadline
            assert self._process.poll() is None
            sleep(0.01)
        self._process.kill()
        self._process.communicate()

    def until_ready(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self.lines = []
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("READY "):
                return
        raise AssertionError("\n".join(self.lines))

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=60)

    @property
    def url(self) -> str:
        return self.lines[-1].removeprefix("READY ")

    @contextmanager
    def signed_in(self, name: str) -> Iterator[httpx.Client]:
        """With one click, as the sign-in page offers it."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as client:
            assert client.post("/sign-in/demo", data={"name": name}).status_code == httpx.codes.SEE_OTHER
            yield client

    def facts(self, which: str = "true") -> Counter[str]:
        """How many of each type all three services keep in their second copies."""
        addresses = attach(self.data)
        assert addresses is not None
        return asyncio.run(_facts(addresses, which))


async def _facts(addresses: BoxAddresses, which: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for service in SERVICES:
        connection = await asyncpg.connect(addresses.postgres["admin"], database=service)
        rows = await connection.fetch(f"SELECT type, count(*) AS facts FROM fact WHERE {which} GROUP BY type")
        found.update({row["type"]: row["facts"] for row in rows})
        await connection.close()
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Killed in the middle of its first start; ready after its second one."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "var")
    demo.start()
    demo.kill_after(lambda: _days_told(demo.data) >= DAYS_BEFORE_THE_KILL)
    demo.start()
    try:
        demo.until_ready()
        yield demo
    finally:
        demo.stop()


def _days_told(data: Path) -> int:
    progress = progress_of(data)
    if progress is None or progress.through is None:
        return 0
    return (progress.through - first_day(progress.anchor)).days


@pytest.fixture(scope="module")
def people(demo: Demo) -> Town:
    progress = progress_of(demo.data)
    assert progress is not None
    assert progress.done
    return asyncio.run(town(progress.anchor))


def test_ready_is_said_last_after_every_post_with_its_password(demo: Demo) -> None:
    assert demo.lines[-1].startswith("READY http://127.0.0.1:")
    shown = [line.split() for line in demo.lines if line.startswith("  ")]
    assert [(name, password) for _, name, password in shown] == [(post.name, PASSWORD) for post in POSTS]
    with httpx.Client(base_url=demo.url, trust_env=False) as client:
        page = client.get("/sign-in").text
        assert all(f'value="{post.name}"' in page for post in POSTS)
        typed = client.post("/sign-in", data={"name": "worker", "password": PASSWORD})
        assert typed.status_code == httpx.codes.SEE_OTHER


def test_interrupted_or_not_every_deed_is_a_fact_once(demo: Demo, people: Town) -> None:
    facts = demo.facts("community IN ('demo.jinqiao', 'demo.shiquan')")
    deeds = [deed for of_day in story(people).values() for deed in of_day]

    def told(kind: Callable[[Deed], int]) -> int:
        return sum(kind(deed) for deed in deeds)

    everybody = list(people.people)
    payments = told(lambda deed: isinstance(deed.what, Pay) and not deed.what.again)
    expected = {
        "hearth.member.enrolled.v1": len(everybody),
        "hearth.member.moved_away.v1": told(lambda deed: isinstance(deed.what, MoveAway))
        + sum(one.away for one in everybody),
        "hearth.member.returned.v1": told(lambda deed: isinstance(deed.what, Return)),
        "hearth.member.attended.v1": told(
            lambda deed: len(deed.what.present) if isinstance(deed.what, SignedIn) else 0
        ),
        "hearth.member.dues_paid.v1": payments,
        "hearth.receipts.number_issued.v1": payments,
        "hearth.care.fell_ill.v1": told(lambda deed: isinstance(deed.what, ReportIllness)),
        "hearth.import.committed.v1": 2,
        "hearth.import.row_rejected.v1": 14,
    }
    assert {kind: facts[kind] for kind in expected} == expected
    assert facts["hearth.care.visit_made.v1"] > 300
    assert facts["hearth.notice.acknowledged.v1"] > 100


def test_beside_the_story_lives_a_street_with_a_year_behind_it(demo: Demo) -> None:
    progress = progress_of(demo.data)
    assert progress is not None
    street = neighbours(progress.anchor)
    facts = demo.facts("community <@ 'demo.d01'")
    assert facts["hearth.member.enrolled.v1"] == street.communities * street.members
    assert facts["hearth.member.dues_paid.v1"] > street.members
    told = {kind: number for kind, number in facts.items() if kind.startswith("hearth.notice.")}
    assert told == {"hearth.notice.intended.v1": facts["hearth.care.certification_reminded.v1"]}


def test_the_office_has_its_day_before_it(demo: Demo) -> None:
    with demo.signed_in("secretary") as office:
        home = office.get("/").text
        for words in (
            "张桂兰",
            "逾期",
            "还剩",
            "到医院看望",
            "王德明",
            "没有联系",
            "赵文",
            "外出满 6 个月",
            "周慧敏",
            "欠 ",
        ):
            assert words in home, words
        assert "石泉社区" not in home
        assert home.index("走访 · 按楼栋") < home.index("七天内的会议")
        ledger = office.get("/registry/ledger").text
        assert all(words in ledger for words in ("赵文", "孙玉珍", "临时组织关系", "§3.1"))
        assert "周慧敏" in office.get("/registry/dues").text
        assert "要打印的信" in office.get("/notify/outbox").text
        assert "起有新的规定" in office.get("/registry/panels/policy").text
        (imported,) = office.get("/registry/api/imports").json()["items"]
        assert (imported["accepted"], imported["rejected"]) == (123, 14)
        sheet = office.get(f"/registry/imports/{imported['import_id']}/rejected.xlsx")
        assert sheet.headers["content-type"].startswith("application/vnd.openxml")


def test_somebody_of_86_who_lives_alone_has_a_long_story(demo: Demo) -> None:
    with demo.signed_in("secretary") as office:
        (member,) = office.get("/registry/api/members", params={"q": "zhangguilan"}).json()["items"]
        assert member["lives_alone"]
        page = office.get(f"/registry/members/{member['member_id']}").text
        for words in ("从杭州返回", "儿子代缴", "上门走访", "电话问候", "主题党日", "关怀中"):
            assert words in page, words


def test_each_sees_their_own_part(demo: Demo) -> None:
    with demo.signed_in("shiquan") as other:
        items = other.get("/registry/api/members", params={"page_size": "1000"}).json()["items"]
        assert {item["community"] for item in items} == {"demo.shiquan"}
    with demo.signed_in("supervisor") as above:
        items = above.get("/registry/api/members", params={"page_size": "1000"}).json()["items"]
        street = {f"demo.d01.s001.c{number:04}" for number in range(1, COMMUNITIES + 1)}
        assert {item["community"] for item in items} == {"demo.jinqiao", "demo.shiquan"} | street
    with demo.signed_in("visitor") as visitor:
        visits = visitor.get("/care/api/visits", params={"state": "ready"}).json()["items"]
        assert {visit["visitor"] or visit["proposed_visitor"] for visit in visits} == {"visitor"}


def test_somebody_brought_a_photo_and_somebody_stood_before_a_closed_door(demo: Demo) -> None:
    facts = demo.facts("community = 'demo.jinqiao'")
    assert facts["hearth.care.photo_taken.v1"] > 0
    assert facts["hearth.care.visit_attempted.v1"] > 1


def test_a_census_is_on_its_way(demo: Demo) -> None:
    with demo.signed_in("secretary") as office:
        (campaign,) = office.get("/registry/api/census").json()["items"]
        counted = {name: campaign["progress"][name] for name in ("answered", "not_met", "refused")}
        assert counted == {"answered": 5, "not_met": 1, "refused": 0}
        found = office.get(f"/registry/api/census/{campaign['campaign_id']}/findings").json()["items"]
        assert [(one["name"], one["finding"]) for one in found] == [("陈秀英", "phone"), ("马建国", "moved_away")]
    with demo.signed_in("visitor") as visitor:
        people = visitor.get(f"/registry/api/census/{campaign['campaign_id']}/people").json()["items"]
        assert {one["branch"] for one in people} == {"第三党支部"}


def test_somebody_serves_and_somebody_may_be_asked(demo: Demo) -> None:
    with demo.signed_in("secretary") as office:
        posts = {one["name"]: one for one in office.get("/registry/api/posts").json()["items"]}
        assert {name: (one["serving"], one["doubtful"]) for name, one in posts.items()} == {
            "金桥路调解站": (1, 0),
            "平安巡逻队": (2, 0),
            "便民维修队": (1, 0),
            "红色故事宣讲": (1, 1),
            "少年书法班": (0, 0),
        }
        found = office.get(f"/registry/api/posts/{posts['少年书法班']['post_id']}/proposals").json()["items"]
        assert (found[0]["name"], found[0]["because"]) == ("陈秀英", "本人愿做这类事；特长：书法；周六有空；时间够")
        assert "吴国强" not in {one["name"] for one in found}, "said no a few days ago"


def test_the_neighbourhood_is_there(demo: Demo) -> None:
    with demo.signed_in("secretary") as office:
        grids = office.get("/registry/api/grids").json()["items"]
        assert [(one["name"], one["members"]) for one in grids] == [("第一网格", 2), ("第二网格", 3)]
        units = office.get("/registry/api/partners").json()["items"]
        assert {one["name"]: len(one["offers"]) for one in units} == {"金桥社区卫生服务中心": 2, "金桥路小学": 2}
        coming, held = office.get("/registry/api/meetings", params={"partner": "any"}).json()["items"]
        assert (coming["present"], sum(held["guests"].values())) == (0, 16)
        assert held["present"] > 1


@pytest.mark.parametrize(
    ("name", "kinds_of_page"),
    [("secretary", 300), ("visitor", 30), ("supervisor", 100), ("auditor", 90), ("operator", 5)],
)
def test_no_page_offers_what_does_not_open(demo: Demo, name: str, kinds_of_page: int) -> None:
    with demo.signed_in(name) as somebody:
        answered = followed(somebody)
        assert not {address: status for address, status in answered.items() if status >= 400}
        assert len(answered) > kinds_of_page


def test_a_later_start_writes_nothing(demo: Demo) -> None:
    check = [sys.executable, "-m", "deploy.cli", "check", "--data", str(demo.data)]
    clean = subprocess.run(check, cwd=ROOT, env=CLEAN, capture_output=True, text=True, timeout=120, check=False)
    assert clean.returncode == 0, clean.stdout
    before = demo.facts()
    demo.stop()
    demo.start()
    demo.until_ready()
    assert not [line for line in demo.lines if line.startswith("Writing")]
    assert len([line for line in demo.lines if PASSWORD in line]) == len(POSTS)
    assert demo.facts() - before == Counter()


async def test_a_box_with_facts_of_its_own_becomes_no_demonstration(cell: BoxAddresses, tmp_path: Path) -> None:
    addresses = cell.model_copy(update={"data": tmp_path})
    await remember(addresses, "real")
    assert await demo_of(addresses) is None
    assert progress_of(tmp_path) is None


async def test_a_new_box_becomes_one(cell: BoxAddresses, tmp_path: Path) -> None:
    addresses = cell.model_copy(update={"data": tmp_path})
    begun = await demo_of(addresses)
    assert begun is not None
    assert begun.play is not None
    assert isinstance(begun.today, date)
    assert await demo_of(addresses) is not None
