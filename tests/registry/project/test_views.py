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
from events.facts.member_dues import (
    DuesReductionDecided,
    DuesReductionDropped,
    DuesRefunded,
    DuesReminded,
    DuesWaived,
    DuesWaiverEnded,
    SpokeWith,
)
from services.registry.project import branch, dues, dues_more, elsewhere, ledger, meeting
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


def back(*months: str) -> DuesRefunded:
    return DuesRefunded(
        months=months, amount=paid(*months).amount, receipt_no="2026-0001", refund_no="2026-0002",
        method=PayMethod.CASH,
    )  # fmt: skip


def test_a_payment_stands_under_each_of_its_months() -> None:
    rows = folded(dues.months, (paid("2026-07", "2026-08"), date(2026, 8, 28)))
    assert sorted(rows) == [(WHO, "2026-07", "2026-0001"), (WHO, "2026-08", "2026-0001")]
    assert {(row["paid_fen"], row["clause"], row["taken_by"]) for row in rows.values()} == {(1710, "§2.1", "shuji")}


def test_what_is_given_back_stands_beside_what_was_paid() -> None:
    rows = folded(dues.months, paid("2026-07", "2026-08"), (back("2026-08"), date(2026, 8, 30)))
    july, august = (rows[WHO, month, "2026-0001"] for month in ("2026-07", "2026-08"))
    assert (july.get("refunded_on"), august["refunded_on"], august["refund_no"]) == (
        None,
        date(2026, 8, 30),
        "2026-0002",
    )
    account = row_of(dues.accounts, zhang(), paid("2026-07", "2026-08"), back("2026-08"))
    assert account["months"] == ["2026-07"]


def test_a_month_on_two_receipts_stays_paid_when_one_is_given_back() -> None:
    account = row_of(dues.accounts, zhang(), paid("2026-07"), paid("2026-07", receipt="2026-0009"), back("2026-07"))
    assert account["months"] == ["2026-07"]


def test_months_that_are_waived_whole_are_free_until_the_waiver_ends() -> None:
    waived = DuesWaived(reduction_id="r1", first="2026-11", last="2027-01", pays_fen=0, clause="§2.7")
    account = row_of(dues.accounts, zhang(), waived)
    assert account["waived_months"] == ["2026-11", "2026-12", "2027-01"]
    ended = row_of(dues.accounts, zhang(), waived, DuesWaiverEnded(reduction_id="r1", last="2026-11"))
    assert ended["waived_months"] == ["2026-11"]
    some = row_of(dues.accounts, zhang(), waived.model_copy(update={"pays_fen": 500}))
    assert some["waived_months"] == []


def test_a_reduction_shows_how_far_it_has_come() -> None:
    decided = DuesReductionDecided(
        reduction_id="r1", first="2026-11", last="2027-01", pays_fen=0, why="大病", decided_by="shuji", clause="§2.7"
    )
    waived = DuesWaived(reduction_id="r1", first="2026-11", last="2027-01", pays_fen=0, clause="§2.7")
    key = (WHO, "r1")
    assert folded(dues_more.reductions, decided)[key]["state"] == "decided"
    assert folded(dues_more.reductions, decided, waived)[key]["state"] == "approved"
    assert folded(dues_more.reductions, decided, DuesReductionDropped(reduction_id="r1"))[key]["state"] == "refused"
    ended = DuesWaiverEnded(reduction_id="r1", last="2026-11")
    assert folded(dues_more.reductions, decided, waived, ended)[key]["ended_last"] == "2026-11"


def test_the_last_call_about_dues_is_the_last_in_life() -> None:
    late = DuesReminded(months=("2026-08",), spoke_with=SpokeWith.NOBODY)
    first = DuesReminded(months=("2026-08",), spoke_with=SpokeWith.FAMILY, note="月底来")
    row = row_of(dues_more.calls, (first, date(2026, 11, 2)), (late, date(2026, 10, 1)))
    assert (row["spoke_with"], row["called_on"], row["note"]) == ("family", date(2026, 11, 2), "月底来")


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
