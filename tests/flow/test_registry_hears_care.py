"""What care publishes shows on the registry's pages, and not a word more than it should."""

from __future__ import annotations

from datetime import date

from deploy.box.addresses import BoxAddresses
from events.facts.care import FellIll, Recovered, Severity, VisitMade, VisitWay
from tests.registry.office import care_of, enrolled, tells, working

API = "/registry/api/members"


async def test_a_person_who_fell_ill_is_cared_for_and_nobody_reads_of_what(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk, care_of(cell, office.clock) as care:
        member_id = await enrolled(clerk)
        ill = FellIll(severity=Severity.CRITICAL, hospital="市第一医院", note="心梗")
        position = await tells(care, member_id, ill, date(2026, 11, 19))
        card = await clerk.get(f"{API}/{member_id}?after={position}")
        page = await clerk.get(f"/registry/members/{member_id}")
        assert card.json()["cared_for"] is True
        assert "关怀中" in page.text
        assert "生病，转入关怀" in page.text
        for secret in ("critical", "市第一医院", "心梗"):
            assert secret not in card.text + page.text
        position = await tells(care, member_id, Recovered(), date(2026, 11, 20))
        assert (await clerk.get(f"{API}/{member_id}?after={position}")).json()["cared_for"] is False
        then = await clerk.get(f"{API}/{member_id}?as_of=2026-11-19")
        assert then.status_code == 404, "on that day the person was not on this roll"


async def test_a_visit_is_the_last_contact_even_when_it_is_heard_of_first(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk, care_of(cell, office.clock) as care:
        member_id = await enrolled(clerk, on="2026-01-10")
        position = await tells(care, member_id, VisitMade(by="wang", way=VisitWay.HOME), date(2026, 11, 15))
        body = {"from": "2026-10-12", "destination": "六安市", "reason": "回原籍"}
        moved = await clerk.post(f"{API}/{member_id}/move-away", json=body)
        after = f"{position},REGISTRY:{moved.json()['facts'][0]['seq']}"
        ledger = (await clerk.get(f"/registry/api/ledger?after={after}")).json()
        assert ledger["items"][0]["last_contact"] == "2026-11-15"
        assert ledger["items"][0]["clocks"]["days_since_contact"] == 6


async def test_the_timeline_tells_everything_in_the_order_of_life(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk, care_of(cell, office.clock) as care:
        member_id = await enrolled(clerk, on="2026-01-10")
        position = await tells(care, member_id, VisitMade(by="wang", way=VisitWay.CALL), date(2026, 11, 1))
        await clerk.get(f"{API}?after={position}")
        page = (await clerk.get(f"/registry/members/{member_id}")).text
        assert page.index("电话问候") < page.index("登记入册，编入第三党支部")
