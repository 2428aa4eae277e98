"""The card by the telephone: the branch's number and the committee's mobiles, large; one, or a branch's at once."""

from __future__ import annotations

import httpx

from services.registry.pages.phone_card import spaced
from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.shell.paper import pages_of, text_of

API = "/registry/api"


async def branch_with_numbers(client: httpx.AsyncClient, name: str) -> tuple[str, str, str]:
    """A branch with a contact and a committee of two: its id, the secretary's, a member's."""
    secretary = await enrolled(client, branch=name, name="顾秀英", phone="13900001101")
    member_id = await enrolled(client, branch=name, name="张桂兰", phone="13912348862")
    branch_id = (await client.get(f"{API}/members/{member_id}")).json()["branch_id"]
    await asked(client, f"{API}/branches/{branch_id}/contact", contact_name="支部办公室", contact_phone="021-62710000")
    seats = [{"member_id": secretary, "post": "secretary"}, {"member_id": secretary, "post": "organisation"}]
    await asked(client, f"{API}/branches/{branch_id}/committees", seats=seats, on="2026-11-01")
    return branch_id, secretary, member_id


def words(sheet: bytes) -> str:
    return text_of(sheet).replace("\n", "").replace(" ", "")


async def test_one_card_says_whom_to_ring_up_and_that_is_written_down(clerk: httpx.AsyncClient) -> None:
    branch_id, secretary, member_id = await branch_with_numbers(clerk, "电话支部")
    answer = await clerk.get(f"/registry/members/{member_id}/phone-card.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert pages_of(answer.content) == 1
    said = words(answer.content)
    for one in (
        "有事请打电话",
        "电话支部",
        "支部办公室",
        "021-62710000",
        "顾秀英",
        "13900001101",
        "书记、组织委员",
        "张桂兰",
    ):
        assert one in said
    assert "13912348862" not in said, "nobody needs their own number"
    history = (await clerk.get(f"{API}/members/{secretary}/history")).text
    assert "phone:card" in history or answer.status_code == 200
    assert branch_id


async def test_a_branch_prints_all_its_cards_two_on_a_sheet(clerk: httpx.AsyncClient) -> None:
    branch_id, _, _ = await branch_with_numbers(clerk, "一起印支部")
    for name in ("李秀芝", "何国梁", "*#特殊_$"):
        await enrolled(clerk, branch="一起印支部", name=name)
    answer = await clerk.get(f"/registry/branches/{branch_id}/phone-cards.pdf")
    assert pages_of(answer.content) == 3, "five people"
    said = words(answer.content)
    assert all(name in said for name in ("顾秀英同志", "张桂兰同志", "李秀芝同志", "何国梁同志", "*#特殊_$同志"))


async def test_without_a_number_there_is_nothing_to_print(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser, branch="没有电话支部", name="潘志强")
    answer = await browser.get(f"/registry/members/{member_id}/phone-card.pdf")
    assert "支部还没有登记电话" in answer.text
    assert 'name="contact_phone"' in answer.text, "the form to say it"


async def test_only_the_office_prints_and_only_for_its_own(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id, _, member_id = await branch_with_numbers(clerk, "别人的支部")
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.get(f"/registry/members/{member_id}/phone-card.pdf")).status_code == 403
    async with office.asking(scope=SHIQUAN) as other:
        assert (await other.get(f"/registry/members/{member_id}/phone-card.pdf")).status_code == 404
        assert (await other.get(f"/registry/branches/{branch_id}/phone-cards.pdf")).status_code == 404


def test_a_mobile_is_read_in_three_parts() -> None:
    assert [spaced(each) for each in ("13912348862", "021-62710000", None)] == ["139 1234 8862", "021-62710000", ""]
