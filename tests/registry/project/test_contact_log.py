"""What the contact log says of the facts of three services, in whatever order they come."""

from __future__ import annotations

from datetime import date
from itertools import permutations

from events.facts.base import HIDDEN, Fact
from events.facts.care import VisitMade, VisitWay
from events.facts.census import Answers, AskedWay, CensusAnswered, CensusMissed, WhyMissed
from events.facts.member import AttendanceWay, Attended, Returned
from events.facts.member_away import ContactReestablished, ReportedFromAfar
from events.facts.member_contact import (
    ContactOutcome,
    ContactTakenBack,
    ContactTried,
    ContactWay,
    LostContactSetAside,
)
from events.facts.member_dues import DuesReminded, SpokeWith
from events.facts.member_meeting import AttendanceTakenBack, Noted, StudyDelivered
from events.facts.notice import Channel, NoticeAcknowledged, NoticeFailed, NoticeSent
from services.registry.project import contact_log, member
from tests.registry.decide.people import POLICY
from tests.registry.project.folding import WHO, folded, row_of, zhang
from tests.tables import cases

OUTCOME = {
    "reached": ContactOutcome.REACHED,
    "not reached": ContactOutcome.NOT_REACHED,
    "wrong number": ContactOutcome.WRONG_NUMBER,
}
WAY = {
    "the office rang up": ContactWay.PHONE,
    "the office wrote a message": ContactWay.MESSAGE,
    "the office went there": ContactWay.IN_PERSON,
    "the office rang up the family": ContactWay.FAMILY,
}
SPOKE = {"the member": SpokeWith.MEMBER, "the family": SpokeWith.FAMILY, "nobody": SpokeWith.NOBODY}
NOVEMBER = date(2026, 11, 3)


IN_PERSON, ANSWERS = AttendanceWay.IN_PERSON, Answers(lives_here=True)
FACTS: dict[tuple[str, str], Fact] = {
    ("came to a meeting", "in person"): Attended(meeting_id="m", way=IN_PERSON),
    ("came to a meeting", "remote"): Attended(meeting_id="m", way=AttendanceWay.REMOTE),
    ("study was brought home", "—"): StudyDelivered(meeting_id="m"),
    ("told of themselves from afar", "—"): ReportedFromAfar(said="都好"),
    ("was found again", "—"): ContactReestablished(how="女儿转接"),
    ("came back", "—"): Returned(),
    ("answered in a census", "at the door"): CensusAnswered(campaign_id="k", answers=ANSWERS),
    ("answered in a census", "by telephone"): CensusAnswered(campaign_id="k", way=AskedWay.PHONE, answers=ANSWERS),
    ("was not met in a census", "—"): CensusMissed(campaign_id="k", why=WhyMissed.NOT_MET, attempt=1),
    ("would not answer in a census", "—"): CensusMissed(campaign_id="k", why=WhyMissed.REFUSED, attempt=1),
    ("a letter went out", "—"): NoticeSent(notice_id="n", channel=Channel.PRINT),
    ("a notice arrived", "by telephone"): NoticeAcknowledged(notice_id="n", channel=Channel.PHONE),
    ("a notice arrived", "at the door"): NoticeAcknowledged(notice_id="n", channel=Channel.DOORSTEP),
}


def fact_of(what: str, detail: str) -> Fact:
    """The fact of a row of the table."""
    if what in WAY:
        return ContactTried(contact_id="c", way=WAY[what], outcome=OUTCOME[detail])
    match what:
        case "a call about dues":
            return DuesReminded(months=("2026-09",), spoke_with=SPOKE[detail])
        case "a visitor came":
            return VisitMade(visit_id="v", by="wang", way=VisitWay(detail))
        case "a notice did not arrive":
            return NoticeFailed(notice_id="n", channel=Channel.PHONE, why=detail.replace(" ", "_"))
        case _:
            return FACTS[what, detail]


@cases("contact")
def test_what_counts_as_having_reached_somebody(row: dict[str, str]) -> None:
    said = row_of(contact_log.view, (fact_of(row["what happened"], row["detail"]), NOVEMBER))
    assert f"{said['kind']}, {said['outcome']}" == row["in the log"]
    assert said["day"] == NOVEMBER
    counts = said["outcome"] == contact_log.REACHED and said["kind"] in POLICY.contact.reached.kinds
    assert counts is (row["reached"] == "yes")
    assert (said["detail"] == contact_log.WRONG_NUMBER) is (row["detail"] == "wrong number")


CALL = ContactTried(contact_id="c1", way=ContactWay.PHONE, outcome=ContactOutcome.REACHED, number="139", note="身体好")
SLIP = ContactTakenBack(contact_id="c1", way=ContactWay.PHONE, was=ContactOutcome.REACHED)


def test_a_slip_stays_in_the_list_and_counts_no_more() -> None:
    row = row_of(contact_log.view, CALL, SLIP)
    assert (row["outcome"], row["note"], row["number"]) == (contact_log.SLIP, "身体好", "139")
    attended = Attended(meeting_id="m")
    assert folded(contact_log.view, attended, AttendanceTakenBack(meeting_id="m", was=Noted.ATTENDED)) == {}
    assert (WHO, "meeting:m") in folded(
        contact_log.view,
        attended,
        StudyDelivered(meeting_id="m"),
        AttendanceTakenBack(meeting_id="m", was=Noted.DELIVERED),
    )
    assert folded(contact_log.view, attended, AttendanceTakenBack(meeting_id="m", was=Noted.EXCUSED)).keys() == {
        (WHO, "meeting:m")
    }


def test_a_notice_is_one_line_whatever_becomes_of_it() -> None:
    sent = NoticeSent(notice_id="n", channel=Channel.PRINT)
    arrived = NoticeAcknowledged(notice_id="n", channel=Channel.PRINT)
    assert row_of(contact_log.view, sent, arrived)["outcome"] == contact_log.REACHED
    failed = NoticeFailed(notice_id="n", channel=Channel.PRINT, why="returned")
    assert row_of(contact_log.view, sent, failed)["outcome"] == contact_log.TRIED


def test_what_cannot_be_read_is_not_there_and_the_visitor_is_whoever_went() -> None:
    hidden = row_of(contact_log.view, CALL.model_copy(update={"number": HIDDEN, "note": HIDDEN}))
    assert (hidden["number"], hidden["note"]) == (None, None)
    assert row_of(contact_log.view, VisitMade(by="wang", way=VisitWay.HOME))["actor"] == "wang"


def test_facts_of_three_services_give_the_same_rows_in_any_order() -> None:
    told = (
        CALL,
        VisitMade(visit_id="v", by="wang", way=VisitWay.HOME),
        NoticeSent(notice_id="n", channel=Channel.PRINT),
    )
    found = [
        {key: row["kind"] for key, row in folded(contact_log.view, *order).items()} for order in permutations(told)
    ]
    # A fact's id in the fold's helper goes by its place, so rows are compared by what they are.
    assert {tuple(sorted(each.values())) for each in found} == {("call", "message", "visit")}


def test_the_latest_word_about_a_silence_holds() -> None:
    first = LostContactSetAside(until=date(2026, 12, 1), clause="§1.4", why="住在女儿家")
    then = LostContactSetAside(until=date(2027, 1, 1), clause="§1.4", why="仍在女儿家")
    row = row_of(contact_log.view, first, then)
    assert (row["until"], row["note"]) == (date(2027, 1, 1), "仍在女儿家")


def test_the_card_knows_who_answered_the_office_and_forgets_a_slip() -> None:
    day = date(2026, 11, 3)
    row = row_of(member.view, zhang(), (CALL, day))
    assert (row["last_seen"], row["seq"]) == (day, 2)
    family = CALL.model_copy(update={"way": ContactWay.FAMILY})
    assert row_of(member.view, zhang(), (family, day))["last_seen"] is None
    assert row_of(member.view, zhang(), (CALL, day), (SLIP, day))["last_seen"] is None
    slip_of_family = SLIP.model_copy(update={"way": ContactWay.FAMILY})
    assert row_of(member.view, zhang(), (Attended(meeting_id="m"), day), (slip_of_family, day))["last_seen"] == day
