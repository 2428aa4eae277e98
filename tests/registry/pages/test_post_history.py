"""What happened to a post, and who stays in it although they are away."""

from __future__ import annotations

import httpx

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_pages import form_of
from tests.registry.pages.test_posts import API, MEMBERS, opened

PAGE = {"accept": "text/html"}


async def in_post(clerk: httpx.AsyncClient, who: str, **post: object) -> tuple[str, str]:
    post_id = await opened(clerk, **post)
    member_id = await enrolled(clerk, name=who)
    await asked(clerk, f"{API}/{post_id}/take", member_id=member_id, on="2026-11-02")
    return post_id, member_id


async def test_a_doubt_is_gone_once_a_person_decides_until_something_new_happens(clerk: httpx.AsyncClient) -> None:
    post_id, member_id = await in_post(clerk, "留岗人", name="留岗亭")
    there, who = f"{API}/{post_id}", {"member_id": member_id}

    async def doubtful() -> int:
        found: int = (await clerk.get(there)).json()["doubtful"]
        return found

    refused = await clerk.post(f"{there}/keep", json=who)
    assert (refused.status_code, refused.json()["reason"]) == (409, "nothing_doubtful")
    gone = {"from": "2026-11-05", "destination": "杭州市", "reason": "带孙子"}
    await asked(clerk, f"{MEMBERS}/{member_id}/move-away", **gone)
    assert await doubtful() == 1
    assert "留岗人" in (await clerk.get("/registry/panels/today", headers=PAGE)).text
    await asked(clerk, f"{there}/keep", **who, reason="每周回来一次")
    assert (await asked(clerk, f"{there}/keep", **who))["facts"] == []
    assert await doubtful() == 0
    timeline = (await clerk.get(f"/registry/members/{member_id}", headers=PAGE)).text
    assert "在外，仍留岗：留岗亭（每周回来一次）" in timeline
    await asked(clerk, f"{there}/keep/withdraw", **who)
    assert await doubtful() == 1
    await asked(clerk, f"{there}/keep", **who)
    await asked(clerk, f"{MEMBERS}/{member_id}/return", on="2026-11-10")
    await asked(clerk, f"{MEMBERS}/{member_id}/move-away", **gone | {"from": "2026-11-12"})
    assert await doubtful() == 1, "who leaves anew is asked about anew"


async def test_staying_on_is_a_button_with_a_way_back(browser: httpx.AsyncClient) -> None:
    post_id, member_id = await in_post(browser, "按钮人", name="按钮亭")
    here, action = f"/registry/posts/{post_id}", f"/registry/posts/{post_id}/keep?member={member_id}"
    assert f'action="{action}"' not in (await browser.get(here)).text
    gone = {"from": "2026-11-05", "destination": "杭州市", "reason": "带孙子"}
    await asked(browser, f"{MEMBERS}/{member_id}/move-away", **gone)
    shown = await browser.get(here)
    kept = await browser.post(action, data=form_of(shown.text, action))
    assert "按钮人留在按钮亭。" in kept.text
    assert "定了留岗" in kept.text
    undo = f"/registry/posts/{post_id}/keep/undo?member={member_id}"
    back = await browser.post(undo, data=form_of(kept.text, undo))
    assert "是否留岗还没有定" in back.text
    assert "是否离岗由您定" in back.text


async def test_the_history_of_a_post_says_who_and_how_long(office: Office, clerk: httpx.AsyncClient) -> None:
    post_id, first = await in_post(clerk, "先来人", name="经过亭", places=2)
    there = f"{API}/{post_id}"
    second = await enrolled(clerk, name="后到人")
    await asked(clerk, f"{there}/take", member_id=second, on="2026-11-03")
    for who, minutes in ((first, 60), (second, 90), (second, 30)):
        day = f"2026-11-{10 + minutes // 30}"
        await asked(clerk, f"{there}/hours", member_ids=[who], on=day, minutes=minutes, what="值班")
    terms = {"name": "经过新亭", "kind": "mediation", "places": 3, "needs": "法律", "minutes_week": 120}
    await asked(clerk, f"{there}/change", **terms)
    await asked(clerk, f"{there}/leave", member_id=first, reason="身体不便")
    await asked(clerk, f"{there}/close", reason="并入服务站")
    told = (await clerk.get(f"{there}/history")).json()
    assert [one["type"].split(".")[2] for one in told["items"]] == [
        "post_closed", "place_freed", "post_changed", "place_taken", "place_taken", "post_opened",
    ]  # fmt: skip
    assert [(one["member_id"], one["minutes"], one["entries"]) for one in told["people"]] == [
        (second, 120, 2), (first, 60, 1),
    ]  # fmt: skip
    page = (await clerk.get(f"/registry/posts/{post_id}/history", headers=PAGE)).text
    for words in (
        "撤掉；一起离岗：后到人（并入服务站）", "先来人离岗（身体不便）", "改名为经过新亭；名额 2 改为 3",
        "设立：经过亭", "后到人上岗", "2 小时",
    ):  # fmt: skip
        assert words in page, words
    async with office.asking(scope=SHIQUAN) as elsewhere:
        for path in (f"{there}/history", f"/registry/posts/{post_id}/history"):
            assert (await elsewhere.get(path)).status_code == 404
        assert (await elsewhere.post(f"{there}/keep", json={"member_id": first})).status_code == 404
    async with office.asking(Role.AUDITOR) as auditor:
        assert (await auditor.get(f"{there}/history")).status_code == 200
        assert (await auditor.post(f"{there}/keep", json={"member_id": first})).status_code == 403
    english = await clerk.get(f"/registry/posts/{post_id}/history", headers=PAGE | {"cookie": "lang=en"})
    assert "Who served how long" in english.text
