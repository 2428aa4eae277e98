"""Somebody moves away: the branch is told, and the member gets its contact details. Real NATS, real PostgreSQL."""

from __future__ import annotations

from deploy.box.addresses import BoxAddresses
from tests.notify.office import moved_away, seq_of, told, working


async def test_who_moves_away_is_not_lost(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        branch_id = await office.registry.forms()
        member_id = await office.registry.enrols(branch_id)
        fact = await office.registry.says(member_id, moved_away())

        found = await told(clerk, member_id, "moved_away.branch", "moved_away.member")
        to_branch, to_member = found["moved_away.branch"], found["moved_away.member"]
        assert (to_branch["recipient_id"], to_branch["channel"], to_branch["to"]) == (branch_id, "phone", "62710000")
        assert "张桂兰同志自2026年11月21日起外出，去向：深圳市" in to_branch["text"]
        assert (to_member["recipient_id"], to_member["channel"]) == (member_id, "print")
        assert to_member["to"] == "深圳市南山区科苑路9号502室"
        assert "支部联系人：李老师，电话：62710000" in to_member["text"]
        assert to_member["because"] == {
            "fact_id": fact.id,
            "type": "hearth.member.moved_away.v1",
            "effective": "2026-11-21",
        }

        answer = await clerk.post(f"/notify/api/notices/{to_branch['notice_id']}/acknowledge")
        done = await clerk.get(f"/notify/api/notices/{to_branch['notice_id']}?after={seq_of(answer)}")
        assert done.json()["state"] == "acknowledged"
        (attempt,) = done.json()["attempts"]
        assert (attempt["by"], attempt["channel"], attempt["outcome"]) == ("shuji", "phone", "acknowledged")
