"""What is no fact stands on a fact's subject: it is put aside and shown, and everything else goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from deploy.box.layout import SERVICES
from services.shell.identity.caller import Role
from tests.architecture.house import ROOT
from tests.faults.clerks import DUE_FEN, office_day, patiently
from tests.faults.town import CLEAN, OneBox
from tests.faults.truth import asked
from tests.log.connect import connect
from tests.registry.office import enrolled, seq_of

UNKNOWN = "hearth.member.knighted.v1"


async def test_odd_messages_are_put_aside_shown_and_stop_nothing(one_box: OneBox) -> None:
    today = office_day().isoformat()
    async with one_box.asking("registry") as clerk:
        member_id = await enrolled(clerk)
        here = f"/registry/api/members/{member_id}"
        odd = await _publish_oddities(one_box, member_id)
        await _until_parked(one_box, odd)

        # The member on whose subject they stand, and everybody else, go on living.
        body = {"months": [today[:7]], "amount_fen": DUE_FEN, "method": "cash", "paid_on": today}
        paid = await clerk.post(f"{here}/pay-dues", json=body)
        assert paid.status_code == httpx.codes.CREATED, paid.text
        sheet = (await clerk.get(f"{here}/dues?after={seq_of(paid)}")).json()["items"]
        assert [month["state"] for month in sheet if month["month"] == today[:7]] == ["paid"]
        await _until_told(clerk, member_id, "dues_paid.member")
        neighbour = await enrolled(clerk, name="李建国")
        left = {"from": today, "destination": "六安市", "reason": "随女儿居住"}
        answer = await clerk.post(f"/registry/api/members/{neighbour}/move-away", json=left)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        await _until_told(clerk, neighbour, "moved_away.branch")

    await _expect_on_the_operations_page(one_box, odd)
    _expect_doctor_says(one_box, odd)


async def _publish_oddities(town: OneBox, member_id: str) -> list[str]:
    """Bad JSON and an unknown type, on the subject of a living member and of nobody; their positions."""
    async with connect(town.addresses, "registry") as client:
        jetstream = client.jetstream()
        last = await jetstream.get_last_msg("REGISTRY", f"fact.registry.member.{member_id}")
        found = []
        for entity in (member_id, "nobody"):
            known: Mapping[str, Any] = orjson.loads(last.data or b"")
            unknown = orjson.dumps({**known, "id": f"odd-{entity}", "type": UNKNOWN, "subject": entity, "data": {}})
            for body in (b'{"specversion":"1.0",', unknown):
                ack = await jetstream.publish(f"fact.registry.member.{entity}", body)
                found.append(f"REGISTRY:{ack.seq}")
    return found


async def _until_parked(town: OneBox, odd: list[str]) -> None:
    """Every service follows the registry's stream, and every one puts them aside."""
    for service in SERVICES:
        async for _ in patiently():
            rows = await asked(town.addresses, service, "SELECT stream || ':' || seq AS place FROM parked ORDER BY seq")
            if [row["place"] for row in rows] == odd:
                break
        else:
            raise AssertionError(f"{service} has put aside {rows}, not {odd}")


async def _until_told(clerk: httpx.AsyncClient, member_id: str, policy: str) -> None:
    async for _ in patiently():
        answer = await clerk.get("/notify/api/notices", params={"member_id": member_id})
        if policy in {one["policy"] for one in answer.json()["items"]}:
            return
    raise AssertionError(f"nobody was told: {policy}")


async def _expect_on_the_operations_page(town: OneBox, odd: list[str]) -> None:
    async with town.asking("registry", Role.OPERATOR, scope="") as operator:
        page = await operator.get("/operations", headers={"accept": "text/html"})
    assert page.status_code == httpx.codes.OK, page.text
    for place in odd:
        assert page.text.count(place) >= len(SERVICES), f"{place} is not shown by every service"
    assert UNKNOWN in page.text
    assert "not JSON" in page.text


def _expect_doctor_says(town: OneBox, odd: list[str]) -> None:
    command = [sys.executable, "-m", "deploy.cli", "doctor", "--json", "--data", str(town.data)]
    found = subprocess.run(command, cwd=ROOT, env=CLEAN, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout + found.stderr
    ill = [one for one in json.loads(found.stdout) if not one["well"]]
    for service in SERVICES:
        (one,) = [
            one
            for one in ill
            if one["check"] == "parked" and one["says"].startswith(f"{service}: 4 facts could not be folded")
        ]
        assert all(place in one["says"] for place in odd)
        assert "/operations" in one["do"]
