"""Reports to the branch and the yearly appraisal: what was handed in, and what people came to."""

from __future__ import annotations

from datetime import date, timedelta

from events.facts.decision import Decision
from events.facts.member import Died
from events.facts.member_review import AppraisalWithdrawn, Appraised, ReportSubmitted, ReportWithdrawn
from services.registry.decide import review as deciding
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.review import Appraise, SubmitReport, WithdrawAppraisal
from tests.given import given
from tests.registry.decide.people import POLICY, TODAY, enrolled

RULE = POLICY.review.appraisal
SUBMIT = SubmitReport(title="上半年思想汇报", on=TODAY, kept_at="档案盒")
HANDED_IN = ReportSubmitted(report_id="r", title="上半年思想汇报", kept_at="档案盒")
GOOD = Appraise(year=2026, grade="合格", on=TODAY)
APPRAISED = Appraised(year=2026, branch_id=None, grade="合格", clause="§11.6")


def submit(member: Member, command: SubmitReport = SUBMIT, report_id: str = "r") -> Decision:
    return deciding.submit_report(member, command, TODAY, report_id=report_id)


def appraise(member: Member, command: Appraise = GOOD) -> Decision:
    return deciding.appraise(member, command, RULE, TODAY)


def test_a_report_is_handed_in_once_and_taken_back_once() -> None:
    given(MEMBER, enrolled()).when(submit).then(HANDED_IN, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), (HANDED_IN, TODAY)).when(lambda m: submit(m, report_id="again")).then_nothing()
    given(MEMBER, enrolled(), HANDED_IN).when(lambda m: deciding.withdraw_report(m, TODAY, report_id="r")).then(
        ReportWithdrawn(report_id="r"), on=TODAY
    ).then_again_nothing()
    given(MEMBER, enrolled()).when(lambda m: deciding.withdraw_report(m, TODAY, report_id="r")).then_refused(
        "no_report"
    )
    tomorrow = SUBMIT.model_copy(update={"on": TODAY + timedelta(days=1)})
    given(MEMBER, enrolled()).when(lambda m: submit(m, tomorrow)).then_refused("in_future")
    given(MEMBER).when(submit).then_refused("not_enrolled")


def test_what_was_handed_in_before_a_death_may_come_late() -> None:
    died = (Died(), TODAY)
    given(MEMBER, enrolled(), died).when(submit).then(HANDED_IN, on=TODAY)
    given(MEMBER, enrolled(), (Died(), TODAY - timedelta(days=1))).when(submit).then_refused("died")


def test_a_meeting_s_grade_is_written_down_and_a_later_one_holds() -> None:
    given(MEMBER, enrolled()).when(appraise).then(APPRAISED, on=TODAY).then_again_nothing()
    best = GOOD.model_copy(update={"grade": "优秀"})
    given(MEMBER, enrolled(), (APPRAISED, TODAY)).when(lambda m: appraise(m, best)).then(
        APPRAISED.model_copy(update={"grade": "优秀"}), on=TODAY
    )
    back = WithdrawAppraisal(year=2026, reason="记错")
    given(MEMBER, enrolled(), APPRAISED).when(lambda m: deciding.withdraw_appraisal(m, back, TODAY)).then(
        AppraisalWithdrawn(year=2026), on=TODAY
    ).then_again_nothing()


def test_a_grade_that_weighs_on_somebody_needs_its_reason_and_no_other_grade_exists() -> None:
    for grade in ("基本合格", "不合格"):
        wanted = GOOD.model_copy(update={"grade": grade})
        given(MEMBER, enrolled()).when(lambda m, wanted=wanted: appraise(m, wanted)).then_refused(
            "remarks_needed", grade=grade, clause="§11.6"
        )
        said = wanted.model_copy(update={"remarks": "全年没有参加组织生活"})
        given(MEMBER, enrolled()).when(lambda m, said=said: appraise(m, said)).then(
            APPRAISED.model_copy(update={"grade": grade, "remarks": "全年没有参加组织生活"}), on=TODAY
        )
    other = GOOD.model_copy(update={"grade": "甲等"})
    given(MEMBER, enrolled()).when(lambda m: appraise(m, other)).then_refused("no_such_grade", grades=RULE.grades)
    early = GOOD.model_copy(update={"on": date(2025, 12, 30)})
    given(MEMBER, enrolled()).when(lambda m: appraise(m, early)).then_refused("before_the_year", year=2026)
    late = GOOD.model_copy(update={"year": 2025})
    given(MEMBER, enrolled()).when(lambda m: appraise(m, late)).then(
        APPRAISED.model_copy(update={"year": 2025}), on=TODAY
    )


def test_too_many_of_the_best_are_pointed_out() -> None:
    assert [RULE.too_many_best(best, 9) for best in (2, 3, 9)] == [False, True, True]
    assert not RULE.model_copy(update={"best_permille_max": 0}).too_many_best(9, 9)
