"""Somebody dies: their plan is closed, who lived with them is looked after and hears nothing cheerful (R13, R17)."""

from __future__ import annotations

from datetime import date
from typing import Any

from deploy.box.addresses import BoxAddresses
from tests.flow.one_box import OneBox, one_box, until

CARD: dict[str, Any] = {
    "community": "demo.jinqiao",
    "joined_on": "1968-07-01",
    "full_member_on": "1969-07-01",
    "address": "金桥路36弄28号301室",
}


async def enrol(box: OneBox, **card: Any) -> str:
    async with box.asking() as clerk:
        answer = await clerk.post("/registry/api/members", json=CARD | card)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["member_id"]
    return found


async def notices(box: OneBox, member_id: str) -> dict[str, tuple[str, str | None]]:
    async with box.asking() as clerk:
        answer = await clerk.get("/notify/api/notices", params={"member_id": member_id})
    return {one["policy"]: (one["state"], one.get("why")) for one in answer.json()["items"]}


async def visits(box: OneBox, member_id: str) -> dict[str, dict[str, Any]]:
    async with box.asking() as clerk:
        answer = await clerk.get("/care/api/visits", params={"member_id": member_id, "page_size": 50})
    return {f"{one['reason']}:{one['due']}": one for one in answer.json()["items"]}


async def test_a_death_in_the_household(cell: BoxAddresses) -> None:
    async with one_box(cell) as box:
        husband = await enrol(box, name="赵建国", sex="male", id_number="310101194108150039")
        wife = await enrol(
            box,
            name="钱玉珍",
            sex="female",
            id_number="310101194303070042",
            phone="13912348863",
            family=[{"name": "赵建国", "relation": "老伴"}],
        )
        neighbour = await enrol(
            box, name="孙丽", sex="female", id_number="310101195003070045", address="金桥路36弄28号302室"
        )
        await until(lambda: visits(box, husband))

        async with box.asking() as clerk:
            invited = {
                "kind": "theme_day", "community": "demo.jinqiao", "starts_at": "2026-11-28T14:00:00+08:00",
                "title": "主题党日", "place": "活动室",
            }  # fmt: skip
            answer = await clerk.post("/registry/api/meetings", json=invited)
            assert answer.status_code == 201, answer.text
            meeting = answer.json()["meeting_id"]
            for one in (wife, neighbour):
                answer = await clerk.post(f"/registry/api/meetings/{meeting}/invite", json={"member_ids": [one]})
                assert answer.status_code == 201, answer.text
            for one in (wife, neighbour):
                await until(lambda one=one: notices(box, one))  # type: ignore[misc]  # bound now
            answer = await clerk.post(f"/registry/api/members/{husband}/die", json={"on": "2026-11-20"})
            assert answer.status_code == 201, answer.text

        async def mourns() -> bool:
            return "bereaved:2026-11-23" in await visits(box, wife)

        await until(mourns)
        hers = await visits(box, wife)
        assert {key for key in hers if key.startswith(("bereaved", "spouse_care"))} == {
            "bereaved:2026-11-23",
            "spouse_care:2026-12-20",
            "spouse_care:2027-02-28",
        }
        assert not any(key.startswith("bereaved") for key in await visits(box, neighbour))

        async def closed() -> bool:
            return all(one["state"] == "cancelled" for one in (await visits(box, husband)).values())

        await until(closed)

        async def silent() -> bool:
            return (await notices(box, wife)).get("invited.member") == ("suppressed", "mourning")

        await until(silent)
        assert (await notices(box, neighbour))["invited.member"][0] != "suppressed"
        async with box.browsing("shuji") as reader:
            assert "家中有丧事" in await reader.reads("/notify/outbox?state=suppressed")
            assert "丧偶看望" in await reader.reads(f"/care/members/{wife}")
            assert "今后十二个月" not in await reader.reads(f"/care/members/{husband}")
    assert date(2027, 2, 28) == date.fromordinal(date(2026, 11, 20).toordinal() + 100)
