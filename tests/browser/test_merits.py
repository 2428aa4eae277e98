"""Honours, points, appraisals and activities in a browser: without scripts, on a phone, nothing scrolls sideways."""

from __future__ import annotations

import httpx
import pytest

from tests.browser import test_registry
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.browser.test_registry import Town, signed_in
from tests.registry.office import seq_of, somebody

town = test_registry.town
LONG = "庆祝中国共产党成立一百零五周年暨金桥社区老党员座谈会"


@pytest.fixture(scope="module")
def pages(town: Town) -> dict[str, str]:
    """The addresses of somebody who is due, of their branch's appraisal, and of an activity with a waiting list."""
    with httpx.Client(base_url=town.url, headers={"authorization": town.token}, trust_env=False) as clerk:
        days = {"joined_on": "1974-03-01", "full_member_on": "1975-03-01"}
        body = somebody(name="欧阳满年", branch="第九党支部", **days)
        member_id = clerk.post("/registry/api/members", json=body).json()["member_id"]
        offer = {"title": LONG, "kind": "culture", "starts_at": "2026-11-20T09:00:00+08:00", "capacity": 1}
        activity = f"/registry/activities/{clerk.post('/registry/api/activities', json=offer).json()['activity_id']}"
        answer = clerk.post(f"/registry/api{activity.removeprefix('/registry')}/sign-up", json={"member_id": member_id})
        card = clerk.get(f"/registry/api/members/{member_id}?after={seq_of(answer)}").json()
        money = f"/branches/{card['branch_id']}/funds"
        gift = {"year": 2026, "source": "superior", "amount_fen": 1_000_000}
        clerk.post(f"/registry/api{money}/allocate", json=gift)
        paid = {"amount_fen": 300_000, "purpose": "study", "what": LONG, "on": "2026-11-20", "voucher": "发票 12345678"}
        spending_id = clerk.post(f"/registry/api{money}/spend", json=paid).json()["spending_id"]
    person = f"/registry/members/{member_id}"
    return {
        "money": f"/registry{money}",
        "payment": f"/registry{money}/{spending_id}",
        "person": person,
        "appraisal": f"/registry/appraisals/{card['branch_id']}",
        "activity": activity,
    }


def test_a_record_is_confirmed_and_the_medal_awarded_without_scripts(
    chromium: Chromium, town: Town, pages: dict[str, str]
) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        signed_in(page, town)
        page.goto(f"{town.url}{pages['person']}/honours?year=2026")
        page.get_by_label("谁核实的").fill("第九党支部支委会")
        page.get_by_role("button", name="核实，可以颁发").click()
        assert "已核实欧阳满年" in page.get_by_role("status").inner_text()
        page.get_by_role("link", name="去颁发").click()
        page.get_by_role("button", name="颁发给勾选的人").click()
        assert "1 份证书可以打印" in page.get_by_role("status").inner_text()
        page.goto(f"{town.url}{pages['appraisal']}?year=2026")
        page.get_by_label("欧阳满年的等次").select_option("合格")
        page.get_by_role("button", name="记下来").click()
        assert "已记下 1 人的评议结果" in page.get_by_role("status").inner_text()
        page.goto(town.url + pages["activity"])
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="记下到场").click()
        assert "到场已记下" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_page_of_it_scrolls_sideways(chromium: Chromium, town: Town, pages: dict[str, str], width: int) -> None:
    paths = [f"/registry/honours?year=2026&show={show}" for show in ("due", "confirmed", "honoured", "doubtful")]
    paths += [f"{pages['person']}/{name}" for name in ("honours", "points", "review")]
    paths += ["/registry/points", "/registry/appraisals", pages["appraisal"], pages["activity"]]
    paths += ["/registry/activities", "/registry/activities/new", f"{pages['activity']}/change"]
    paths += ["/registry/funds", pages["money"], f"{pages['money']}/spend", pages["payment"]]
    paths += [f"{pages['payment']}/correct", f"{pages['person']}/arrears-review", f"{pages['person']}/away/details"]
    with chromium.page(width) as page:
        signed_in(page, town)
        for path in paths:
            answer = page.goto(town.url + path)
            assert answer is not None
            assert answer.status == 200, path
            assert overflow(page) == [], path
