from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations

from events.facts.branch import BranchContact, ContactSet, Formed
from events.facts.care import FellIll, Recovered, Severity, VisitMade, VisitWay
from events.facts.meeting import Cancelled, MeetingKind, Scheduled, SignedIn
from events.facts.member import (
    Attended,
    AwayKind,
    Died,
    DuesAmount,
    DuesPaid,
    EnrolmentWithdrawn,
    MonthDue,
    MovedAway,
    PayMethod,
    Returned,
)
from events.facts.member_away import AwayDetailsChanged
from services.registry.project import branch, dues, elsewhere, ledger, meeting
from tests.registry.project.folding import WHO, folded, row_of, zhang

MARCH, SEPTEMBER = date(2026, 3, 12), date(2026, 9, 30)


def moved(where: str = "杭州市") -> MovedAway:
    return MovedAway(
        kind=AwayKind.CARD, clause="§3.2", destination=where, fixed_place=False, reason="x", card_until=SEPTEMBER
    )


def test_moving_away_opens_a_stay_with_its_kind_and_clause() -> None:
    row = row_of(ledger.view, (moved(), MARCH))
    assert (row["state"], row["kind"], row["clause"], row["since"]) == ("open", "card", "§3.2", MARCH)


def test_returning_closes_it_with_the_report() -> None:
    row = row_of(ledger.view, (moved(), MARCH), (Returned(report="一切都好"), SEPTEMBER))
    assert (row["state"], row["ended_on"], row["ended_by"], row["report"]) == (
        "closed",
        SEPTEMBER,
        "returned",
        "一切都好",
    )


def test_a_second_stay_remembers_the_first() -> None:
    again = (moved("苏州市"), date(2026, 10, 8))
    row = row_of(ledger.view, (moved(), MARCH), (Returned(), SEPTEMBER), again)
    assert (row["state"], row["destination"]) == ("open", "苏州市")
    assert [(one["destination"], one["ended_on"]) for one in row["earlier"]] == [("杭州市", "2026-09-30")]


def test_another_place_is_the_same_stay() -> None:
    on = date(2026, 6, 1)
    elsewhere = AwayDetailsChanged(destination="苏州市", phone="130", fixed_place=True, reason="y")
    row = row_of(ledger.view, (moved(), MARCH), (elsewhere, on))
    assert (row["since"], row["there_since"], row["kind"], row["card_until"]) == (MARCH, on, "card", SEPTEMBER)
    assert (row["destination"], row["phone"], row["fixed_place"], row["earlier"]) == ("苏州市", "130", True, [])
    assert row_of(ledger.view, (moved(), MARCH), Returned(), (elsewhere, on))["destination"] == "杭州市"


def test_death_closes_and_withdrawal_removes() -> None:
    assert row_of(ledger.view, (moved(), MARCH), (Died(), SEPTEMBER))["ended_by"] == "died"
    assert folded(ledger.view, (moved(), MARCH), EnrolmentWithdrawn()) == {}
    assert folded(ledger.view, (Died(), SEPTEMBER)) == {}
    assert folded(ledger.view, (Returned(), SEPTEMBER)) == {}


def paid(*months: str, receipt: str = "2026-0001") -> DuesPaid:
    due = tuple(MonthDue(month=month, due_fen=1710, clause="§2.1") for month in months)
    amount = DuesAmount(total_fen=1710 * len(due), months=due)
    return DuesPaid(months=months, amount=amount, receipt_no=receipt, method=PayMethod.CASH)


def test_a_payment_stands_under_each_of_its_months() -> None:
    rows = folded(dues.months, (paid("2026-07", "2026-08"), date(2026, 8, 28)))
    assert sorted(rows) == [(WHO, "2026-07"), (WHO, "2026-08")]
    assert {(row["paid_fen"], row["clause"], row["receipt_no"]) for row in rows.values()} == {
        (1710, "§2.1", "2026-0001")
    }


def test_dues_are_owed_from_the_month_of_enrolment() -> None:
    row = row_of(dues.accounts, (zhang(), date(2026, 2, 14)), paid("2026-03", "2026-02"))
    assert (row["owed_from"], row["months"]) == ("2026-02", ["2026-02", "2026-03"])
    assert row_of(dues.accounts, zhang(), (Died(), date(2026, 11, 2)))["owed_until"] == "2026-11"
    assert folded(dues.accounts, zhang(), EnrolmentWithdrawn()) == {}


def test_a_meeting_counts_who_came_and_can_be_called_off() -> None:
    called = Scheduled(kind=MeetingKind.GENERAL, starts_at=datetime(2026, 7, 1, 1, 30, tzinfo=UTC), title="七一")
    row = row_of(meeting.view, called, SignedIn(member_ids=("a", "b")), SignedIn(member_ids=("c",)))
    assert (row["present"], row["state"]) == (3, "scheduled")
    assert row_of(meeting.view, called, Cancelled(why="台风"))["why_cancelled"] == "台风"
    came = folded(meeting.attendance, (Attended(meeting_id="m1"), date(2026, 7, 1)))
    assert came == {("m1", WHO): {"attended_on": date(2026, 7, 1), "way": "in_person"}}


def test_a_branch_and_whom_one_calls() -> None:
    contact = BranchContact(name="李老师", phone="62711234")
    row = row_of(branch.view, Formed(name="第三党支部"), ContactSet(contact=contact))
    assert (row["name"], row["contact_phone"]) == ("第三党支部", "62711234")


def test_care_tells_that_somebody_is_cared_for_and_no_diagnosis() -> None:
    ill = FellIll(severity=Severity.CRITICAL, hospital="市一院", note="心梗")
    row = row_of(elsewhere.caring, (ill, date(2026, 11, 19)))
    assert row["ill_since"] == date(2026, 11, 19)
    (line,) = folded(elsewhere.timeline, (ill, date(2026, 11, 19))).values()
    assert not {"critical", "市一院", "心梗"} & {str(value) for value in [*row.values(), *line.values()]}
    assert row_of(elsewhere.caring, ill, Recovered())["ill_since"] is None


def test_visits_are_the_last_contact_in_any_order() -> None:
    visits = [(VisitMade(by="wang", way=VisitWay.HOME), date(2026, day, 1)) for day in (5, 9, 7)]
    assert {row_of(elsewhere.caring, *order)["met_on"] for order in permutations(visits)} == {date(2026, 9, 1)}
