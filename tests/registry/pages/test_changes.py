"""What changed in a branch since an account last looked: by member, until it says that it has read it."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.box.addresses import BoxAddresses
from services.registry.project.changes import spans_of
from services.shell.identity.caller import Role
from tests.desk import NOW, SHIQUAN
from tests.registry.office import Office, asked, enrolled, seq_of, working
from tests.registry.pages.test_branches import formed
from tests.registry.pages.test_pages import form_of

MEMBERS, BRANCHES = "/registry/api/members", "/registry/api/branches"
TODAY = NOW.date()


async def changes(client: httpx.AsyncClient, branch_id: str) -> dict[str, Any]:
    answer = await client.get(f"{BRANCHES}/{branch_id}/changes")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def words(found: dict[str, Any]) -> dict[str | None, list[str]]:
    return {group["name"]: [line["text"] for line in group["lines"]] for group in found["items"]}


async def reads(client: httpx.AsyncClient, branch_id: str, found: dict[str, Any]) -> None:
    body = {"through": found["through"], "told": found["told"]}
    await asked(client, f"{BRANCHES}/{branch_id}/changes/read", **body)


async def peopled(client: httpx.AsyncClient, name: str, *people: str) -> tuple[str, list[str]]:
    branch_id = await formed(client, name, on="2026-01-05")
    return branch_id, [await enrolled(client, branch=name, on="2026-01-10", name=one) for one in people]


async def test_what_others_wrote_is_listed_until_it_is_read(office: Office) -> None:
    async with office.asking(name="li") as li, office.asking(name="wang") as wang:
        branch_id, (zhang, chen) = await peopled(li, "变化支部", "张桂兰", "陈玉英")
        first = await changes(wang, branch_id)
        assert (first["read_at"], first["count"]) == (None, 3)
        assert (await changes(li, branch_id))["items"] == [], "what she wrote herself is no news"
        await reads(wang, branch_id, first)
        assert ((await changes(wang, branch_id))["items"], (await changes(wang, branch_id))["count"]) == ([], 0)
        office.clock.go_on(days=1)
        await asked(li, f"{MEMBERS}/{zhang}/contact", phone="13900008862")
        await asked(li, f"{MEMBERS}/{chen}/die", on="2026-11-20")
        await asked(li, f"{BRANCHES}/{branch_id}/rename", name="变化新名", on="2026-11-20", reason="改名")
        found = await changes(wang, branch_id)
        assert words(found) == {"张桂兰": ["联系方式或住址有变"], "陈玉英": ["去世"], None: ["改名为变化新名（改名）"]}
        assert {line["by"] for group in found["items"] for line in group["lines"]} == {"li"}
        news = (await wang.get("/registry/api/changes")).json()["items"]
        assert [(one["name"], one["count"]) for one in news if one["branch_id"] == branch_id] == [("变化新名", 3)]
        await reads(wang, branch_id, found)
        assert (await changes(wang, branch_id))["count"] == 0


async def test_each_account_has_read_for_itself(office: Office) -> None:
    async with (
        office.asking(name="li") as li,
        office.asking(name="wang") as wang,
        office.asking(name="zhao", role=Role.SUPERVISOR, scope="demo") as zhao,
    ):
        branch_id, _ = await peopled(li, "各看各的", "张桂兰")
        await reads(wang, branch_id, await changes(wang, branch_id))
        assert (await changes(wang, branch_id))["count"] == 0
        assert (await changes(zhao, branch_id))["count"] == 2
        await reads(zhao, branch_id, await changes(zhao, branch_id))
        await asked(wang, f"{BRANCHES}/{branch_id}/rename", name="各看新名", reason="改名")
        assert [(await changes(one, branch_id))["count"] for one in (li, wang, zhao)] == [1, 0, 1]


async def test_reading_is_taken_back_and_never_goes_beyond_what_there_is(office: Office) -> None:
    async with office.asking(name="li") as li, office.asking(name="wang") as wang:
        branch_id, (zhang,) = await peopled(li, "撤回支部", "张桂兰")
        path = f"{BRANCHES}/{branch_id}/changes/read"
        found = await changes(wang, branch_id)
        await asked(wang, path, through=2**50, told=2**50)
        assert (await wang.post(path, json={"through": found["through"], "told": found["told"]})).json()["facts"] == []
        await asked(li, f"{MEMBERS}/{zhang}/contact", phone="13900008862")
        assert (await changes(wang, branch_id))["count"] == 1
        await asked(wang, path, through=0, told=0)
        again = await changes(wang, branch_id)
        assert (again["read_at"], again["count"]) == (None, 3)
        for body in ({"through": -1, "told": 0}, {"through": "x", "told": 0}, {"through": 1}):
            assert (await wang.post(path, json=body)).status_code == 422


async def test_who_came_and_who_went_is_told_and_nothing_of_before_or_after(office: Office) -> None:
    async with office.asking(name="li") as li, office.asking(name="wang") as wang:
        branch_id, (goes,) = await peopled(li, "来去支部", "张桂兰")
        other, (comes, stays) = await peopled(li, "来去另支", "陈玉英", "周慧敏")
        await reads(wang, branch_id, await changes(wang, branch_id))
        await asked(li, f"{MEMBERS}/{comes}/contact", phone="13900000001")
        await asked(li, f"{MEMBERS}/{comes}/assign", branch=branch_id)
        await asked(li, f"{MEMBERS}/{goes}/assign", branch=other)
        await asked(li, f"{MEMBERS}/{goes}/contact", phone="13900000002")
        await asked(li, f"{MEMBERS}/{stays}/contact", phone="13900000003")
        assert words(await changes(wang, branch_id)) == {
            "陈玉英": ["编入来去支部"],
            "张桂兰": ["编入来去另支"],
        }


async def test_the_page_lists_marks_and_takes_back(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id, (zhang, _chen) = await peopled(clerk, "页面变化", "张桂兰", "陈玉英")
    here = f"/registry/branches/{branch_id}"
    async with office.asking(name="wang") as wang:
        wang.headers["accept"], wang.follow_redirects = "text/html", True
        shown = (await wang.get(here)).text
        assert f'href="{here}/changes" class="card figure"><b class="">3</b><span>新变化</span>' in shown
        listed = (await wang.get(f"{here}/changes")).text
        assert "您还没有标过看到哪里" in listed
        assert listed.count("登记入册，编入页面变化") == 2
        fields = form_of(listed, f"{here}/changes/read")
        read = (await wang.post(f"{here}/changes/read", data=fields)).text
        assert "页面变化的变化都看过了；以后只列新的。" in read
        undo = form_of(read, f"{here}/changes/read")
        assert undo == {"through": "0", "told": "0"}
        assert "没有新的变化。" in (await wang.get(f"{here}/changes")).text
        await asked(clerk, f"{MEMBERS}/{zhang}/contact", phone="13900008862")
        home = (await wang.get("/registry/panels/today")).text
        assert "您看过以后的变化" in home
        assert "1 条新变化" in home
        back = (await wang.post(f"{here}/changes/read", data=undo)).text
        assert "又列为没看过的了。" in back
        assert "登记入册，编入页面变化" in back
        english = await wang.get(f"{here}/changes", headers={"cookie": "lang=en"})
        assert "Read it all" in english.text


async def test_what_happens_to_most_stands_behind_a_fold(office: Office) -> None:
    async with office.asking(name="li") as li, office.asking(name="wang") as wang:
        branch_id, (zhang, chen) = await peopled(li, "常事支部", "张桂兰", "陈玉英")
        await reads(wang, branch_id, await changes(wang, branch_id))
        fen = (await li.get(f"{MEMBERS}/{zhang}/dues?from=2026-10&to=2026-10")).json()["items"][0]["due_fen"]
        paid = {"months": ["2026-10"], "amount_fen": fen, "paid_on": "2026-10-05"}
        await asked(li, f"{MEMBERS}/{zhang}/pay-dues", **paid)
        await asked(li, f"{MEMBERS}/{chen}/contact", phone="13900008862")
        found = await changes(wang, branch_id)
        assert {group["name"]: group["routine"] for group in found["items"]} == {"张桂兰": True, "陈玉英": False}
        wang.headers["accept"] = "text/html"
        assert "另有 1 人只是到会、请假或缴费" in (await wang.get(f"/registry/branches/{branch_id}/changes")).text


async def test_nobody_reads_beyond_their_scope_or_post(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id, _ = await peopled(clerk, "外人支部", "张桂兰")
    body = {"through": 1, "told": 0}
    async with office.asking(scope=SHIQUAN) as stranger, office.asking(Role.VISITOR) as visitor:
        for client, status in ((stranger, 404), (visitor, 403)):
            assert (await client.get(f"{BRANCHES}/{branch_id}/changes")).status_code == status
            assert (await client.post(f"{BRANCHES}/{branch_id}/changes/read", json=body)).status_code == status
            assert (await client.get(f"/registry/branches/{branch_id}/changes")).status_code == status
        assert (await stranger.get("/registry/api/changes")).json()["items"] == []
    assert (await clerk.get(f"{BRANCHES}/nobody/changes")).status_code == 404


async def test_how_far_somebody_has_read_is_there_after_a_restart(address: BoxAddresses) -> None:
    async with working(address) as office, office.asking(name="li") as li, office.asking(name="wang") as wang:
        branch_id, (zhang,) = await peopled(li, "重启支部", "张桂兰")
        await reads(wang, branch_id, await changes(wang, branch_id))
    async with working(address) as office, office.asking(name="li") as li, office.asking(name="wang") as wang:
        assert (await changes(wang, branch_id))["count"] == 0
        written = await li.post(f"{MEMBERS}/{zhang}/contact", json={"phone": "13900008862"})
        await li.get(f"{MEMBERS}/{zhang}?after={seq_of(written)}")
        assert (await changes(wang, branch_id))["count"] == 1


def test_belonging_goes_by_what_was_known_as_the_log_went_on() -> None:
    def row(seq: int, since: int, branch_id: str | None, *, ended: bool = False) -> dict[str, Any]:
        return {"seq": seq, "since": TODAY.replace(day=since), "branch_id": branch_id, "ended": ended}

    assert spans_of([row(1, 1, "b1")], "b1", TODAY) == [(1, None)]
    assert spans_of([row(1, 1, "b1"), row(5, 2, "b2")], "b1", TODAY) == [(1, 5)]
    assert spans_of([row(1, 1, "b1"), row(5, 3, "b2"), row(9, 2, "b1")], "b1", TODAY) == [(1, 5)], "late, and older"
    assert spans_of([row(1, 1, "b1"), row(5, 2, None, ended=True)], "b1", TODAY) == [(1, 5)]
    assert spans_of([row(1, 1, "b1"), row(5, 25, "b2")], "b1", TODAY) == [(1, None)], "not yet"
