"""The API about members, on the real application and a real cell."""

from __future__ import annotations

import httpx

from tests.registry.office import seq_of, somebody


async def test_somebody_who_is_enrolled_stands_on_the_roll(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post("/registry/api/members", json=somebody(), headers={"Idempotency-Key": "first"})
    assert answer.status_code == 201, answer.text
    member_id = answer.json()["member_id"]
    assert [fact["type"] for fact in answer.json()["facts"]] == ["hearth.member.enrolled.v1"]
    card = await clerk.get(f"/registry/api/members/{member_id}?after={seq_of(answer)}")
    assert card.status_code == 200, card.text
    body = card.json()
    assert (body["name"], body["state"], body["branch"]) == ("张桂兰", "enrolled", "第三党支部")
    assert "19400307" not in card.text
    assert "13912348862" not in card.text
