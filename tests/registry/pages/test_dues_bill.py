"""A bank or WeChat bill beside the receipts: what fits, what is open on either side, and what a person confirms."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO
from tests.registry.office import Office, enrolled
from tests.registry.pages.test_dues import MEMBERS, paid, states

_places = iter(range(1, 99))
WECHAT = """微信支付账单明细,,,,,,,,
----------------------,,,,,,,,
交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,交易单号,备注
2026-11-20 09:12:33,转账,常宝珍,/,收入,¥34.20,零钱,"1000001	",八九月党费
2026-11-20 10:00:00,转账,路人甲,/,收入,¥34.20,零钱,1000002,/
2026-11-20 10:05:00,转账,邮局,/,支出,¥34.20,零钱,1000003,/
2026-11-20 11:00:00,转账,汤小兵,/,收入,¥17.10,零钱,1000004,替妈妈缴党费
2026-11-20 11:30:00,转账,谁也不是,/,收入,¥99.00,零钱,1000005,/
昨天,转账,看不懂,/,收入,¥17.10,零钱,1000006,/
"""


@pytest.fixture
async def here(office: Office) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """A community of its own, and its secretary's browser."""
    scope = f"demo.bill{next(_places)}"
    async with office.asking(scope=scope) as client:
        client.follow_redirects = True
        yield scope, client


async def uploaded(client: httpx.AsyncClient, content: bytes, name: str = "微信账单.csv") -> httpx.Response:
    client.headers["accept"] = "text/html"
    answer = await client.post("/registry/dues/bill", files={"file": (name, content)})
    client.headers["accept"] = "*/*"
    return answer


def buttons(page: str, row: int) -> list[dict[str, str]]:
    """What the buttons of a row would send."""
    forms = re.findall(r'<form class="deed"[^>]*action="[^"]*/rows">(.*?)</form>', page, re.DOTALL)
    found = [
        {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)} for form in forms
    ]
    return [one for one in found if one["row"] == str(row)]


async def receipts(client: httpx.AsyncClient, member_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"{MEMBERS}/{member_id}/receipts")).json()["items"]
    return items


async def test_rows_are_matched_confirmed_and_paid_and_the_same_row_twice_changes_nothing(
    here: tuple[str, httpx.AsyncClient],
) -> None:
    place, client = here
    known = await enrolled(client, name="常宝珍", community=place, on="2026-08-01")
    family = [{"name": "汤小兵", "relation": "儿子"}]
    mother = await enrolled(client, name="葛秀莲", community=place, on="2026-10-01", family=family)
    other = await enrolled(client, name="闵行知", community=place, on="2026-08-01")
    number = await paid(client, known, "2026-08", "2026-09", paid_on="2026-11-19", method="wechat")
    alone = await paid(client, other, "2026-08", paid_on="2026-11-20", method="transfer")

    shown = await uploaded(client, WECHAT.encode("utf-8-sig"))
    at = str(shown.url).removeprefix("http://office")
    for words in ("常宝珍", "路人甲", "汤小兵", "谁也不是", "葛秀莲", "可以收 2026年10月", alone, "第 9 行"):
        assert words in shown.text
    assert "邮局" not in shown.text
    (sure,) = buttons(shown.text, 4)
    assert sure["receipt_no"] == number
    assert buttons(shown.text, 5) == []  # the same amount, but that receipt has a better row
    (new,) = [one for one in buttons(shown.text, 7) if "member_id" in one]
    assert (new["member_id"], new["months"], new["payer"]) == (mother, "2026-10", "汤小兵")

    client.headers["accept"] = "text/html"
    confirmed = await client.post(f"{at}/rows", data=sure)
    assert "已确认这一笔" in confirmed.text
    again = await client.post(f"{at}/rows", data=sure | {"idempotency_key": "another"})
    assert "没有改动" in again.text
    taken = await client.post(f"{at}/rows", data=new)
    assert "已确认这一笔" in taken.text
    for _ in range(2):
        await client.post(f"{at}/rows", data=new | {"idempotency_key": "once-more"})
    client.headers["accept"] = "*/*"
    (receipt,) = await receipts(client, mother)
    assert (receipt["total_fen"], receipt["payer"], receipt["paid_on"]) == (1710, "汤小兵", "2026-11-20")
    assert (await states(client, mother))["2026-10"] == "paid"

    same_file = await uploaded(client, WECHAT.encode("gb18030"), "又一次.csv")
    assert buttons(same_file.text, 4) == buttons(same_file.text, 7) == []
    assert same_file.text.count("取消确认") == 2
    client.headers["accept"] = "text/html"
    released = await client.post(f"{at}/rows/4/release")
    assert "收据本身没有动" in released.text
    assert len(buttons(released.text, 4)) == 1


async def test_a_bank_s_workbook_is_read_and_what_is_no_bill_says_why(here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    await enrolled(client, name="康明远", community=place, on="2026-10-01")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["账号", "6222"])
    sheet.append(["交易日期", "收入金额", "支出金额", "对方户名", "摘要"])
    sheet.append(["20261118", 17.1, None, "康明远", "党费"])
    sheet.append(["20261118", None, 500, "电费", ""])
    out = BytesIO()
    book.save(out)
    shown = await uploaded(client, out.getvalue(), "农商行.xlsx")
    assert "可以收 2026年10月" in shown.text
    assert "电费" not in shown.text
    for content, words in ((b"a,b\n1,2\n", "没有找到日期和金额两列"), (b"%PDF-1.4", ""), (b"", "")):
        wrong = await uploaded(client, content)
        assert wrong.status_code == 422
        assert words in wrong.text


async def test_only_the_office_of_the_place_sees_a_bill(office: Office, here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    member_id = await enrolled(client, name="常宝珍", community=place, on="2026-08-01")
    shown = await uploaded(client, WECHAT.encode())
    at = str(shown.url).removeprefix("http://office")
    wrong = {"row": "4", "member_id": member_id, "months": "2026-08"}
    refused = await client.post(f"{at}/rows", data=wrong)
    assert refused.status_code == 409
    assert (await client.post(f"{at}/rows", data={"row": "400", "receipt_no": "2026-0001"})).status_code == 422
    assert (await client.post(f"{at}/rows", data={"row": "4"})).status_code == 422
    assert (await client.post(f"{at}/rows", data={"row": "4", "receipt_no": "2026-9999"})).status_code == 409
    async with office.asking(scope=JINQIAO) as stranger, office.asking(Role.AUDITOR, scope=place) as auditor:
        assert (await stranger.get(at)).status_code == 404
        assert (await stranger.post(f"{at}/rows", data={"row": "4"})).status_code == 404
        assert (await auditor.get(at)).status_code == 403
        outsider = await enrolled(stranger, name="常宝珍", on="2026-08-01")
    assert (await client.post(f"{at}/rows", data=wrong | {"member_id": outsider})).status_code == 404
    assert (await client.get("/registry/dues/bill/nothing")).status_code == 404


async def test_a_receipt_that_was_partly_given_back_is_still_what_came_in(here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    name, row = "汤秀珠", "2026-11-19 10:00:00,34.20,汤秀珠,党费\n"
    member_id = await enrolled(client, name=name, community=place, on="2026-08-01")
    number = await paid(client, member_id, "2026-08", "2026-09", paid_on="2026-11-19", method="transfer")
    bill = {"file": ("账单.csv", f"交易时间,收入,对方户名,摘要\n{row}".encode())}

    async def found() -> tuple[str, list[tuple[int, int]], list[str]]:
        told = (await client.post("/registry/api/dues/bills", files=bill)).json()
        receipts = [(one["amount_fen"], one["taken_fen"]) for one in told["rows"][0]["receipts"]]
        return told["rows"][0]["found"], receipts, [one["receipt_no"] for one in told["receipts_without_row"]]

    there = f"/registry/api/members/{member_id}/receipts/{number}/refund"
    assert (await client.post(there, json={"months": ["2026-09"], "reason": "多收"})).status_code == 201
    state, receipts, without = await found()
    assert (state, receipts, number in without) == ("sure", [(1710, 3420)], False)
    assert (await client.post(there, json={"months": ["2026-08"], "reason": "多收"})).status_code == 201
    state, receipts, without = await found()
    assert (state, receipts, number in without) == ("perhaps", [(0, 3420)], False), "a person looks at it"


async def test_the_api_does_what_the_page_does(office: Office, here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    known = await enrolled(client, name="常宝珍", community=place, on="2026-08-01")
    family = [{"name": "汤小兵", "relation": "儿子"}]
    mother = await enrolled(client, name="葛秀莲", community=place, on="2026-10-01", family=family)
    number = await paid(client, known, "2026-08", "2026-09", paid_on="2026-11-19", method="wechat")
    bills, sent = "/registry/api/dues/bills", {"file": ("微信账单.csv", WECHAT.encode("utf-8-sig"))}
    made = await client.post(bills, files=sent)
    assert made.status_code == 201, made.text
    there = f"{bills}/{made.json()['bill_id']}"
    rows = {one["row"]: one for one in made.json()["rows"]}
    assert (rows[4]["found"], rows[4]["receipt_no"], rows[4]["amount_fen"]) == ("sure", number, 3420)
    assert (rows[7]["found"], rows[7]["members"]) == (
        "new", [{"member_id": mother, "name": "葛秀莲", "months": ["2026-10"]}],
    )  # fmt: skip
    assert (rows[8]["found"], made.json()["unreadable_rows"], made.json()["clause"]) == ("unknown", [9], "§2.8")
    key = {"idempotency-key": "bill-1"}
    taken = await client.post(f"{there}/rows", json={"row": 4, "receipt_no": number}, headers=key)
    again = await client.post(f"{there}/rows", json={"row": 4, "receipt_no": number}, headers=key)
    assert (taken.status_code, again.json()) == (201, taken.json())
    wish = {"row": 7, "member_id": mother, "months": ["2026-10"], "method": "wechat", "payer": "汤小兵"}
    assert len((await client.post(f"{there}/rows", json=wish)).json()["facts"]) == 3
    assert (await client.post(f"{there}/rows", json=wish)).json()["facts"] == []
    shown = {one["row"]: one["found"] for one in (await client.get(there)).json()["rows"]}
    assert (shown[4], shown[7]) == ("confirmed", "confirmed")
    released = await client.post(f"{there}/rows/4/release")
    assert (released.status_code, len(released.json()["facts"])) == (201, 1)
    assert (await client.post(f"{there}/rows/4/release")).json()["facts"] == []
    for wrong, status in (
        ({"row": 400, "receipt_no": number}, 422), ({"row": 4}, 422), ({"row": 4, "receipt_no": "2026-9999"}, 409),
        ({"row": 0, "receipt_no": number}, 422),
    ):  # fmt: skip
        assert (await client.post(f"{there}/rows", json=wrong)).status_code == status, wrong
    assert (await client.post(bills, files={"file": ("x.csv", b"a,b\n1,2\n")})).status_code == 422
    assert (await client.post(f"{there}/rows/99/release")).status_code == 404
    assert (await client.get(f"{bills}/nothing")).status_code == 404
    async with office.asking(scope=JINQIAO) as stranger, office.asking(Role.AUDITOR, scope=place) as auditor:
        assert (await stranger.get(there)).status_code == 404
        assert (await stranger.post(f"{there}/rows", json={"row": 4, "receipt_no": number})).status_code == 404
        assert (await auditor.post(bills, files=sent)).status_code == 403
