"""Two clerks decide on a member at once, each at a registry of their own: one wins, the other is told why not."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from tests.registry.office import enrolled, seq_of, working

ROUNDS = 8
WHY = "已经从2026年11月1日起在外（流动党员联系卡），还没有登记返回。"
Desks = tuple[httpx.AsyncClient, httpx.AsyncClient]


@pytest.fixture
async def desks(cell: BoxAddresses) -> AsyncIterator[Desks]:
    """The two clerks' clients; between the registries there is nothing but the log."""
    async with working(cell) as one, working(cell) as two, one.asking(name="wang") as wang, two.asking(name="li") as li:
        yield wang, li


def leaving(destination: str) -> dict[str, str]:
    return {"from": "2026-11-01", "destination": destination, "reason": "随子女居住"}


async def test_by_the_api_one_leaves_the_member_where_the_other_said(desks: Desks) -> None:
    wins: Counter[str] = Counter()
    for _ in range(ROUNDS):
        member_id = await enrolled(desks[0], on="2026-01-10")
        here = f"/registry/api/members/{member_id}"
        answers = await asyncio.gather(
            *(
                desk.post(f"{here}/move-away", json=leaving(to))
                for desk, to in zip(desks, ("苏州", "杭州"), strict=True)
            )
        )
        assert sorted(one.status_code for one in answers) == [201, 409], [one.text for one in answers]
        won, lost = sorted(answers, key=lambda one: one.status_code)
        problem = lost.json()
        assert problem["reason"] == "already_away"
        assert problem["detail"] == WHY
        assert "什么都没有改动" in problem["todo"]
        destination = "苏州" if won is answers[0] else "杭州"
        for desk in desks:
            card = (await desk.get(f"{here}?after={seq_of(won)}")).json()
            assert card["away"]["destination"] == destination
            facts = (await desk.get(f"{here}/history")).json()["items"]
            assert [fact["type"] for fact in facts].count("hearth.member.moved_away.v1") == 1
        wins[destination] += 1
    assert wins.total() == ROUNDS


async def test_by_the_api_a_month_is_paid_once(desks: Desks) -> None:
    member_id = await enrolled(desks[0], on="2026-01-10")
    paid = {"months": ["2026-11"], "amount_fen": 1710, "method": "cash", "paid_on": "2026-11-20"}
    answers = await asyncio.gather(
        *(desk.post(f"/registry/api/members/{member_id}/pay-dues", json=paid) for desk in desks for _ in range(4))
    )
    codes = Counter((one.status_code, one.json().get("reason")) for one in answers)
    assert codes == {(201, None): 1, (409, "already_paid"): 7}


async def test_on_the_page_the_second_is_told_why_and_keeps_what_was_typed(desks: Desks) -> None:
    for desk in desks:
        desk.headers["accept"] = "text/html"
    member_id = await enrolled(desks[0], on="2026-01-10")
    path = f"/registry/members/{member_id}/move-away"
    forms = [_hidden((await desk.get(path)).text) for desk in desks]
    answers = await asyncio.gather(
        *(
            desk.post(path, data=form | leaving(to))
            for desk, form, to in zip(desks, forms, ("苏州", "杭州"), strict=True)
        )
    )
    assert sorted(one.status_code for one in answers) == [303, 409], [one.text for one in answers]
    lost = next(one for one in answers if one.status_code == httpx.codes.CONFLICT)
    assert WHY in lost.text
    assert ('value="苏州"' if lost is answers[0] else 'value="杭州"') in lost.text


def _hidden(page: str) -> dict[str, str]:
    form = re.search(r'<form class="form"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))
