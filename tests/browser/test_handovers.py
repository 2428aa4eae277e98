"""Take-over in a real browser: a list is pasted and decided on a phone without scripts, and the receipt prints."""

from __future__ import annotations

from tests.browser import test_registry
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.browser.test_registry import Town, signed_in
from tests.registry.office import id_number

town = test_registry.town


def test_a_batch_is_decided_on_a_phone_and_its_receipt_fits_paper(chromium: Chromium, town: Town) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        signed_in(page, town)
        page.goto(f"{town.url}/registry/handovers/new")
        page.get_by_label("移交单位").fill("上海第一机床附件制造总厂退休职工管理办公室")
        page.get_by_role("button", name="建立这一批").click()
        page.get_by_label("名单").first.fill(f"买买提江·阿卜杜热合曼\t{id_number('19480229')}\t600\n错号人\t3101\t0")
        page.get_by_role("button", name="列入名单").click()
        assert "名单添了 2 人" in page.get_by_role("status").inner_text()
        assert overflow(page) == []
        page.get_by_role("link", name="办理 错号人").click()
        assert overflow(page) == []
        page.get_by_label("原因").select_option("not_found")
        page.get_by_role("button", name="退回此人").click()
        page.get_by_role("link", name="办理 买买提江").click()
        page.get_by_label("入党日期").fill("1975-07-01")
        page.get_by_role("button", name="登记并接收").click()
        page.get_by_role("link", name="办结").click()
        assert page.get_by_label("实收活动经费").input_value() == "600.00"
        page.get_by_role("button", name="办结").click()
        assert page.get_by_role("heading", name="退回的党员和原因").is_visible()
        assert overflow(page) == []
        receipt = page.url
    with chromium.page(DESK) as page:
        signed_in(page, town)
        page.goto(receipt)
        assert overflow(page) == []
        page.emulate_media(media="print")
        assert not page.get_by_role("link", name="返回").is_visible(), "paper has no buttons"
        assert page.get_by_text("经办人签字").first.is_visible()
