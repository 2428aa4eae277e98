"""A fact of the registry or of care is heard; care commands; its own facts follow, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from events.facts.base import Fact
from events.facts.care import FellIll, Severity, VisitPlanned, VisitWay, WhyCancelled
from events.facts.member import Attended, AwayKind, Died, EnrolmentWithdrawn, MovedAway, Returned
from events.facts.member_contact import ContactOutcome, ContactTried, ContactWay
from events.facts.member_meeting import StudyDelivered
from events.log.command import Asked, Receipt
from events.log.envelope import Recorded, open_fact, parse, subject_of
from events.log.react import Reaction
from services.care.decide.commands import NoteContact
from services.care.decide.policy import CarePolicy, ContactSource
from services.care.handle.care import Care
from services.care.react.illness import visit_after
from services.care.react.policies import REACTIONS
from tests.care.office import TODAY, Office, planned, seq_of, visits_of
from tests.desk import JINQIAO, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GONE = MovedAway(kind=AwayKind.CARD, clause="§3.1", destination="深圳", fixed_place=True, reason="带孙子")


def care_of(office: Office) -> Care:
    found: Care = office.service.state.care
    return found


async def again(office: Office, policy: str, heard: Receipt) -> list[Any]:
    """Run a policy once more for a fact it has reacted to already; what it wrote this time."""
    reaction: Reaction[Care] = next(one for one in REACTIONS if one.policy == policy)
    one: Recorded = heard.facts[0]
    before = (await office.host.log.ends("CARE")).last
    await reaction.run(one.fact, one.about, care_of(office))
    after = (await office.host.log.ends("CARE")).last
    return list(range(before, after))


async def states(client: httpx.AsyncClient, member_id: str) -> dict[str, str]:
    """Reason of each visit that has begun -> its state, or why it was cancelled."""
    found = await visits_of(client, member_id)
    return {one["reason"]: one["why"] or one["state"] for one in found if one["state"] != "draft"}


async def test_a_newcomer_is_planned_at_once(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(lives_alone=True)
    visit = await planned(clerk, member_id, "eighty")
    assert (visit["start"], visit["end"], visit["clause"]) == ("2026-11-01", "2026-11-30", "§4.2")
    call = await planned(clerk, member_id, "alone")
    assert (call["way"], call["clause"]) == (VisitWay.CALL, "§4.4")


async def test_who_moves_away_is_called_instead_of_visited(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols()
    await planned(clerk, member_id, "eighty")
    heard = await office.registry.says(member_id, GONE, date(2026, 11, 20))
    await planned(clerk, member_id, "away")
    assert await states(clerk, member_id) == {"eighty": WhyCancelled.WENT_AWAY, "away": "ready"}
    assert await again(office, "calls-while-away", heard) == []


async def test_who_comes_and_goes_is_visited_as_before(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols()
    await planned(clerk, member_id, "eighty")
    near = GONE.model_copy(update={"kind": AwayKind.INTERMITTENT})
    heard = await office.registry.says(member_id, near)
    await office.host.runner.wait_for([heard.position])
    assert await again(office, "calls-while-away", heard) == []
    assert await states(clerk, member_id) == {"eighty": "ready"}


async def test_who_returns_is_visited_again(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols()
    await planned(clerk, member_id, "eighty")
    await office.registry.says(member_id, GONE, date(2026, 11, 10))
    await planned(clerk, member_id, "away")
    heard = await office.registry.says(member_id, Returned(), TODAY)
    await planned(clerk, member_id, "eighty", "ready")
    found = await states(clerk, member_id)
    assert found == {"eighty": "ready", "away": WhyCancelled.RETURNED}
    assert await again(office, "visits-after-return", heard) == []


async def test_nobody_telephones_who_sat_in_the_room_yesterday(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(lives_alone=True)
    await planned(clerk, member_id, "alone")
    heard = await office.registry.says(member_id, Attended(meeting_id="theme-day"), date(2026, 11, 20))
    await planned(clerk, member_id, "alone", "cancelled")
    found = await states(clerk, member_id)
    assert (found["alone"], found["eighty"]) == (WhyCancelled.MET_OTHERWISE, "ready")
    assert await again(office, "attendance-is-contact", heard) == []
    answer = await clerk.post("/care/api/plan")
    assert answer.status_code == 201
    assert (await states(clerk, member_id))["alone"] == WhyCancelled.MET_OTHERWISE


@pytest.mark.parametrize(
    ("policy", "fact"),
    [
        ("study-is-contact", StudyDelivered(meeting_id="lecture")),
        ("office-call-is-contact", ContactTried(contact_id="c", way=ContactWay.PHONE, outcome=ContactOutcome.REACHED)),
    ],
    ids=["study", "call"],
)
async def test_nobody_telephones_whom_somebody_else_has_reached(
    office: Office, clerk: httpx.AsyncClient, policy: str, fact: Fact
) -> None:
    member_id = await office.registry.enrols(lives_alone=True)
    await planned(clerk, member_id, "alone")
    heard = await office.registry.says(member_id, fact, date(2026, 11, 20))
    await planned(clerk, member_id, "alone", "cancelled")
    found = await states(clerk, member_id)
    assert (found["alone"], found["eighty"]) == (WhyCancelled.MET_OTHERWISE, "ready")
    assert await again(office, policy, heard) == []


async def test_a_call_in_vain_or_to_the_family_is_no_contact(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(lives_alone=True)
    await planned(clerk, member_id, "alone")
    for way, outcome in ((ContactWay.PHONE, ContactOutcome.NOT_REACHED), (ContactWay.FAMILY, ContactOutcome.REACHED)):
        await office.registry.says(member_id, ContactTried(contact_id=way, way=way, outcome=outcome), TODAY)
    await office.registry.says(member_id, Attended(meeting_id="long-ago"), date(2026, 1, 9))
    await office.registry.enrols(name="后来的")
    assert (await states(clerk, member_id))["alone"] == "ready"


async def test_rules_that_do_not_count_study_leave_the_call(office: Office) -> None:
    command = NoteContact(on=TODAY, how=ContactSource.STUDY)
    care = care_of(office)
    strict = replace(care, policy_at=lambda place, day: _without_study(care.policy_at(place, day)))
    assert (await strict.note_contact(Asked("t", JINQIAO), "nobody-known", command)).facts == ()


def _without_study(policy: CarePolicy) -> CarePolicy:
    counts = tuple(one for one in policy.contact.counts if one is not ContactSource.STUDY)
    return policy.model_copy(update={"contact": policy.contact.model_copy(update={"counts": counts})})


@pytest.mark.parametrize(
    ("end", "why"),
    [(Died(), WhyCancelled.DIED), (EnrolmentWithdrawn(), WhyCancelled.WITHDRAWN)],
    ids=["died", "undone"],
)
async def test_everything_pending_ends_with_the_person(
    office: Office, clerk: httpx.AsyncClient, end: Died | EnrolmentWithdrawn, why: WhyCancelled
) -> None:
    member_id = await office.registry.enrols(lives_alone=True, room="901室")  # nobody lives there to be left behind
    await planned(clerk, member_id, "eighty")
    heard = await office.registry.says(member_id, end)
    await planned(clerk, member_id, "eighty", "cancelled")
    assert set((await states(clerk, member_id)).values()) == {why}
    assert await again(office, "nothing-after-the-end", heard) == []
    assert (await clerk.post("/care/api/plan")).status_code == 201
    assert set((await states(clerk, member_id)).values()) == {why}
    ill = await clerk.post(f"/care/api/members/{member_id}/illnesses", json={"severity": "mild", "since": "2026-11-20"})
    assert (ill.status_code, ill.json()["reason"]) == (409, "died" if isinstance(end, Died) else "not_on_roll")


async def test_the_usual_visitor_is_proposed_to_the_sick(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(birth=date(1954, 3, 7))
    visit = await planned(clerk, member_id, "seventy")
    made = {"made_on": "2026-11-19", "by": "laoli"}
    seen = seq_of(await clerk.post(f"/care/api/visits/{visit['visit_id']}/record", json=made))
    await visits_of(clerk, member_id, after=seen)
    ill = {"severity": "critical", "since": "2026-11-21"}
    answer = await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)
    found = await planned(clerk, member_id, "fell_ill")
    assert (found["proposed_visitor"], found["way"], found["due"]) == ("laoli", "home", "2026-11-22")
    assert found["because"] == answer.json()["facts"][0]["id"]


async def proposals(clerk: httpx.AsyncClient, member_id: str) -> list[Any]:
    answer = await clerk.get("/care/api/assistance", params={"member_id": member_id})
    found: list[Any] = answer.json()["items"]
    return found


async def test_the_same_illness_is_visited_once(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols()
    await planned(clerk, member_id, "eighty")
    receipt = await care_of(office).commands.note(
        Asked("shuji", JINQIAO), "care", member_id, FellIll(severity=Severity.SERIOUS), TODAY
    )
    await planned(clerk, member_id, "fell_ill")
    await until(lambda: proposals(clerk, member_id))  # the other policy that hears of it has written as well
    assert await again(office, "visit-after-illness", receipt) == []
    assert await again(office, "assistance-after-illness", receipt) == []
    ids = [one["visit_id"] for one in await visits_of(clerk, member_id) if one["reason"] == "fell_ill"]
    assert ids == [visit_after(receipt.facts[0].about)]


async def test_people_of_a_roster_are_planned_together_when_it_is_in(office: Office, clerk: httpx.AsyncClient) -> None:
    carried = GONE.model_copy(update={"carried_over": True})
    people = [await office.registry.enrols(import_id="roster-1", name=f"王{number}") for number in range(12)]
    for member_id in people[:3]:
        await office.registry.says(member_id, carried, date(2026, 8, 1))

    async def all_planned() -> bool:
        found = [await visits_of(clerk, member_id, state="ready") for member_id in people]
        return all(found) and all(one["reason"] == "away" for visits in found[:3] for one in visits)

    await until(all_planned)
    planned_by = await plans_of(office, people[5])
    assert {about.actor for _fact, about in planned_by} == {"policy:calendar"}


async def plans_of(office: Office, member_id: str) -> list[Any]:
    """The plans of a member with what their envelopes say."""
    messages = await office.host.log.read_entity("CARE", subject_of("care", "care", member_id), 0)
    opened = [open_fact(parse(message), office.host.keys.open) for message in messages]
    return [(one.fact, one.about) for one in opened if isinstance(one.fact, VisitPlanned)]
