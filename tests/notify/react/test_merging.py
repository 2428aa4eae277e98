"""Two records of one person: nobody is told anything twice, and nothing that waited is lost. On a real cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx

from events.facts.member import Died
from events.facts.merging import Merged, MergeSide, Unmerged
from tests.notify.office import Office, dues_paid, end_of, fell_ill, moved_away, notices, reacted, told

AUTUMN = date(2026, 10, 2)


async def waiting(clerk: httpx.AsyncClient, **wanted: str) -> list[tuple[str, str]]:
    """What somebody must work on: the rule and whom the notice is for."""
    found = await notices(clerk, state="open", **wanted)
    return sorted((one["policy"], one["about_member"] or one["recipient_id"]) for one in found)


async def merge(office: Office, absorbed: str, kept: str, kind: Any = Merged) -> str:
    """Merge the two, or take them apart; the position of it."""
    await office.registry.says(absorbed, kind(side=MergeSide.ABSORBED, other_id=kept))
    return (await office.registry.says(kept, kind(side=MergeSide.KEPT, other_id=absorbed))).position


async def test_what_waits_is_told_once_and_waits_again_for_two(office: Office, clerk: httpx.AsyncClient) -> None:
    branch = await office.registry.forms()
    a = await office.registry.enrols(branch)
    b = await office.registry.enrols(branch, phone="13800009999")
    for one in (a, b):
        await office.registry.says(one, moved_away(), AUTUMN)
        await told(clerk, one, "moved_away.branch", "moved_away.member", state="open")
    await office.registry.says(a, dues_paid("2026-10"))
    await told(clerk, a, "dues_paid.member")
    before = await waiting(clerk)

    merged = await merge(office, a, b)
    same_words = [("moved_away.branch", b), ("moved_away.member", b)]
    assert await waiting(clerk, after=merged) == [("dues_paid.member", a), *same_words]
    assert await waiting(clerk, member_id=b) == [("dues_paid.member", a), *same_words]
    outbox = (await clerk.get("/notify/outbox")).text
    assert outbox.count("深圳市") <= len(same_words) + 1

    # What care still says of the absorbed record is told of the one that stands for the person.
    ill = await office.care.says(a, fell_ill())
    found = await told(clerk, b, "fell_ill.branch", after=await end_of(office))
    assert found["fell_ill.branch"]["about_member"] == b
    assert found["fell_ill.branch"]["because"]["fact_id"] == ill.id

    apart = await merge(office, a, b, Unmerged)
    left = [one for one in await waiting(clerk, after=apart) if one[0] != "fell_ill.branch"]
    assert left == before


async def test_a_death_ends_the_notices_of_both_until_they_are_two_again(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    branch = await office.registry.forms()
    a, b = await office.registry.enrols(branch), await office.registry.enrols(branch)
    await office.registry.says(a, dues_paid("2026-09", receipt_no="2026-0901"))
    await told(clerk, a, "dues_paid.member")
    await merge(office, a, b)
    died = await office.registry.says(b, Died())
    await reacted(office, died)
    listed = await waiting(clerk, after=died.position)
    assert ("dues_paid.member", a) not in listed
    apart = await merge(office, a, b, Unmerged)
    assert ("dues_paid.member", a) in await waiting(clerk, after=apart)
