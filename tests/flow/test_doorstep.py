"""From a door to the card: the visitor notes another number, the secretary confirms it, care rings it from then on."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.box.addresses import BoxAddresses
from tests.care.office import planned
from tests.flow.one_box import one_box, until
from tests.registry.office import enrolled, id_number


async def listed(clerk: httpx.AsyncClient, member_id: str) -> Any:
    items = (await clerk.get("/registry/api/doorstep")).json()["items"]
    return [one for one in items if one["member_id"] == member_id]


async def test_a_number_told_at_a_door_reaches_the_card_through_the_secretary(cell: BoxAddresses) -> None:
    async with one_box(cell) as box, box.asking() as clerk, box.browsing("laoli") as laoli:
        member_id = await enrolled(clerk, name="周秀英", id_number=id_number("19380105"), on="2026-01-10")
        visit = await planned(clerk, member_id, "eighty")
        path = f"/care/visits/{visit['visit_id']}"
        gone = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "laoli"})
        assert gone.status_code == 201, gone.text

        async def hers() -> bool:
            return f'action="{path}/record"' in await laoli.reads("/care/today")

        await until(hers)
        sent = {"made_on": "2026-11-21", "phone": "13912348863", "handed_over": "17.10"}
        await laoli.fill_in(f"{path}/record", "/care/today", **sent)
        assert "已记下周秀英的这一次" in laoli.text
        news = {one["news"]: one for one in await until(lambda: listed(clerk, member_id))}
        assert (news["phone"]["phone"], news["dues"]["amount_fen"]) == ("13912348863", 1710)
        stored = [fact for fact in await box.facts("care", member_id) if "told_at_the_door" in fact["type"]]
        assert len(stored) == 2
        assert "13912348863" not in str(stored)
        async with box.browsing("shuji") as shuji:
            assert "上门带回来的" in await shuji.reads("/")
            number = f"/registry/doorstep/{news['phone']['news_id']}/phone"
            await shuji.fill_in(number, "/registry/doorstep", phone="13912348863")
            assert "周秀英的电话已改成 13912348863" in shuji.text
            money = f"/registry/doorstep/{news['dues']['news_id']}/dues"
            taken = {"months": "2026-11", "amount_fen": "1710", "method": "cash", "paid_on": "2026-11-21"}
            await shuji.fill_in(money, **taken)
            assert "收据号 2026-" in shuji.text

        assert await listed(clerk, member_id) == []

        async def rung() -> bool:
            """Care finds the person by the new number, and rings it."""
            found = await clerk.get(
                "/care/visits", params={"q": "8863", "state": "all"}, headers={"accept": "text/html"}
            )
            return "周秀英" in found.text

        await until(rung)
