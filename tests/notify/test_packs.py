"""A community's own words, ways and quiet hours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.shell.policy.policies import put
from tests.cells import Cells
from tests.desk import SHIQUAN
from tests.notify.office import Office, moved_away, told, working

PACK = """\
[pack]
service = "notify"
scope = "demo.jinqiao"
version = "1"
effective_from = 2026-11-01
title = "金桥社区约定"
issuer = "金桥社区"
[quiet]
hours = [[09:00:00, 10:00:00]]
clause = "金一"
[messages."moved_away.member"]
channels = ["phone"]
text = "{name}同志：一路平安，{branch}等您回来。"
clause = "金二"
[clauses]
"金一" = "上午九点到十点不打扰。"
"金二" = "出门的党员由支部打电话问候。"
"""


@pytest.fixture
async def office(cells: Cells) -> AsyncIterator[Office]:
    cell = cells.fresh()
    put(PACK, cell.data / "policy" / "notify", "jinqiao.toml")
    async with working(cell) as office:
        yield office


async def test_people_are_told_in_the_words_of_their_own_community(office: Office) -> None:
    async with office.asking() as here, office.asking(scope=SHIQUAN) as there:
        mine = await office.registry.enrols(await office.registry.forms())
        branch_id = await office.registry.forms(community=SHIQUAN)
        theirs = await office.registry.enrols(branch_id, SHIQUAN)
        await office.registry.says(mine, moved_away(phone="13912348862"))
        await office.registry.says(theirs, moved_away(), community=SHIQUAN)
        own = (await told(here, mine, "moved_away.member"))["moved_away.member"]
        other = (await told(there, theirs, "moved_away.member"))["moved_away.member"]
    assert (own["text"], own["channel"], own["clause"]) == (
        "张桂兰同志：一路平安，第三党支部等您回来。", "phone", "金二",
    )  # fmt: skip
    assert (other["channel"], other["clause"]) == ("print", "§5.2")
    assert "外出期间" in other["text"]


async def test_the_quiet_hours_are_those_of_the_place_one_works_in(office: Office) -> None:
    """It is half past nine."""
    async with office.asking() as here, office.asking(scope=SHIQUAN) as there:
        for client, community in ((here, "demo.jinqiao"), (there, SHIQUAN)):
            branch_id = await office.registry.forms(community=community)
            member_id = await office.registry.enrols(branch_id, community)
            await office.registry.says(member_id, moved_away(), community=community)
            await told(client, member_id, "moved_away.branch")
        assert "现在是安静时段，请到 10:00 以后再打电话" in (await here.get("/notify/outbox")).text
        assert "现在是安静时段" not in (await there.get("/notify/outbox")).text
        assert "09:00–10:00" in (await here.get("/notify/panels/policy")).text
        found = (await here.get("/notify/api/policy")).json()["items"]
        hours = next(one for one in found if one["rule"] == "quiet.hours")
        assert (hours["value"], hours["clause"]) == ([["09:00:00", "10:00:00"]], "金一")
