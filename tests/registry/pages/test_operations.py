"""The operator's page: what could not be folded is shown, tried again or dismissed, and nothing stops meanwhile."""

from __future__ import annotations

import httpx
import pytest

from events.log.port import Write
from services.shell.identity.caller import Role
from tests.desk import until
from tests.registry.office import Office, enrolled


@pytest.fixture
async def odd(office: Office) -> str:
    """Something on a fact subject that is no fact; the position of it."""
    subject = f"fact.registry.member.{office.host.new_id()}"
    (seq,) = await office.host.log.append("REGISTRY", [Write(subject, 0, [(office.host.new_id(), b"{not json")])])
    assert await office.host.runner.wait_for([f"REGISTRY:{seq}"], 30)
    return f"REGISTRY/{seq}"


async def test_what_cannot_be_read_is_shown_and_nothing_stops(
    office: Office, clerk: httpx.AsyncClient, odd: str
) -> None:
    member_id = await enrolled(clerk, name="还在办事")
    assert (await clerk.get(f"/registry/api/members/{member_id}")).json()["name"] == "还在办事"
    async with office.asking(Role.OPERATOR, scope="", name="yunwei") as operator:
        operator.headers["accept"] = "text/html"

        async def shown() -> str:
            """A service that does not answer in time is left out of the page until the next look."""
            text = (await operator.get("/operations")).text
            return text if odd.replace("/", ":") in text else ""

        text = await until(shown)
        assert "not JSON" in text
        assert "还在办事" not in text


async def test_an_operator_tries_again_or_dismisses_and_says_why(office: Office, odd: str) -> None:
    async with office.asking(Role.OPERATOR, scope="", name="yunwei") as operator:
        operator.headers["accept"] = "text/html"
        operator.follow_redirects = True
        again = await operator.post(f"/registry/operations/parked/{odd}/retry")
        assert "还是没有补上" in again.text
        assert (await operator.post(f"/registry/operations/parked/{odd}/dismiss")).status_code == 422
        gone = await operator.post(f"/registry/operations/parked/{odd}/dismiss", data={"why": "外部程序写错的"})
        assert "已放下" in gone.text
        assert odd.replace("/", ":") not in gone.text
        assert (await operator.post(f"/registry/operations/parked/{odd}/retry")).status_code == 404


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.WORKER, Role.SUPERVISOR])
async def test_it_is_the_operators_page(office: Office, odd: str, role: Role) -> None:
    async with office.asking(role, scope="") as client:
        assert (await client.get("/operations")).status_code == 403
        assert (await client.get("/registry/panels/operations")).status_code == 403
        assert (await client.post(f"/registry/operations/parked/{odd}/retry")).status_code == 403
    async with office.asking(Role.AUDITOR, scope="") as auditor:
        assert (await auditor.get("/operations")).status_code == 200
        assert (await auditor.post(f"/registry/operations/parked/{odd}/retry")).status_code == 403
