"""The contact card from its issue to its inspection, on paper, and what a stranger with a phone learns of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.pages import card_check, contact_card_sheet
from services.registry.pages.card_code import CODE_MAX, CardSeal, Claim
from services.registry.project import contact_card, member
from services.shell.identity.caller import Role
from services.shell.printing import qr_code
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.shell.paper import pages_of, text_of

API = "/registry/api/members"
SEAL = CardSeal(bytes(range(32)))


async def carrying(client: httpx.AsyncClient, **differently: Any) -> tuple[str, dict[str, Any]]:
    """Somebody away with a card."""
    member_id = await enrolled(client, **differently)
    await asked(
        client, f"{API}/{member_id}/move-away", **{"from": "2026-11-20"}, destination="杭州市西湖区", reason="带孙子"
    )
    return member_id, await asked(client, f"{API}/{member_id}/contact-card")


def address(office: Office, number: str, card_id: str) -> str:
    claim = Claim(card_id, number, date(2026, 11, 21), date(2027, 5, 21))
    return f"/registry/card/{office.service.state.card_seal.code(claim)}"


@pytest.fixture
async def stranger(office: Office) -> Any:
    """A phone that never signed in."""
    transport = httpx.ASGITransport(app=office.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        client.headers["accept"] = "text/html"
        yield client


async def test_a_card_is_issued_renewed_and_inspected(clerk: httpx.AsyncClient) -> None:
    member_id, given = await carrying(clerk)
    assert (given["valid_until"], given["clause"]) == ("2027-05-21", "§3.2")
    again = await asked(clerk, f"{API}/{member_id}/contact-card")
    assert (again["card_id"], again["facts"]) == (given["card_id"], [])
    key = {"Idempotency-Key": "renew-1"}
    path, body = f"{API}/{member_id}/contact-card", {"valid_until": "2027-03-01"}
    renewed = await clerk.post(path, json=body, headers=key)
    assert (await clerk.post(path, json=body, headers=key)).json()["facts"] == renewed.json()["facts"], "once"
    assert int(renewed.json()["number"][-4:]) == int(given["number"][-4:]) + 1, "without gaps"
    card_id = renewed.json()["card_id"]
    await asked(clerk, f"{API}/{member_id}/return", on="2026-11-21")
    seen: dict[str, Any] = {"card": card_id, "handed_in": True, "inspected_by": "王敏", "written_there": "学习两次"}
    await asked(clerk, f"{path}/inspect", **seen)
    assert (await asked(clerk, f"{path}/inspect", **seen))["facts"] == []
    items = (await clerk.get(f"{path}s")).json()["items"]
    assert [one["state"] for one in items] == ["handed_in", "replaced"]
    history = (await clerk.get(f"/registry/members/{member_id}")).text
    assert "换发联系卡" in history
    assert "学习两次" in history


async def test_bad_input_and_strangers_are_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id, given = await carrying(clerk)
    path = f"{API}/{member_id}/contact-card"
    too_long = await clerk.post(path, json={"valid_until": "2028-01-01"})
    assert (too_long.status_code, too_long.json()["reason"]) == (409, "card_too_long")
    assert "§3.2" in too_long.json()["detail"]
    assert (await clerk.post(path, json={"valid_until": "soon"})).status_code == 422
    assert (await clerk.post(f"{path}/revoke", json={"card": given["card_id"]})).status_code == 422
    unknown = await clerk.post(f"{path}/revoke", json={"card": "nothing", "reason": "丢了"})
    assert (unknown.status_code, unknown.json()["reason"]) == (409, "no_card")
    assert (await clerk.post(f"{API}/nobody/contact-card", json={})).status_code == 404
    at_home = await enrolled(clerk)
    assert (await clerk.post(f"{API}/{at_home}/contact-card", json={})).json()["reason"] == "not_away"
    async with office.asking(scope=SHIQUAN) as elsewhere:
        assert (await elsewhere.post(path, json={})).status_code == 404
        assert (await elsewhere.get(f"{path}s")).status_code == 404
        sheet = f"/registry/members/{member_id}/contact-card/{given['card_id']}.pdf"
        assert (await elsewhere.get(sheet)).status_code == 404
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.post(path, json={})).status_code == 403
        assert (await supervisor.get(f"{path}s")).status_code == 200
    async with office.asking(Role.OPERATOR) as operator:
        assert (await operator.get(f"/registry/members/{member_id}/away")).status_code == 403


async def test_the_printed_card_says_what_it_must(clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    coded: list[str] = []

    def drawn(text: str) -> str:
        coded.append(text)
        return qr_code(text)

    monkeypatch.setattr(contact_card_sheet, "qr_code", drawn)
    member_id, given = await carrying(clerk, name="欧阳秀英")
    sheet = await clerk.get(f"/registry/members/{member_id}/contact-card/{given['card_id']}.pdf")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "application/pdf")
    assert pages_of(sheet.content) == 1
    printed = text_of(sheet.content)
    for words in ("流动党员联系卡", "欧阳秀英", given["number"], "第三党支部", "杭州市西湖区", "2027年5月21日", "§3.2"):
        assert words in printed
    assert "13912348862" not in printed
    assert coded[0].startswith("http://office/registry/card/")
    checked = await clerk.get(coded[0])
    assert "这张联系卡有效" in checked.text
    await asked(clerk, f"{API}/{member_id}/contact-card/revoke", card=given["card_id"], reason="丢了")
    gone = await clerk.get(f"/registry/members/{member_id}/contact-card/{given['card_id']}.pdf")
    assert gone.status_code == 404, "what holds no more is not printed"


async def test_a_stranger_learns_whether_a_card_holds_and_no_more(
    office: Office, clerk: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    member_id, given = await carrying(clerk, name="王秀英")
    here = address(office, given["number"], given["card_id"])
    shown = await stranger.get(here)
    assert shown.status_code == 200
    for words in ("这张联系卡有效", "王**", "第三党支部", "2027年5月21日"):
        assert words in shown.text
    for secret in ("秀英", "13912348862", "杭州", "金桥路", member_id, given["card_id"], given["number"], "带孙子"):
        assert secret not in shown.text, secret
    forged = here[:-6] + ("AAAAAA" if not here.endswith("AAAAAA") else "BBBBBB")
    told = await stranger.get(forged)
    assert (told.status_code, "不是真卡" in told.text, "王**" in told.text) == (200, True, False)
    nowhere = address(office, "2026-0999", "01a1fb9f-e8c0-789d-9ef0-f5d0eb9dd9c1")
    assert "登记簿里没有这张卡" in (await stranger.get(nowhere)).text
    for junk in ("not.a.code", "A" * 2000):
        assert "不是真卡" in (await stranger.get(f"/registry/card/{junk}")).text
    renewed = await asked(clerk, f"{API}/{member_id}/contact-card", valid_until="2027-03-01")
    assert "已经被新的一张代替" in (await stranger.get(here)).text
    await asked(clerk, f"{API}/{member_id}/contact-card/revoke", card=renewed["card_id"], reason="发错了")
    claim = Claim(renewed["card_id"], renewed["number"], date(2026, 11, 21), date(2027, 3, 1))
    code = office.service.state.card_seal.code(claim)
    assert "已被发卡支部作废" in (await stranger.get(f"/registry/card/{code}")).text
    assert (await stranger.get("/registry/members")).status_code in (303, 401)


async def test_an_expired_card_and_one_whose_holder_is_back(
    office: Office, clerk: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    member_id, given = await carrying(clerk)
    here = address(office, given["number"], given["card_id"])
    office.clock.go_on(days=182)
    assert "已经过了有效期" in (await stranger.get(here)).text
    await asked(clerk, f"{API}/{member_id}/return", on="2026-11-21")
    assert "外出已经结束" in (await stranger.get(here)).text


async def test_whoever_asks_too_often_waits(office: Office, stranger: httpx.AsyncClient) -> None:
    answers = [await stranger.get("/registry/card/AAAA") for _ in range(card_check.ATTEMPTS + 1)]
    assert [one.status_code for one in answers[-2:]] == [200, 429]
    assert "retry-after" in answers[-1].headers


async def test_the_page_leads_from_issue_to_inspection(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, name="周建国")
    await asked(clerk, f"{API}/{member_id}/move-away", **{"from": "2026-11-20"}, destination="杭州", reason="带孙子")
    here = f"/registry/members/{member_id}"
    assert f"{here}/away" in (await browser.get(here)).text, "the card of the member leads there"
    assert "还没有发联系卡" in (await browser.get(f"{here}/away")).text
    wrong = await browser.post(f"{here}/contact-card", data={"valid_until": "2029-01-01"})
    assert wrong.status_code == 409
    assert "最迟到" in wrong.text
    form = {"idempotency_key": "card-1", "valid_from": "2026-11-21", "valid_until": "2027-02-01"}
    told = await browser.post(f"{here}/contact-card", data=form)
    assert "已给周建国发联系卡" in told.text
    assert "打印联系卡" in told.text
    assert "在用" not in (await browser.post(f"{here}/contact-card", data=form)).text
    card_id = (await clerk.get(f"{API}/{member_id}/contact-cards")).json()["items"][0]["card_id"]
    await asked(clerk, f"{API}/{member_id}/return", on="2026-11-21")
    page = await browser.get(f"{here}/away")
    assert "交回查验" in page.text
    done = await browser.post(f"{here}/contact-card/inspect", data={"card": card_id, "inspected_by": "王敏"})
    assert "未能交回" in done.text


def test_the_seal_is_the_box_s_own_and_survives_a_restart(office: Office) -> None:
    key = (office.settings.keys / "card.key").read_bytes()
    claim = Claim("01a1fb9f-e8c0-789d-9ef0-f5d0eb9dd9c1", "2026-0001", date(2026, 1, 1), date(2026, 6, 30))
    code = office.service.state.card_seal.code(claim)
    assert CardSeal(key).read(code) == claim, "made anew from the file, it reads what was signed before"
    assert CardSeal(bytes(32)).read(code) is None, "another box's key does not"


DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
CLAIMS = st.builds(Claim, st.uuids().map(str), st.from_regex(r"20[0-9]{2}-[0-9]{4,6}", fullmatch=True), DAYS, DAYS)


@given(CLAIMS)
def test_a_code_says_its_claim_and_fits_an_address(claim: Claim) -> None:
    code = SEAL.code(claim)
    assert SEAL.read(code) == claim
    assert len(code) < CODE_MAX


@given(CLAIMS, st.integers(0, 200), st.sampled_from("ABCXYZabcxyz0189-_"))
def test_no_letter_of_a_code_can_be_changed(claim: Claim, place: int, letter: str) -> None:
    code = SEAL.code(claim)
    place %= len(code)
    altered = code[:place] + letter + code[place + 1 :]
    assert SEAL.read(altered) == (claim if altered == code else None)


@given(st.text(st.sampled_from("AZaz09-_"), max_size=200))
def test_what_is_no_code_is_forged(text: str) -> None:
    assert SEAL.read(text) is None


@pytest.mark.parametrize(
    ("differently", "outcome"),
    [
        ({}, card_check.VALID),
        ({"valid_until": date(2026, 11, 20)}, card_check.EXPIRED),
        ({"valid_from": date(2026, 11, 22)}, card_check.EARLY),
        ({"state": contact_card.REVOKED}, card_check.REVOKED),
        ({"state": contact_card.REPLACED}, card_check.REPLACED),
        ({"state": contact_card.HANDED_IN}, card_check.OVER),
        ({"state": contact_card.LOST}, card_check.OVER),
        ({"member_state": member.ENROLLED}, card_check.OVER),
        ({"member_state": member.DEAD}, card_check.OVER),
        ({"member_state": None}, card_check.OVER),
        ({"state": contact_card.REVOKED, "valid_until": date(2026, 11, 20)}, card_check.REVOKED),
    ],
)
def test_each_outcome_is_told_apart(differently: dict[str, Any], outcome: str) -> None:
    row = {
        "state": contact_card.ISSUED, "member_state": member.AWAY, "valid_from": date(2026, 11, 1),
        "valid_until": date(2026, 12, 1),
    }  # fmt: skip
    assert card_check.outcome_of(row | differently, date(2026, 11, 21)) == outcome
