"""Finding pairs: strictly and loosely, whatever many people share, on the page and in the API."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.box.addresses import BoxAddresses
from events.facts.member import CorrectableField, DetailsCorrected
from events.log.command import Asked
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, NOW
from tests.registry.office import enrolled, id_number, seq_of, working


async def found(clerk: httpx.AsyncClient, *members: str, **params: str) -> list[dict[str, Any]]:
    """The pairs among these members."""
    answer = await clerk.get("/registry/api/duplicates", params={"page_size": "500", **params})
    assert answer.status_code == 200, answer.text
    pairs = answer.json()["items"]
    return [one for one in pairs if {one["member_id"], one["other_id"]} <= set(members)]


async def test_an_empty_page_says_what_would_stand_there(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        page = (await clerk.get("/registry/duplicates")).text
        assert "没有发现重复的档案" in page
        assert (await clerk.get("/registry/api/duplicates")).json() == {"items": [], "next_page_token": ""}


async def test_what_is_typed_otherwise_is_found_by_what_is_the_same(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        numbers = {"id_number": id_number("19400307"), "phone": "13912348862"}
        first = await enrolled(clerk, name="张桂兰", **numbers)
        alike: dict[str, dict[str, Any]] = {
            "sounds alike, same birth": {"name": "章桂兰", "phone": None},
            "misspelt, but birth and phone": {"name": "张桂花", "phone": "139-1234-8862"},
        }
        for why, body in alike.items():
            other = await enrolled(clerk, **{"id_number": id_number("19400307"), **body})
            assert len(await found(clerk, first, other)) == 1, why
        stranger = {"name": "李桂芳", "phone": "13900001111", "id_number": id_number("19510212")}
        cousin = {"name": "张桂兰", "phone": "13900002222", "id_number": id_number("19510212")}
        for body in (stranger, cousin):
            assert await found(clerk, first, await enrolled(clerk, **body)) == []
        page = (await clerk.get("/registry/duplicates")).text
        assert "姓名同音" in page
        assert "13912348862" not in page


async def test_blanks_and_signs_say_nothing(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        family = [{"name": "张伟", "phone": "（021）6271 0000"}]
        first = await enrolled(clerk, id_number=id_number("19400307"), phone="+86 139-1234-8863", family=family)
        stranger = {"name": "李桂芳", "id_number": id_number("19510212"), "address": None}
        other = await enrolled(clerk, **stranger, phone="139 1234 8863")
        assert await found(clerk, first, other) == []  # a phone alone is not enough
        third = await enrolled(
            clerk, name="张　桂兰", id_number=id_number("19400307"), phone=None,
            family=[{"name": "女儿", "phone": "021-62710000"}], address="金桥路36弄28号 101室",
        )  # fmt: skip
        (pair,) = await found(clerk, first, third)
        assert pair["alike"] == ["name", "birth", "family_phone", "address"]


async def test_who_is_taken_back_is_not_compared(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        first, other = [await enrolled(clerk, name="郑水根", id_number=id_number("19420817")) for _ in range(2)]
        assert len(await found(clerk, first, other)) == 1
        assert (await clerk.post(f"/registry/members/{other}/withdraw")).status_code == 303
        assert await found(clerk, first, other) == []


async def test_the_same_id_number_is_strict_and_is_offered_where_it_is_noticed(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        number = id_number("19400307")
        first = await enrolled(clerk, name="张桂兰", id_number=number, phone=None)
        second = await enrolled(clerk, name="王秀英", id_number=id_number("19510212"), phone=None)
        # The office notices it when it corrects the number: one number is claimed by one record.
        form = {"field": "id_number", "value": number, "reason": "抄错了", "idempotency_key": "k1"}
        refused = await clerk.post(f"/registry/members/{second}/correct", data=form, headers={"accept": "text/html"})
        assert refused.status_code == 409
        assert f"/registry/duplicates/{second}/{first}" in refused.text
        body = {"name": "别人", "sex": "女", "id_number": number, "joined_on": "1970-01-01", "community": JINQIAO}
        refused = await clerk.post("/registry/members/new", data=body, headers={"accept": "text/html"})
        assert (refused.status_code, f'href="/registry/members/{first}"' in refused.text) == (409, True)
        # A fact that came into the log another way is compared all the same.
        commands = office.service.state.registry.commands
        corrected = DetailsCorrected(field=CorrectableField.ID_NUMBER, identity=number)
        receipt = await commands.note(Asked("elsewhere", JINQIAO), corrected.STREAM, second, corrected, NOW.date())
        (pair,) = await found(clerk, first, second, after=receipt.position)
        assert pair["strict"]
        assert pair["alike"][0] == "id_number"
        side_by_side = (await clerk.get(f"/registry/duplicates/{first}/{second}")).text
        assert number not in side_by_side
        assert "不同" in side_by_side


async def test_a_phone_that_everybody_has_is_no_trace(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        most = office.service.state.registry.policy_at(JINQIAO, NOW.date()).duplicates.key_people_max
        names = "甲乙丙丁戊己庚辛壬癸子丑寅"
        assert len(names) == most + 1
        hostel = {"phone": "021-62710000", "address": None}
        # One birth for all, so that whoever shares the phone is alike enough.
        people = [
            await enrolled(clerk, name=f"赵{each}", id_number=id_number("19450101"), **hostel) for each in names[:most]
        ]
        assert len(await found(clerk, *people)) == most * (most - 1) // 2
        people.append(await enrolled(clerk, name=f"赵{names[-1]}", id_number=id_number("19450101"), **hostel))
        left = await found(clerk, *people)
        assert all({"pinyin", "name"} & set(one["alike"]) for one in left)


async def test_pages_follow_each_other(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        for _ in range(3):
            await enrolled(clerk, name="钱小妹", id_number=id_number("19380101"))
        seen, token = [], ""
        for _ in range(3):
            answer = await clerk.get("/registry/api/duplicates", params={"page_size": "1", "page_token": token})
            (one,) = answer.json()["items"]
            seen.append((one["member_id"], one["other_id"]))
            token = answer.json()["next_page_token"]
        assert len(set(seen)) == 3
        assert token == ""
        assert (await clerk.get("/registry/api/duplicates?page_token=rubbish")).status_code == 400


async def test_a_form_that_says_too_little_comes_back_with_what_is_missing(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk, office.asking(Role.SUPERVISOR) as reader:
        one = await enrolled(clerk, name="孙阿婆", id_number=id_number("19380202"))
        other = await enrolled(clerk, name="孙阿婆", id_number=id_number("19380202"))
        pair = f"/registry/duplicates/{one}/{other}"
        html = {"accept": "text/html"}
        versions = {"one_version": "1", "other_version": "1"}
        assert (await clerk.post(f"{pair}/merge", data={"keep": one, **versions}, headers=html)).status_code == 422
        assert (await clerk.post(f"{pair}/told-apart", data={"reason": ""}, headers=html)).status_code == 422
        stale = await clerk.post(f"{pair}/merge", data={"keep": one, "reason": "同一人", **versions}, headers=html)
        assert stale.status_code == 409
        assert "刚刚有别人改过" in stale.text
        assert (await reader.get("/registry/duplicates")).status_code == 403
        assert (await reader.get(pair)).status_code == 403
        assert "不用撤销" in (await clerk.get(f"/registry/members/{one}/unmerge")).text
        told = await clerk.post(f"/registry/api/members/{one}/told-apart", json={"other": other, "reason": "两个人"})
        await clerk.get(f"/registry/api/members/{one}?after={seq_of(told)}")
        assert await found(clerk, one, other) == []


async def test_a_branch_counts_one_person_once(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        both = [
            await enrolled(clerk, name="张桂兰", id_number=id_number("19400307"), branch="第一党支部") for _ in range(2)
        ]
        merged = await clerk.post(
            f"/registry/api/members/{both[0]}/merge", json={"into": both[1], "reason": "同一个人登记了两次"}
        )
        assert merged.status_code == 201, merged.text
        after = {"after": seq_of(merged)}
        (branch,) = (await clerk.get("/registry/api/branches", params=after)).json()["items"]
        people = (await clerk.get(f"/registry/api/branches/{branch['branch_id']}/members")).json()["items"]
        assert [one["member_id"] for one in people] == [both[1]]
        assert branch["members"] == 1
