"""The pages of notify on a real cell: the outbox worked through by its buttons, letters, panels, quiet hours."""

from __future__ import annotations

import re
from html import unescape

import asyncpg
import httpx

from events.facts.care import VisitMade, VisitWay
from events.facts.member import ContactChanged
from events.facts.people import ContactCard
from services.shell.identity.caller import Role
from services.shell.identity.requires import unguarded
from services.shell.words import missing_words
from tests.architecture import row_security
from tests.desk import NOW, SHIQUAN, until
from tests.notify.office import (
    Office,
    dues_paid,
    end_of,
    fell_ill,
    is_ready,
    moved_away,
    new_id,
    notices,
    reacted,
    told,
)

PAGE = {"accept": "text/html"}


async def read(client: httpx.AsyncClient, address: str, status: int = 200) -> str:
    """A page's words, without its marks."""
    answer = await client.get(address, headers=PAGE)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


async def press(client: httpx.AsyncClient, address: str, **fields: str | list[str]) -> str:
    """Send a form and read the page it leads to."""
    answer = await client.post(address, data=fields, headers=PAGE)
    assert answer.status_code == 303, answer.text
    return await read(client, answer.headers["location"])


async def two_calls(office: Office, clerk: httpx.AsyncClient, name: str) -> tuple[str, str, str]:
    """Two members of a new branch moved away: the branch is to be called about both. Member, and both notices."""
    branch_id = await office.registry.forms(name)
    first, second = [await office.registry.enrols(branch_id, name=who) for who in ("王德明", "周慧敏")]
    for member_id in (first, second):
        await reacted(office, await office.registry.says(member_id, moved_away()))
    ids = [(await told(clerk, one, "moved_away.branch"))["moved_away.branch"]["notice_id"] for one in (first, second)]
    return first, ids[0], ids[1]


async def test_the_outbox_says_whom_to_call_what_to_say_and_why(office: Office, clerk: httpx.AsyncClient) -> None:
    await two_calls(office, clerk, "电话支部")
    text = await read(clerk, "/notify/outbox")
    assert "电话支部 李老师 · 62710000 · 2 条，一次说完" in text
    assert "王德明同志自2026年11月21日起外出，去向：深圳市。" in text
    assert "王德明11月21日外出 §5.1" in text
    assert "要打印的信" in text
    assert "安静时段" not in text


async def test_a_call_that_nobody_answered_stays_and_one_that_was_leaves(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    _, first, second = await two_calls(office, clerk, "忙音支部")
    text = await press(clerk, f"/notify/notices/{first}/fail", why="no_answer", idempotency_key="a")
    assert "已记下：忙音支部，没接。" in text
    assert "今天没接" in text
    text = await press(clerk, f"/notify/notices/{second}/acknowledge", idempotency_key="b")
    assert "已记下：忙音支部知道了。" in text
    assert "忙音支部知道了" not in await read(clerk, "/notify/outbox")
    assert "已经是这样了" in await press(clerk, f"/notify/notices/{second}/acknowledge", idempotency_key="c")
    done = await read(clerk, "/notify/outbox?state=acknowledged")
    assert "忙音支部" in done


async def test_one_call_tells_everything(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id, first, second = await two_calls(office, clerk, "一次支部")
    text = await press(clerk, "/notify/outbox/acknowledge", notice_id=[first, second], idempotency_key="all")
    assert "已记下 2 条。" in text
    assert "一次支部 李老师" not in text
    assert (await told(clerk, member_id, "moved_away.branch"))["moved_away.branch"]["state"] == "acknowledged"
    text = await press(clerk, "/notify/outbox/acknowledge", notice_id=[first, second], idempotency_key="again")
    assert "已记下 0 条。" in text


async def test_letters_are_printed_and_posted_and_may_come_back(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms("来信支部"), name="陈秀英")
    await reacted(office, await office.registry.says(member_id, dues_paid("2026-11")))
    (receipt,) = await notices(clerk, member_id)
    letter = await read(clerk, f"/notify/notices/{receipt['notice_id']}/letter")
    assert "金桥路36弄28号101室 陈秀英 同志 收" in letter
    assert "来信支部 2026年11月21日" in letter
    assert "陈秀英 同志 收" in await read(clerk, "/notify/letters")
    text = await press(
        clerk, "/notify/outbox/send", notice_id=[receipt["notice_id"]], channel="print", idempotency_key="posted"
    )
    assert "已记下 1 条。" in text
    assert "陈秀英" in await read(clerk, "/notify/outbox?state=sent")
    text = await press(
        clerk, f"/notify/notices/{receipt['notice_id']}/fail", why="returned", back="/notify/outbox?state=sent"
    )
    assert "陈秀英，信退回了" in text
    assert (await notices(clerk, member_id))[0]["state"] == "failed"


async def test_in_quiet_hours_the_page_says_until_when(office: Office, clerk: httpx.AsyncClient) -> None:
    await two_calls(office, clerk, "午休支部")
    office.clock.now = NOW.replace(hour=4, minute=30)
    text = await read(clerk, "/notify/outbox")
    assert "现在是安静时段，请到 14:00 以后再打电话、上门；信件可以照常打印。 紧急情况除外 §5.6" in text
    assert "14:00 以后再打电话" in await read(clerk, "/notify/panels/today")


async def test_where_the_recipient_is_reached_now_goes_before_where_it_was(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    member_id = await office.registry.enrols(None, name="换号同志", phone="13100000001")
    await office.registry.says(member_id, moved_away(address=None))
    await told(clerk, member_id, "moved_away.member")
    about = await office.registry.says(member_id, ContactChanged(contact=ContactCard(phone="13100000002")))
    text = await read(clerk, f"/notify/outbox?after={about.position}")
    assert "换号同志 13100000002 已改用新登记的" in text


async def test_a_members_messages_and_their_panel(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms(), name="赵文")
    assert "还没有给这个人的消息" in await read(
        clerk, f"/notify/members/{member_id}?after={await end_of(office, 'REGISTRY')}"
    )
    await reacted(office, await office.registry.says(member_id, moved_away()))
    await told(clerk, member_id, "moved_away.branch", "moved_away.member")
    text = await read(clerk, f"/notify/members/{member_id}")
    assert "赵文的消息" in text
    assert text.count("待告知") >= 2
    assert "赵文11月21日外出 §5.2" in await read(clerk, f"/notify/panels/members/{member_id}")
    async with office.asking(scope=SHIQUAN) as other:
        assert (await other.get(f"/notify/members/{member_id}")).status_code == 404
    assert (await clerk.get(f"/notify/members/{new_id()}")).status_code == 404


async def test_the_home_page_counts_and_shows_the_first(office: Office, clerk: httpx.AsyncClient) -> None:
    await two_calls(office, clerk, "首页支部")
    counts = (await clerk.get("/notify/panels/counts")).json()
    assert counts["open"] == len(await notices(clerk, state="open", page_size="1000"))
    panel = await read(clerk, "/notify/panels/today")
    assert "要告知的消息" in panel
    assert "去告知" in panel
    async with office.asking(scope=SHIQUAN) as other:
        assert (await other.get("/notify/panels/today")).text.strip() == ""
        assert "现在没有要告知的消息。" in await read(other, "/notify/outbox")
        assert "没有要打印的信。" in await read(other, "/notify/letters")
        assert "这里还没有消息。" in await read(other, "/notify/outbox?state=all")


async def test_a_visitor_is_told_by_name_and_may_say_so(office: Office, clerk: httpx.AsyncClient) -> None:
    await office.account("fang", "方老师", Role.VISITOR)
    member_id = await office.registry.enrols(await office.registry.forms(), name="吴国强")
    await office.care.says(member_id, VisitMade(by="fang", way=VisitWay.HOME))
    await office.care.says(member_id, fell_ill())
    await told(clerk, member_id, "fell_ill.branch", "fell_ill.visitor")
    assert "方老师 吴国强同志近日身体不适" in await read(clerk, "/notify/outbox")
    async with office.asking(Role.VISITOR, name="fang") as fang:
        text = await read(fang, "/notify/outbox")
        assert "吴国强同志近日身体不适" in text
        assert "不用告知" not in text
        (own,) = await notices(fang)
        assert (await fang.post(f"/notify/notices/{own['notice_id']}/suppress", headers=PAGE)).status_code == 403
        assert "方老师知道了" in await press(fang, f"/notify/notices/{own['notice_id']}/acknowledge")


async def test_buttons_that_are_none_change_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    _, first, _ = await two_calls(office, clerk, "错键支部")
    for address, fields, status in [
        (f"/notify/notices/{first}/shout", {}, 404),
        (f"/notify/notices/{first}/fail", {}, 422),
        (f"/notify/notices/{first}/send", {"channel": "pigeon"}, 422),
        ("/notify/outbox/acknowledge", {}, 422),
        ("/notify/outbox/fail", {"notice_id": first, "why": "moved"}, 422),
        (f"/notify/notices/{new_id()}/acknowledge", {}, 404),
    ]:
        assert (await clerk.post(address, data=fields, headers=PAGE)).status_code == status, address


async def test_every_route_asks_who_and_every_table_where(office: Office) -> None:
    assert unguarded(office.service) == []
    reader = await asyncpg.connect(office.settings.postgres_url)
    try:
        assert await row_security.unguarded(reader) == []
        assert await row_security.readable_without_scope(reader) == []
    finally:
        await reader.close()


async def test_every_word_has_its_english(office: Office, clerk: httpx.AsyncClient) -> None:
    assert missing_words("notify") == []
    await two_calls(office, clerk, "英文支部")
    clerk.cookies.set("lang", "en")
    assert "Calls to make" in await read(clerk, "/notify/outbox")


async def test_it_is_ready_and_describes_itself(office: Office, clerk: httpx.AsyncClient) -> None:
    await until(lambda: is_ready(clerk))
    document = (await clerk.get("/notify/asyncapi")).json()
    assert any("moved_away" in name for name in document["components"]["messages"])
    paths = (await clerk.get("/notify/api/openapi.json")).json()["paths"]
    assert "/api/notices/{notice_id}/acknowledge" in paths
