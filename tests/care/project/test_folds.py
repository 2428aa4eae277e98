"""What each fact leaves in care's tables; and that it does not matter which service is heard first."""

from __future__ import annotations

from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts.base import HIDDEN
from events.facts.branch import Formed
from events.facts.building import BuildingPlaced
from events.facts.campaign import CampaignKind, CampaignOpened, PeopleListed, Whom
from events.facts.care import (
    Answers,
    FellIll,
    HealthGrade,
    HealthGraded,
    MissedExplained,
    Recovered,
    Severity,
    ThreeQuestionsAnswered,
    VisitCancelled,
    VisitMade,
    VisitMissed,
    VisitorAssigned,
    VisitPlanned,
    VisitReason,
    VisitWay,
    WhyCancelled,
    WhyMissed,
)
from events.facts.care_campaign import CampaignAnswerTakenBack, FollowUpDone, FollowUpOpened, SafetyChecked
from events.facts.care_certification import CertificationDue
from events.facts.care_occasion import Bereaved, Discharged, HardshipReported, Hospitalised
from events.facts.care_rota import VisitorRefused
from events.facts.care_voice import (
    NothingToRaise,
    TheirWord,
    ToldWay,
    VoiceAnswered,
    VoiceClosed,
    VoiceLevel,
    VoicePassedOn,
    VoiceRaised,
    VoiceSource,
    VoiceToldBack,
    WhyPassed,
)
from events.facts.feed import FeedOpened
from events.facts.member import (
    Assigned,
    Attended,
    AwayKind,
    Classified,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    EnrolmentWithdrawn,
    MovedAway,
    Returned,
)
from events.facts.member_away import AwayDetailsChanged
from events.facts.member_meeting import AttendanceTakenBack, Excused, Noted
from events.facts.people import Address, ContactCard
from events.facts.visitor import LeaveTaken, Skill, VisitorDescribed
from events.log.project import View
from services.care.project import campaign, health, illness, met, person, usual_visitor, visit, voice
from services.care.wire import PROJECTION
from tests.care.office import enrolled
from tests.care.project.folding import MEMBER, Told, history, interleaved, rows_of
from tests.care.project.test_help_folds import HELP

JAN, MAY, NOV = date(2026, 1, 5), date(2026, 5, 1), date(2026, 11, 20)
AWAY = MovedAway(kind=AwayKind.CARD, clause="§3.1", destination="深圳", phone="130", fixed_place=True, reason="带孙子")
PLANNED = VisitPlanned(
    visit_id="v1",
    reason=VisitReason.EIGHTY,
    way=VisitWay.HOME,
    start=date(2026, 11, 1),
    due=NOV,
    end=date(2026, 11, 30),
    clause="§4.2",
    proposed_visitor="laoli",
)
RAISED = VoiceRaised(
    voice_id="s1",
    topic="housing",
    level=VoiceLevel.COMMUNITY,
    due=date(2026, 11, 27),
    clause="§7.1",
    source=VoiceSource.VISIT,
    source_id="v1",
    said="张家漏水",
    gist="屋顶漏水",
)
ANSWERED = VoiceAnswered(
    voice_id="s1", level=VoiceLevel.COMMUNITY, by="居委会", answer="已修", tell_by=date(2026, 11, 28), clause="§7.4"
)
CAMPAIGN = (
    (CampaignOpened(kind=CampaignKind.SAFETY, title="安全", until=NOV, whom=Whom(), clause="§8.1"), MAY),
    (PeopleListed(member_ids=(MEMBER, "m2")), MAY),
)
CHECKED = SafetyChecked(campaign_id=MEMBER, items=("stove", "wiring"), faults=("wiring",))
TASK = FollowUpOpened(campaign_id=MEMBER, follow_up_id="f1", item="wiring", due=NOV, clause="§8.5")
REGISTRY = history(
    (enrolled(lives_alone=True), JAN),
    (Formed(name="第一党支部"), JAN),
    (Attended(meeting_id="a"), date(2026, 3, 1)),
    (AWAY, MAY),
    (Assigned(branch_id="b2"), MAY),
    (Returned(), date(2026, 9, 1)),
    (Attended(meeting_id="b"), date(2026, 10, 1)),
    (Attended(meeting_id="c"), date(2026, 11, 19)),
    (AttendanceTakenBack(meeting_id="c", was=Noted.ATTENDED), date(2026, 11, 19)),
    (Excused(meeting_id="d"), date(2026, 11, 20)),
    (AttendanceTakenBack(meeting_id="d", was=Noted.EXCUSED), date(2026, 11, 20)),
    (Died(), date(2026, 11, 21)),
    (Formed(name="第一党支部"), JAN),
    (BuildingPlaced(building="金桥路36弄28号", longitude_microdegrees=1, latitude_microdegrees=2, source="地图"), MAY),
)
CARE = history(
    (VisitMade(by="laoli", way=VisitWay.CALL), date(2026, 2, 1)),
    (PLANNED, date(2026, 10, 25)),
    (FellIll(severity=Severity.SERIOUS, hospital="第一人民医院"), date(2026, 10, 26)),
    (VisitorAssigned(visit_id="v1", visitor="xiaowang"), date(2026, 10, 26)),
    (VisitMade(visit_id="v1", by="xiaowang", way=VisitWay.HOME), date(2026, 10, 1)),
    (ThreeQuestionsAnswered(visit_id="v1", answers=Answers(plans="回家")), date(2026, 10, 1)),
    (Recovered(), NOV),
    (HealthGraded(grade=HealthGrade.MILD), NOV),
    (HealthGraded(grade=HealthGrade.SEVERE), MAY),
    (Hospitalised(hospital="第一人民医院"), MAY),
    (Discharged(), NOV),
    (HardshipReported(what="房子漏水"), NOV),
    (Bereaved(whom="老伴"), NOV),
    (FeedOpened(visitor="laoli", scope="demo.jinqiao", digest="ab" * 32), NOV),
    (VisitorRefused(visitor="xiaowang"), NOV),
    (VisitorDescribed(visits_per_week=9, skills=(Skill.MEDICAL,), buildings=("金桥路36弄28号",)), NOV),
    (LeaveTaken(leave_id="l1", start=NOV, end=NOV), NOV),
    (ThreeQuestionsAnswered(visit_id="v1", answers=Answers(difficulties="漏水")), NOV),
    (RAISED, NOV),
    (ANSWERED, NOV),
    *CAMPAIGN,
    (CHECKED, NOV),
    (TASK, NOV),
    *HELP,
    (CertificationDue(year=2026, start=date(2026, 11, 1), end=date(2027, 1, 31), clause="§4.21"), NOV),
)


def the_person(*facts: Told) -> dict[str, object]:
    row = rows_of(person.view, facts)[(MEMBER,)]
    return {name: value for name, value in row.items() if value is not None}


@given(st.lists(st.booleans(), max_size=len(REGISTRY) + len(CARE)))
def test_whichever_service_is_heard_first_the_rows_are_the_same(turns: list[bool]) -> None:
    for view in PROJECTION.views:
        one_after_the_other = rows_of(view, [*REGISTRY, *CARE])
        assert rows_of(view, interleaved(REGISTRY, CARE, turns)) == one_after_the_other, view.name


@pytest.mark.parametrize("view", PROJECTION.views, ids=lambda view: view.name)
def test_rows_are_what_postgresql_takes(view: View) -> None:
    rows = list(rows_of(view, [*REGISTRY, *CARE]).values())
    assert rows
    assert all(row.keys() <= {column.name for column in view.table.columns} for row in rows)
    orjson.dumps(rows)


def test_the_latest_grade_of_health_is_the_one_that_stands() -> None:
    (row,) = rows_of(health.view, CARE).values()
    assert (row["graded_on"], row["fact_seq"]) == (NOV, 8)


def test_what_was_missed_remembers_why_and_that_it_was_missed_when_made_after_all() -> None:
    facts = history(
        (PLANNED, MAY),
        (VisitMissed(visit_id="v1"), NOV),
        (MissedExplained(visit_id="v1", why=WhyMissed.NO_VISITOR), NOV),
        (VisitMade(visit_id="v1", by="laoli", way=VisitWay.HOME), NOV),
    )
    (row,) = rows_of(visit.view, facts).values()
    assert (row["stage"], row["missed_on"], row["missed_why"]) == (visit.MADE, NOV, "no_visitor")


class TestPerson:
    def test_is_learnt_from_the_enrolment(self) -> None:
        row = the_person(*history((enrolled(lives_alone=True), JAN)))
        assert (row["name"], row["pinyin"], row["initials"]) == ("张桂兰", "zhangguilan", "zgl")
        assert (row["birth"], row["building"], row["room"]) == (date(1940, 3, 7), "金桥路36弄28号", "101室")
        assert (row["state"], row["on_roll_since"], row["lives_alone"]) == (person.ON_ROLL, JAN, True)

    def test_is_away_and_comes_back(self) -> None:
        away = the_person(*history((enrolled(), JAN), (AWAY, MAY)))
        assert (away["away_since"], away["away_kind"], away["away_to"]) == (MAY, "card", "深圳")
        moved_on = (AwayDetailsChanged(destination="广州", phone="131", fixed_place=True, reason="x"), NOV)
        there = the_person(*history((enrolled(), JAN), (AWAY, MAY), moved_on))
        assert (there["away_since"], there["away_to"], there["away_phone"]) == (MAY, "广州", "131")
        back = the_person(*history((enrolled(), JAN), (AWAY, MAY), (Returned(), NOV)))
        assert "away_since" not in back

    def test_a_late_report_does_not_push_aside_a_newer_address(self) -> None:
        new, old = ContactCard(address=Address(text="新地址")), ContactCard(address=Address(text="旧地址"))
        facts = history((enrolled(), JAN), (ContactChanged(contact=new), NOV), (ContactChanged(contact=old), MAY))
        assert the_person(*facts)["address"] == "新地址"

    @pytest.mark.parametrize(
        ("correction", "column", "value"),
        [
            (DetailsCorrected(field=CorrectableField.NAME, identity="张桂蓝"), "name", "张桂蓝"),
            (DetailsCorrected(field=CorrectableField.BIRTH, identity="1941-03-07"), "birth", date(1941, 3, 7)),
            (
                DetailsCorrected(field=CorrectableField.ID_NUMBER, identity="310101194203070021"),
                "birth",
                date(1942, 3, 7),
            ),
            (DetailsCorrected(field=CorrectableField.LIVES_ALONE, contact="true"), "lives_alone", True),
            (DetailsCorrected(field=CorrectableField.SEX, identity="male"), "name", "张桂兰"),
        ],
    )
    def test_is_corrected(self, correction: DetailsCorrected, column: str, value: object) -> None:
        assert the_person(*history((enrolled(), JAN), (correction, NOV)))[column] == value

    def test_lives_alone_from_a_day_on_whatever_is_reported_late(self) -> None:
        alone, old = Classified(lives_alone=True), ContactChanged(contact=ContactCard(phone="136"))
        told_late = history((enrolled(), JAN), (alone, NOV), (old, MAY))
        assert the_person(*told_late)["lives_alone"] is True
        assert the_person(*history((enrolled(), JAN), (old, NOV), (alone, MAY)))["lives_alone"] is False
        assert the_person(*history((enrolled(), JAN), (Classified(lives_alone=HIDDEN), NOV)))["state"] == person.ON_ROLL

    def test_nothing_is_kept_of_an_enrolment_that_is_taken_back(self) -> None:
        row = the_person(*history((enrolled(), JAN), (EnrolmentWithdrawn(), NOV)))
        assert row == {"member_id": MEMBER, "state": person.WITHDRAWN, "name": "张桂兰"}

    def test_who_was_erased_has_no_name(self) -> None:
        erased = enrolled().model_copy(update={"person": HIDDEN, "contact": HIDDEN})
        row = the_person(*history((erased, JAN)))
        assert "name" not in row
        assert row["on_roll_since"] == JAN

    def test_nothing_happens_to_who_never_came(self) -> None:
        with pytest.raises(LookupError):
            the_person(*history((AWAY, MAY)))


class TestVisit:
    def row(self, *facts: tuple[object, date]) -> dict[str, object]:
        return dict(rows_of(visit.view, history((PLANNED, JAN), *facts))[("v1",)])  # type: ignore[arg-type]  # facts of either stream

    def test_is_planned_and_given_to_somebody(self) -> None:
        row = self.row((VisitorAssigned(visit_id="v1", visitor="xiaowang"), NOV))
        assert (row["stage"], row["proposed"], row["assigned"]) == (visit.OPEN, "laoli", "xiaowang")

    @pytest.mark.parametrize(
        ("fact", "stage"),
        [
            (VisitMade(visit_id="v1", by="laoli", way=VisitWay.HOME), visit.MADE),
            (VisitMissed(visit_id="v1"), visit.MISSED),
            (VisitCancelled(visit_id="v1", why=WhyCancelled.DIED), visit.CANCELLED),
        ],
    )
    def test_ends(self, fact: object, stage: str) -> None:
        row = self.row((fact, NOV))
        assert (row["stage"], row["closed_on"]) == (stage, NOV)

    def test_is_open_again_when_planned_again(self) -> None:
        row = self.row((VisitCancelled(visit_id="v1", why=WhyCancelled.WENT_AWAY), MAY), (PLANNED, NOV))
        assert (row["stage"], row.get("closed_on")) == (visit.OPEN, None)

    def test_what_was_said_is_not_in_the_row(self) -> None:
        row = self.row((ThreeQuestionsAnswered(visit_id="v1", answers=Answers(plans="回家")), NOV))
        assert row["answers_seq"] == 2
        assert "回家" not in str(row)

    def test_what_nobody_planned_has_no_row(self) -> None:
        assert rows_of(visit.view, history((VisitMade(by="laoli", way=VisitWay.HOME), NOV))) == {}
        assert rows_of(visit.view, history((VisitMissed(visit_id="v9"), NOV))) == {}


def test_the_table_of_the_ill_says_neither_how_nor_where() -> None:
    row = rows_of(illness.view, CARE)[(MEMBER,)]
    assert row == {"member_id": MEMBER, "ill_since": date(2026, 10, 26), "recovered_on": NOV, "fact_seq": 3}
    assert {column.name for column in illness.table.columns} == {*row, "community"}


def test_the_last_meeting_is_the_latest_day_not_the_latest_news() -> None:
    row = rows_of(met.view, [*REGISTRY, *CARE])[(MEMBER,)]
    assert (row["met_on"], row["met_how"]) == (date(2026, 10, 1), VisitWay.HOME)


def test_a_slip_counts_no_more_and_the_meeting_before_is_the_last() -> None:
    first, second = (Attended(meeting_id="a"), MAY), (Attended(meeting_id="b"), NOV)
    slip = (AttendanceTakenBack(meeting_id="b", was=Noted.ATTENDED), NOV)
    for facts in ((first, second, slip), (second, first, slip)):
        assert rows_of(met.view, history(*facts))[(MEMBER,)]["met_on"] == MAY
    assert rows_of(met.view, history(second, slip)) == {}, "nobody is known to have met them"
    both = (second, (Attended(meeting_id="c"), NOV), slip)
    assert rows_of(met.view, history(*both))[(MEMBER,)]["met_on"] == NOV, "another meeting of that day"
    older = (first, second, (AttendanceTakenBack(meeting_id="a", was=Noted.ATTENDED), MAY))
    assert rows_of(met.view, history(*older))[(MEMBER,)]["met_on"] == NOV


def test_who_was_there_goes_again_rather_than_who_telephoned() -> None:
    call = VisitMade(by="other", way=VisitWay.CALL)
    facts = history((call, JAN), (VisitMade(by="laoli", way=VisitWay.HOME), MAY), (call, NOV))
    assert rows_of(usual_visitor.view, facts[:1])[(MEMBER,)]["visitor"] == "other"
    assert rows_of(usual_visitor.view, facts)[(MEMBER,)]["visitor"] == "laoli"


class TestVoice:
    def row(self, *facts: tuple[object, date]) -> dict[str, object]:
        return dict(rows_of(voice.view, history((RAISED, NOV), *facts))[("s1",)])  # type: ignore[arg-type]  # all of care

    def test_is_with_the_first_level(self) -> None:
        row = self.row()
        assert (row["stage"], row["level"], row["due_on"], row["rounds"]) == ("raised", "community", RAISED.due, 0)
        assert (row["raised_by"], row["said_seq"]) == ("shuji", 1)

    def test_no_word_of_it_is_in_a_table(self) -> None:
        for view in (voice.view, voice.course, voice.hints):
            rows = str(
                rows_of(
                    view,
                    history(
                        (ThreeQuestionsAnswered(visit_id="v1", answers=Answers(difficulties="漏水")), NOV),
                        (RAISED, NOV),
                        (ANSWERED, NOV),
                    ),
                )
            )
            assert not [word for word in ("漏水", "已修") if word in rows], view.name

    def test_is_answered_in_time_or_late(self) -> None:
        in_time = self.row((ANSWERED, date(2026, 11, 27)))
        assert (in_time["answered_late"], in_time["due_on"], in_time["stage"]) == (False, ANSWERED.tell_by, "answered")
        assert self.row((ANSWERED, date(2026, 11, 28)))["answered_late"] is True

    def test_goes_up_once_more(self) -> None:
        up = VoicePassedOn(
            voice_id="s1",
            level=VoiceLevel.STREET,
            due=date(2026, 12, 10),
            clause="§7.2",
            why=WhyPassed.NOT_SATISFIED,
        )
        row = self.row((ANSWERED, NOV), (VoiceToldBack(voice_id="s1", way=ToldWay.PHONE), NOV), (up, NOV))
        assert (row["stage"], row["level"], row["rounds"], row["answer_seq"]) == ("raised", "street", 1, None)

    def test_ends_with_their_word(self) -> None:
        row = self.row((ANSWERED, NOV), (VoiceClosed(voice_id="s1", word=TheirWord.SATISFIED), NOV))
        assert (row["stage"], row["word"], row["over_on"]) == ("closed", "satisfied", NOV)

    @pytest.mark.parametrize("fact", [RAISED, NothingToRaise(visit_id="v1")])
    def test_what_was_said_waits_until_somebody_looked(self, fact: object) -> None:
        said = (ThreeQuestionsAnswered(visit_id="v1", answers=Answers(difficulties="漏水")), NOV)
        (row,) = rows_of(voice.hints, history(said)).values()
        assert (row["difficulties"], row["suggestions"], row["raised"], row["looked_at"]) == (True, False, False, False)
        (row,) = rows_of(voice.hints, history(said, (fact, NOV))).values()  # type: ignore[arg-type]  # facts of care
        assert row["raised"] or row["looked_at"]

    def test_plans_alone_are_nothing_to_raise(self) -> None:
        plans = (ThreeQuestionsAnswered(visit_id="v1", answers=Answers(plans="去女儿家")), NOV)
        assert rows_of(voice.hints, history(plans)) == {}


class TestCampaign:
    def test_lists_people_and_what_came_of_each(self) -> None:
        rows = rows_of(campaign.persons, history(*CAMPAIGN, (CHECKED, NOV)))
        assert {key[1] for key in rows} == {MEMBER, "m2"}
        row = rows[(MEMBER, MEMBER)]
        assert (row["outcome"], row["faults"], row["noted_on"], row["noted_seq"]) == ("done", 1, NOV, 3)

    def test_a_slip_leaves_nothing(self) -> None:
        back = (CampaignAnswerTakenBack(campaign_id=MEMBER, follow_ups=("f1",)), NOV)
        facts = history(*CAMPAIGN, (CHECKED, NOV), (TASK, NOV), back)
        assert rows_of(campaign.persons, facts)[(MEMBER, MEMBER)]["outcome"] is None
        assert rows_of(campaign.follow_ups, facts) == {}

    def test_a_task_is_done(self) -> None:
        facts = history((TASK, MAY), (FollowUpDone(campaign_id=MEMBER, follow_up_id="f1"), NOV))
        (row,) = rows_of(campaign.follow_ups, facts).values()
        assert (row["due_on"], row["done_on"], row["done_by"]) == (NOV, NOV, "shuji")
