"""A house of mourning hears nothing cheerful for as long as the rules say; on a real cell."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import httpx
import pytest

from events.facts.care_occasion import Bereaved
from events.facts.member import Died, Returned
from events.facts.member_meeting import Invited
from tests.notify.office import TODAY, Office, dues_paid, end_of, moved_away, reacted, told

HOME = "金桥路36弄8号{room}室"
CHINA = timezone(timedelta(hours=8))
ASKED = Invited(meeting_id="m1", title="主题党日", starts_at=datetime(2026, 11, 28, 14, tzinfo=CHINA), place="活动室")


async def two_of_one_home(office: Office, room: int) -> tuple[str, str, str]:
    """Two who live together, and a neighbour."""
    branch = await office.registry.forms()
    home, beside = HOME.format(room=room), HOME.format(room=room + 1)
    one, other = [await office.registry.enrols(branch, address=home) for _ in range(2)]
    return one, other, await office.registry.enrols(branch, address=beside)


async def outcome(office: Office, clerk: httpx.AsyncClient, member_id: str, rule: str) -> tuple[str, str | None]:
    found = await told(clerk, member_id, rule, after=await end_of(office))
    return found[rule]["state"], found[rule]["why"]


async def test_what_waits_for_those_left_behind_is_not_told(office: Office, clerk: httpx.AsyncClient) -> None:
    dead, left, neighbour = await two_of_one_home(office, 101)
    for one in (left, neighbour):
        await reacted(office, await office.registry.says(one, ASKED))
        await reacted(office, await office.registry.says(one, dues_paid("2026-11")))
    await reacted(office, await office.registry.says(dead, Died()))
    assert await outcome(office, clerk, left, "invited.member") == ("suppressed", "mourning")
    assert await outcome(office, clerk, left, "dues_paid.member") == ("intended", None)
    assert await outcome(office, clerk, neighbour, "invited.member") == ("intended", None)


@pytest.mark.parametrize(
    ("days_ago", "invited", "welcome"),
    [(0, "suppressed", "suppressed"), (6, "suppressed", "suppressed"), (7, "intended", "suppressed"),
     (99, "intended", "suppressed"), (100, "intended", "intended")],
)  # fmt: skip
async def test_what_is_to_be_told_later_is_not_told_for_so_many_days(
    office: Office, clerk: httpx.AsyncClient, days_ago: int, invited: str, welcome: str
) -> None:
    dead, left, _ = await two_of_one_home(office, 200 + 2 * days_ago)
    await reacted(office, await office.registry.says(dead, Died(), TODAY - timedelta(days=days_ago)))
    await reacted(office, await office.registry.says(left, ASKED))
    await office.registry.says(left, moved_away(), date(2026, 10, 2))
    await reacted(office, await office.registry.says(left, Returned()))
    assert (await outcome(office, clerk, left, "invited.member"))[0] == invited
    assert (await outcome(office, clerk, left, "returned.member"))[0] == welcome


async def test_whom_care_knows_to_be_bereaved_mourns_as_well(office: Office, clerk: httpx.AsyncClient) -> None:
    one, _, neighbour = await two_of_one_home(office, 501)
    await reacted(office, await office.registry.says(one, ASKED))
    await reacted(office, await office.care.says(one, Bereaved(whom="老伴")))
    assert await outcome(office, clerk, one, "invited.member") == ("suppressed", "mourning")
    await reacted(office, await office.registry.says(neighbour, ASKED))
    assert await outcome(office, clerk, neighbour, "invited.member") == ("intended", None)
