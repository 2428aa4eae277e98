"""Grids, partner units, leave and slips, as the tables say after the facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from events.facts.base import HIDDEN, Fact
from events.facts.branch import Formed, PartnerPaired, PartnerPairingEnded
from events.facts.grid import BoundsDrawn, GridClosed, GridFormed, GridRenamed, GridReopened, GridWorker, WorkerNamed
from events.facts.meeting import (
    Guests,
    GuestsCounted,
    MeetingKind,
    MembersExcused,
    NotesTakenBack,
    Scheduled,
    SignedIn,
)
from events.facts.member import Attended, Returned
from events.facts.member_meeting import AttendanceTakenBack, Excused, Noted
from events.facts.partner import (
    OfferEnded,
    OfferKind,
    OfferMade,
    PartnerContact,
    PartnerContactSet,
    PartnerDescribed,
    PartnerKind,
    PartnerLeft,
    PartnerRegistered,
    PartnerResumed,
)
from services.registry.decide.meeting import CHINA
from services.registry.project import branch, excuse, grid, meeting, member, partner
from tests.registry.project.folding import WHO, folded, row_of, zhang

MARCH, MAY, JULY = date(2026, 3, 12), date(2026, 5, 1), date(2026, 7, 1)
FIRST = GridFormed(name="第一网格", covers=("金桥路36弄",))
CLINIC = PartnerRegistered(name="卫生服务中心", kind=PartnerKind.CLINIC)
BLOOD = OfferMade(offer_id="o1", kind=OfferKind.CHECK_UP, what="测血压", since=MARCH)
HELD = Scheduled(
    kind=MeetingKind.JOINT, starts_at=datetime(2026, 5, 1, 9, tzinfo=CHINA), title="义诊", partner_ids=("p",)
)


def test_a_grid_keeps_the_names_it_had() -> None:
    row = row_of(grid.view, FIRST, GridRenamed(name="东网格"), GridRenamed(name="第一网格"), BoundsDrawn(covers=("a",)))
    assert (row["name"], row["names"], row["covers"]) == ("第一网格", ["第一网格", "东网格"], ["a"])


def test_a_grid_worker_who_cannot_be_read_is_nobody() -> None:
    row = row_of(grid.view, FIRST, WorkerNamed(worker=GridWorker(name="沈晓燕", phone="139")))
    assert (row["worker_name"], row["worker_phone"]) == ("沈晓燕", "139")
    assert row_of(grid.view, FIRST, WorkerNamed(worker=HIDDEN))["worker_name"] is None


def test_a_grid_is_closed_and_opened_again() -> None:
    assert row_of(grid.view, FIRST, (GridClosed(), MAY))["closed_on"] == MAY
    assert row_of(grid.view, FIRST, (GridClosed(), MAY), (GridReopened(), JULY))["closed_on"] is None


def test_a_unit_is_described_reached_left_and_back() -> None:
    contact = PartnerContactSet(contact=PartnerContact(name="顾医生", phone="139"))
    described = PartnerDescribed(name="中心医院", kind=PartnerKind.CLINIC, office_phone="021")
    row = row_of(partner.view, (CLINIC, MARCH), contact, described, BLOOD, (PartnerLeft(), MAY))
    assert (row["name"], row["contact_name"], row["office_phone"]) == ("中心医院", "顾医生", "021")
    assert (row["since"], row["left_on"], row["seq"]) == (MARCH, MAY, 5)
    assert row_of(partner.view, CLINIC, PartnerLeft(), PartnerResumed())["left_on"] is None
    assert row_of(partner.view, CLINIC, PartnerContactSet(contact=HIDDEN))["contact_name"] is None


def test_an_offer_ends_on_its_day() -> None:
    assert folded(partner.offers, BLOOD, (OfferEnded(offer_id="o1"), MAY))[WHO, "o1"]["ended_on"] == MAY


def test_a_pairing_ends_and_begins_again() -> None:
    paired, over = PartnerPaired(partner_id="p", name="x"), PartnerPairingEnded(partner_id="p", name="x")
    rows = folded(partner.pairings, (paired, MARCH), (over, MAY))
    assert (rows[WHO, "p"]["since"], rows[WHO, "p"]["ended_on"]) == (MARCH, MAY)
    again = folded(partner.pairings, (paired, MARCH), (over, MAY), (paired, JULY))[WHO, "p"]
    assert (again["since"], again.get("ended_on")) == (JULY, None)
    assert row_of(branch.view, Formed(name="第三党支部"), paired, over)["seq"] == 3, (
        "the branch moves on to its version"
    )


@pytest.mark.parametrize(
    ("view", "fact"),
    [
        (grid.view, GridClosed()),
        (partner.view, PartnerLeft()),
        (partner.offers, OfferEnded(offer_id="o1")),
        (partner.pairings, PartnerPairingEnded(partner_id="p", name="x")),
        (meeting.view, NotesTakenBack(attended=("a",))),
    ],
    ids=lambda one: getattr(one, "name", type(one).__name__),
)
def test_nothing_happens_to_what_is_not_there(view: Any, fact: Fact) -> None:
    with pytest.raises(LookupError):
        folded(view, fact)


def test_a_meeting_counts_guests_and_who_is_left_after_a_slip() -> None:
    row = row_of(
        meeting.view, HELD, SignedIn(member_ids=("a", "b", "c")), MembersExcused(member_ids=("d",)),
        NotesTakenBack(attended=("b",), excused=("d",)), GuestsCounted(guests=(Guests(partner_id="p", people=6),)),
    )  # fmt: skip
    assert (row["present"], row["guests"], row["partner_ids"], row["seq"]) == (2, {"p": 6}, ["p"], 5)


def test_who_is_struck_from_the_list_is_on_no_list() -> None:
    came, left = Attended(meeting_id="m"), Excused(meeting_id="m", why="外出")
    slip = AttendanceTakenBack(meeting_id="m", was=Noted.ATTENDED)
    assert folded(meeting.attendance, came, slip) == {}
    assert folded(excuse.view, left)["m", WHO]["why"] == "外出"
    assert folded(excuse.view, Excused(meeting_id="m", why=HIDDEN))["m", WHO]["why"] is None
    assert folded(excuse.view, left, slip) == {}
    kept = AttendanceTakenBack(meeting_id="m", was=Noted.EXCUSED)
    assert len(folded(meeting.attendance, came, kept)) == 1


def seen(*facts: tuple[Fact, date]) -> date | None:
    found: date | None = row_of(member.view, zhang(), *facts).get("last_seen")
    return found


def attended(day: date) -> tuple[Fact, date]:
    return Attended(meeting_id=day.isoformat()), day


def slip(day: date) -> tuple[Fact, date]:
    return AttendanceTakenBack(meeting_id=day.isoformat(), was=Noted.ATTENDED), day


def test_the_card_forgets_a_slip_and_remembers_the_time_before() -> None:
    assert seen(attended(MARCH), attended(MAY), slip(MAY)) == MARCH
    assert seen(attended(MAY), attended(MARCH), slip(MAY)) == MARCH, "whichever was written first"
    assert seen(attended(MAY), slip(MAY)) is None
    assert seen((Returned(), MARCH), attended(MAY), slip(MAY)) == MARCH
    assert seen(attended(MARCH), attended(MAY), slip(MARCH)) == MAY
    excused = (Excused(meeting_id="m"), JULY), (AttendanceTakenBack(meeting_id="m", was=Noted.EXCUSED), JULY)
    assert seen(attended(MAY), *excused) == MAY


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@examples(st.lists(DAYS, min_size=1, max_size=8), st.data())
def test_one_slip_among_any_meetings_leaves_the_latest_of_the_others(days: list[date], data: st.DataObject) -> None:
    wrong = data.draw(st.sampled_from(days))
    others = list(days)
    others.remove(wrong)
    assert seen(*map(attended, days), slip(wrong)) == max(others, default=None)
