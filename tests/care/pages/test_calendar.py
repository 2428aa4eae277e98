"""The calendar feed: read back with a calendar library, secret, revocable, and telling no more than finds the door."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
import pytest_asyncio
from icalendar import Calendar

from services.shell.identity import Role
from tests.care.office import Office, planned
from tests.desk import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def laoli(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The visitor, asking for pages."""
    await office.account("laoli", "李老师", Role.VISITOR)
    async with office.asking(Role.VISITOR, name="laoli") as client:
        client.headers.update({"accept": "text/html"})
        yield client


async def opened(laoli: httpx.AsyncClient, key: str) -> str:
    """Press the button; the path of the address that was shown."""
    form = (await laoli.get("/care/calendar")).text
    secret = re.search(r'name="secret" value="([\w-]{43})"', form)
    assert secret is not None
    fields = {"secret": secret.group(1), "idempotency_key": key}
    answer = await laoli.post("/care/calendar", data=fields)
    assert answer.status_code == 200, answer.text
    assert (await laoli.post("/care/calendar", data=fields)).status_code == 200, "sent twice"
    found = re.search(r"/care/calendar/[\w-]{43}\.ics", answer.text)
    assert found is not None
    return found.group()


async def test_a_calendar_program_reads_the_visits(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient
) -> None:
    member_id = await office.registry.enrols(name="费阿姨", building="锦绣路9号", room="902室", phone="13900001111")
    visit = await planned(clerk, member_id, "eighty")
    await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "laoli"})
    address = await opened(laoli, "feed-1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(office.app), base_url="http://hearth") as program:

        async def shows() -> bool:
            return visit["visit_id"] in (await program.get(address)).text.replace("\r\n ", "")

        await until(shows)
        answer = await program.get(address)
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        calendar = Calendar.from_ical(answer.content)
        (event,) = [one for one in calendar.walk("VEVENT") if one["uid"] == f"{visit['visit_id']}@hearth"]
        assert event.decoded("dtstart") == date(2026, 11, 20)
        assert (str(event["summary"]), str(event["location"])) == ("上门 · 费同志", "锦绣路9号")
        for hidden in ("费阿姨", "902", "13900001111", "八十岁", "§4.2"):
            assert hidden not in answer.text
        other = address[:-6] + ("AA" if not address.endswith("AA.ics") else "BB") + ".ics"
        assert (await program.get(other)).status_code == 404
        assert (await program.get("/care/calendar/short.ics")).status_code in (404, 422)
        assert (await program.get("/care/calendar")).status_code == 401


async def test_stopped_it_answers_nobody(office: Office, laoli: httpx.AsyncClient) -> None:
    address = await opened(laoli, "feed-2")
    shown = (await laoli.get("/care/calendar")).text
    feeds = re.findall(r"/care/calendar/([0-9a-f]{32})/revoke", shown)
    async with office.asking() as other:
        assert (await other.post(f"/care/calendar/{feeds[0]}/revoke")).status_code == 404, "only one's own"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(office.app), base_url="http://hearth") as program:
        assert (await program.get(address)).status_code == 200
        for feed_id in [*feeds, *feeds]:
            assert (await laoli.post(f"/care/calendar/{feed_id}/revoke")).status_code == 303
        assert (await program.get(address)).status_code == 404


async def test_a_secret_of_one_s_own_making_is_refused(laoli: httpx.AsyncClient) -> None:
    answer = await laoli.post("/care/calendar", data={"secret": "12345", "idempotency_key": "feed-3"})
    assert answer.status_code == 422
