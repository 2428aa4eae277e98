"""The sheet to take along: one side of A4 for a usual day, numbers to ring, boxes to tick, nothing sealed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.care.pages import sheet
from services.care.pages.today import in_households
from services.care.pages.trips import Agenda, Trip, put_together
from services.shell.i18n import speaking, speech_of
from services.shell.identity import Role
from services.shell.printing import printed
from tests.care.decide.test_plan import POLICY
from tests.care.office import Office, planned
from tests.shell.paper import pages_of, text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = date(2026, 11, 21)


def row(number: int, **differently: Any) -> dict[str, Any]:
    found = {
        "visit_id": f"v{number}", "member_id": f"m{number}", "community": "demo.jinqiao", "reason": "eighty",
        "way": "home", "start_on": date(2026, 11, 1), "due_on": TODAY + timedelta(days=number % 7), "clause": "§4.2",
        "also": [],
        "building": f"金桥路36弄{number % 6}号", "room": f"{number}01室",
        "address": f"金桥路36弄{number % 6}号{number}01室",
        "name": "阿卜杜拉·买买提江" if number == 3 else f"张桂兰{number}",
        "birth": date(1940, 3, 7), "phone": "13912348862",
        "family": [{"name": "张敏", "relation": "女儿", "phone": "13800002210"}], "lives_alone": True, "is_away": False,
        "away_to": None, "away_phone": None, "visitor": "laoli", "tried_why": "not_at_home",
        "tried_on": date(2026, 11, 20) if number % 4 == 0 else None,
    }  # fmt: skip
    return found | differently


async def drawn(day: Agenda) -> bytes:
    names = {"laoli": "李老师"}
    with speaking(speech_of("zh", "care", TODAY, ZoneInfo("Asia/Shanghai"))):
        return await printed(sheet.PAPER, sheet.given(day, TODAY, names, lambda _row: POLICY, ""))


def usual(visits: int, calls: int) -> Agenda:
    rows = [row(number) for number in range(visits)]
    rows += [row(50 + number, way="call", room="", name=f"王德明{number}") for number in range(calls)]
    return in_households(put_together(rows, TODAY, TODAY + timedelta(days=7)), lambda _row: POLICY)


@pytest.mark.parametrize(("visits", "calls"), [(0, 0), (1, 0), (0, 3), (7, 5), (12, 6)])
async def test_a_usual_day_is_one_side(visits: int, calls: int) -> None:
    paper = await drawn(usual(visits, calls))
    assert pages_of(paper) == 1
    said = text_of(paper)
    assert said.count("13912348862") == visits + calls
    assert said.count("没人在家") - said.count("11月20日 没人在家") == visits
    assert said.count("没人接") - said.count("11月20日 没人接") == calls


async def test_what_does_not_fit_goes_on_overleaf() -> None:
    paper = await drawn(usual(45, 12))
    assert 2 <= pages_of(paper) <= 3
    assert "张桂兰44" in text_of(paper)


async def test_a_household_stands_together() -> None:
    trip = Trip("金桥路1号", TODAY, [])
    trip.tasks = [
        row(1, room="101室", address="a101", member_id="husband"),
        row(2, room="202室", address="a202", member_id="other"),
        row(3, room="101室", address="a101", member_id="wife"),
    ]
    (ordered,) = in_households(Agenda([trip], [], 0, 0), lambda _row: POLICY).trips
    assert [one["member_id"] for one in ordered.tasks] == ["husband", "wife", "other"]


async def test_what_one_visit_does_away_with_is_ticked_once() -> None:
    trip = Trip("金桥路1号", TODAY, [])
    trip.tasks = [
        row(1, member_id="li", reason="fell_ill", name="李一"),
        row(2, member_id="li", reason="seventy", room="101室", name="李一"),
        row(3, member_id="li", reason="birthday", room="101室", name="李一"),
        row(5, member_id="wu", reason="fell_ill", way="hospital", name="吴五"),
        row(6, member_id="wu", reason="seventy", name="吴五"),
    ]
    day = in_households(Agenda([trip], [], 0, 0), lambda _row: POLICY)
    served = [one["visit_id"] for one in trip.tasks if "served" in one]
    assert served == ["v2"], "a birthday is greeted by itself, and nobody is at home who lies in hospital"
    said = text_of(await drawn(day))
    assert said.count("去过了") == 4
    assert said.count("同一次去，不用另记") == 1


async def test_nothing_sealed_is_on_it(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾阿宝", building="锦绣路2号", room="601室")
    ill = {"severity": "serious", "since": "2026-11-20", "hospital": "第一人民医院", "note": "肺炎需要静养"}
    await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)
    await planned(clerk, member_id, "fell_ill")
    answer = await clerk.get("/care/today/sheet")
    assert answer.headers["content-type"] == "application/pdf"
    said = text_of(answer.content)
    assert "顾阿宝" in said
    assert "13912348862" in said
    assert "患病看望" in said
    for secret in ("第一人民医院", "肺炎", "严重", "serious"):
        assert secret not in said
    async with office.asking(Role.AUDITOR) as other:
        assert (await other.get("/care/today/sheet")).status_code == 403
