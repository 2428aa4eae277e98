"""Who is told what because of which fact; and that nobody is told anything twice. On a real cell."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from events.facts.branch import BranchContact, ContactSet
from events.facts.care import VisitMade, VisitWay
from events.facts.care_certification import CertificationDone, CertificationReminded, CertificationWay
from events.facts.member import AwayKind, Died, EnrolmentWithdrawn, Returned
from events.facts.member_away import AwayDayCorrected
from events.facts.member_meeting import Invited
from services.notify.react.policies import REACTIONS
from services.shell.identity.caller import Role
from tests.notify.office import Office, dues_paid, end_of, fell_ill, moved_away, new_id, notices, reacted, told

AUTUMN = date(2026, 10, 2)


async def test_nobody_is_told_of_who_was_away_when_the_roster_came(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    about = await office.registry.says(member_id, moved_away(carried_over=True))
    await reacted(office, about)
    assert await notices(clerk, member_id, after=await end_of(office)) == []


def corrected(**differently: Any) -> AwayDayCorrected:
    fields = {"was": AUTUMN, "kind": AwayKind.CARD, "clause": "§3.2", "destination": "深圳市", "why": "女儿来电"}
    return AwayDayCorrected(**fields | differently)


async def test_of_a_corrected_day_only_the_right_one_is_told(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, moved_away(), AUTUMN)
    await told(clerk, member_id, "moved_away.branch", "moved_away.member", state="open")
    march, april = date(2026, 3, 3), date(2026, 4, 1)
    await reacted(office, await office.registry.says(member_id, corrected(), march))
    await reacted(office, await office.registry.says(member_id, corrected(was=march), april))
    found = await notices(clerk, member_id, after=await end_of(office))
    open_ones = {one["policy"]: one["text"] for one in found if one["state"] == "intended"}
    assert open_ones.keys() == {"moved_away.member", "away_day.branch"}, "once, and whom to ring up stays true"
    assert "更正：张桂兰同志实际自2026年4月1日起外出，去向：深圳市" in open_ones["away_day.branch"]
    await reacted(office, await office.registry.says(member_id, Returned()))
    found = await notices(clerk, member_id, after=await end_of(office))
    assert [one["policy"] for one in found if one["state"] == "intended"] == ["returned.member"]


async def test_of_who_is_back_no_day_is_corrected(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, moved_away(), AUTUMN)
    await office.registry.says(member_id, Returned(), date(2026, 11, 1))
    await told(clerk, member_id, "returned.member")
    await office.registry.says(member_id, moved_away(destination="苏州市"), date(2026, 11, 10))
    await reacted(office, await office.registry.says(member_id, corrected(was=date(2026, 11, 10)), date(2026, 11, 12)))
    found = await told(clerk, member_id, "away_day.branch", after=await end_of(office))
    assert found["away_day.branch"]["state"] == "intended"


async def test_a_pensioner_is_reminded_and_no_more_when_it_is_done(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    about = await office.care.says(member_id, CertificationReminded(year=2026, end=date(2026, 11, 30)))
    await reacted(office, about)
    notice = (await told(clerk, member_id, "certification.member"))["certification.member"]
    assert "请在2026年11月30日前办好" in notice["text"]
    assert (notice["clause"], notice["state"], notice["channel"]) == ("§5.8", "intended", "phone")
    done = CertificationDone(year=2026, way=CertificationWay.AT_HOME, note="女儿在场")
    await reacted(office, await office.care.says(member_id, done))
    notice = (await told(clerk, member_id, "certification.member", after=await end_of(office)))["certification.member"]
    assert (notice["state"], notice["why"]) == ("suppressed", "out_of_date")


async def test_who_returns_is_welcomed_and_old_news_is_dropped(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, moved_away(), AUTUMN)
    await told(clerk, member_id, "moved_away.branch", "moved_away.member", state="open")
    await reacted(office, await office.registry.says(member_id, Returned()))
    found = await told(clerk, member_id, "returned.member", "moved_away.branch", after=await end_of(office))
    assert {rule: (one["state"], one["why"]) for rule, one in found.items()} == {
        "returned.member": ("intended", None),
        "moved_away.branch": ("suppressed", "out_of_date"),
        "moved_away.member": ("suppressed", "out_of_date"),
    }
    assert (found["returned.member"]["channel"], found["returned.member"]["to"]) == ("phone", "13912348862")


async def test_who_leaves_again_is_not_welcomed_any_more(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, moved_away(), AUTUMN)
    await office.registry.says(member_id, Returned(), date(2026, 11, 1))
    await told(clerk, member_id, "returned.member")
    await reacted(office, await office.registry.says(member_id, moved_away(destination="苏州市")))
    found = await notices(clerk, member_id, after=await end_of(office))
    assert [one["policy"] for one in found if one["state"] == "intended"] in (
        ["moved_away.member", "moved_away.branch"],
        ["moved_away.branch", "moved_away.member"],
    )
    assert all("苏州市" in one["text"] for one in found if one["policy"] == "moved_away.branch" and not one["why"])


async def test_a_receipt_names_months_and_number_and_never_the_money(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, dues_paid("2026-10", "2026-11"))
    text = (await told(clerk, member_id, "dues_paid.member"))["dues_paid.member"]["text"]
    assert "2026年10、11月的党费已于2026年11月21日收到，收据编号 2026-0341" in text
    assert "34.20" not in text
    assert "3420" not in text


async def test_who_is_asked_to_a_meeting_is_told_when_and_where(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    at = datetime(2026, 11, 25, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    await office.registry.says(member_id, Invited(meeting_id="m", title="党员大会", starts_at=at, place="202 室"))
    notice = (await told(clerk, member_id, "invited.member"))["invited.member"]
    assert "2026年11月25日 09:30召开“党员大会”，地点：202 室" in notice["text"]
    assert notice["clause"] == "§5.7"


async def test_of_an_illness_the_branch_and_the_usual_visitor_learn_and_nobody_else(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    branch_id = await office.registry.forms()
    member_id = await office.registry.enrols(branch_id)
    await office.care.says(member_id, VisitMade(by="li", way=VisitWay.HOME), AUTUMN)
    await office.care.says(member_id, VisitMade(by="wang", way=VisitWay.CALL), date(2026, 11, 1))
    await reacted(office, await office.care.says(member_id, fell_ill()))
    found = await told(clerk, member_id, "fell_ill.branch", "fell_ill.visitor")
    assert {rule: (one["recipient"], one["recipient_id"]) for rule, one in found.items()} == {
        "fell_ill.branch": ("branch", branch_id),
        "fell_ill.visitor": ("worker", "li"),
    }
    everything = "".join(str(one) for one in found.values())
    assert not [word for word in ("肺炎", "第一人民医院", "serious") if word in everything]


async def test_whoever_is_written_down_without_an_account_is_not_told(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.care.says(member_id, VisitMade(by="隔壁 老王", way=VisitWay.HOME))
    await reacted(office, await office.care.says(member_id, fell_ill()))
    assert (await told(clerk, member_id, "fell_ill.branch")).keys() == {"fell_ill.branch"}


@pytest.mark.parametrize(("end", "why"), [(Died(), "died"), (EnrolmentWithdrawn(), "withdrawn")])
async def test_an_end_ends_everything_that_waits(
    office: Office, clerk: httpx.AsyncClient, end: Died | EnrolmentWithdrawn, why: str
) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, moved_away())
    await office.registry.says(member_id, dues_paid("2026-11"))
    found = await told(clerk, member_id, "moved_away.branch", "moved_away.member", "dues_paid.member")
    receipt = found["dues_paid.member"]["notice_id"]
    assert (await clerk.post(f"/notify/api/notices/{receipt}/send")).status_code == 201
    await reacted(office, await office.registry.says(member_id, end))
    found = await told(clerk, member_id, "moved_away.branch", "moved_away.member", after=await end_of(office))
    assert {rule: (one["state"], one["why"]) for rule, one in found.items()} == {
        "moved_away.branch": ("suppressed", why),
        "moved_away.member": ("suppressed", why),
        "dues_paid.member": ("sent", None),
    }


async def test_of_the_dead_nobody_is_told_that_they_fell_ill(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, Died())
    await reacted(office, await office.care.says(member_id, fell_ill()))
    found = await told(clerk, member_id, "fell_ill.branch", after=await end_of(office))
    assert (found["fell_ill.branch"]["state"], found["fell_ill.branch"]["why"]) == ("suppressed", "died")


async def test_without_a_branch_the_member_is_told_all_the_same(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(None)
    await reacted(office, await office.registry.says(member_id, moved_away()))
    found = await told(clerk, member_id, "moved_away.member")
    assert found.keys() == {"moved_away.member"}
    assert "支部联系人：（未登记）" in found["moved_away.member"]["text"]


async def test_the_contact_of_the_day_is_given(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id = await office.registry.forms()
    member_id = await office.registry.enrols(branch_id)
    await office.registry.says(branch_id, ContactSet(contact=BranchContact(name="赵老师", phone="62719999")))
    await office.registry.says(member_id, moved_away())
    found = await told(clerk, member_id, "moved_away.branch", "moved_away.member")
    assert found["moved_away.branch"]["to"] == "62719999"
    assert "赵老师，电话：62719999" in found["moved_away.member"]["text"]


async def test_the_same_fact_again_makes_no_second_message(office: Office, clerk: httpx.AsyncClient) -> None:
    """Delivered once more after everything was told, closed and forgotten, a fact still leads to nothing."""
    branch_id = await office.registry.forms()
    member_id = await office.registry.enrols(branch_id)
    fact = moved_away()
    about = await office.registry.says(member_id, fact)
    found = await told(clerk, member_id, "moved_away.branch", "moved_away.member")
    for one in found.values():
        assert (await clerk.post(f"/notify/api/notices/{one['notice_id']}/acknowledge")).status_code == 201
    (policy,) = (one for one in REACTIONS if one.policy == "tell-moved-away")
    await policy.run(fact, about, office.service.state.notify)
    await policy.run(fact, about._replace(recorded=about.recorded), office.service.state.notify)
    again = await notices(clerk, member_id, after=await end_of(office))
    assert {one["notice_id"] for one in again} == {one["notice_id"] for one in found.values()}
    assert {one["state"] for one in again} == {"acknowledged"}


async def test_a_fact_about_somebody_unknown_leads_to_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    nobody = new_id()
    await reacted(office, await office.care.says(nobody, fell_ill()))
    async with office.asking(Role.SECRETARY, scope="") as everywhere:
        assert await notices(everywhere, nobody) == []
