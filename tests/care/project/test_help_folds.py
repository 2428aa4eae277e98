"""What is kept of help, folded in memory: how far assistance has come, who stands by whom; no words of it."""

from __future__ import annotations

from datetime import date

from events.facts.base import HIDDEN, Fact
from events.facts.care_assistance import (
    AssistanceAcknowledged,
    AssistanceApproved,
    AssistanceCorrected,
    AssistanceDeclined,
    AssistanceEndorsed,
    AssistanceKind,
    AssistancePaid,
    AssistanceProposed,
    AssistanceRequested,
    AssistanceUndone,
    AssistanceWithdrawn,
    Evidence,
    PaidHow,
    Step,
    TakenBy,
)
from events.facts.care_pairing import (
    HelperKind,
    HelperPaired,
    HelpGiven,
    HelpKind,
    HelpTakenBack,
    PairedFor,
    PairingEnded,
    PairingReviewed,
    TrainingAttended,
    TrainingEnded,
    TrainingOutcome,
    TrainingReferred,
    TrainingWithdrawn,
    WhyPairingEnded,
)
from services.care.project import assistance, pairing, training
from tests.care.project.folding import history, rows_of

JAN, MAY, NOV = date(2026, 1, 5), date(2026, 5, 1), date(2026, 11, 20)


def asked(name: str, amount_fen: int) -> AssistanceRequested:
    return AssistanceRequested(
        assistance_id=name, kind=AssistanceKind.ILLNESS, amount_fen=amount_fen, reason="自费多",
        evidence=(Evidence.BILL,), clause="§5.1", requested_by="worker",
    )  # fmt: skip


HELP: tuple[tuple[Fact, date], ...] = (
    (AssistanceProposed(assistance_id="a1", kind=AssistanceKind.ILLNESS, clause="§5.8", because="f1"), MAY),
    (asked("a1", 80000), MAY),
    (
        HelperPaired(
            pairing_id="p1", helper_kind=HelperKind.ACCOUNT, helper="laoli", why=PairedFor.AWAY, clause="§6.2"
        ),
        MAY,
    ),
    (HelpGiven(pairing_id="p1", entry_id="e1", kind=HelpKind.CALL, note="都好"), NOV),
    (TrainingReferred(referral_id="t1", course="家政", organiser="服务站", begins_on=None, clause="§6.3"), MAY),
)


class TestAssistance:
    def row(self, *facts: tuple[object, date]) -> dict[str, object]:
        stored = history((asked("a1", 80000), JAN), *facts)  # type: ignore[arg-type]  # facts of one stream
        return dict(rows_of(assistance.view, stored)[("a1",)])

    def approved(self, *facts: tuple[object, date]) -> dict[str, object]:
        agreed = AssistanceApproved(
            assistance_id="a1", kind=AssistanceKind.ILLNESS, amount_fen=60000, approved_by="shuji", endorsed_by="",
            clause="§5.1",
        )  # fmt: skip
        return self.row((agreed, JAN), *facts)

    def paid(self, number: int) -> AssistancePaid:
        return AssistancePaid(assistance_id="a1", number=number, amount_fen=30000, how=PaidHow.CASH)

    def undone(self, step: Step, number: int | None = None) -> AssistanceUndone:
        return AssistanceUndone(assistance_id="a1", step=step, why="记错", number=number)

    def test_the_reason_is_not_in_the_row(self) -> None:
        row = self.row()
        assert (row["asked_fen"], row["reason_seq"], row["evidence"]) == (80000, 1, ["bill"])
        assert "自费多" not in str(row)

    def test_a_correction_without_words_leaves_those_of_the_request(self) -> None:
        better = AssistanceCorrected(
            assistance_id="a1", amount_fen=70000, reason=None, evidence=(), corrected_by="worker"
        )
        row = self.row((better, MAY))
        assert (row["asked_fen"], row["reason_seq"], row["evidence"]) == (70000, 1, [])
        assert row["authors"] == ["worker"]
        assert self.row((better.model_copy(update={"reason": "多"}), MAY))["reason_seq"] == 2

    def test_a_first_agreement_is_void_when_it_is_corrected(self) -> None:
        first = AssistanceEndorsed(assistance_id="a1", amount_fen=80000, endorsed_by="shuji", clause="§5.6")
        assert self.row((first, MAY))["endorsed_by"] == "shuji"
        better = AssistanceCorrected(assistance_id="a1", amount_fen=70000, reason=None, evidence=(), corrected_by="w")
        assert self.row((first, MAY), (better, NOV))["endorsed_by"] is None
        assert self.row((first, MAY), (self.undone(Step.ENDORSEMENT), NOV))["endorsed_by"] is None

    def test_payments_come_one_after_the_other_and_a_slip_goes(self) -> None:
        row = self.approved((self.paid(1), MAY), (self.paid(2), NOV))
        assert [(one["number"], one["amount_fen"]) for one in row["payments"]] == [(1, 30000), (2, 30000)]  # type: ignore[attr-defined]  # a list of payments
        row = self.approved((self.paid(1), MAY), (self.paid(2), NOV), (self.undone(Step.PAYMENT, 1), NOV))
        assert [one["number"] for one in row["payments"]] == [2]  # type: ignore[attr-defined]  # as above

    def test_every_step_can_be_taken_back(self) -> None:
        assert self.approved((self.undone(Step.APPROVAL), MAY))["approved_on"] is None
        signed = (AssistanceAcknowledged(assistance_id="a1", by=TakenBy.SELF), NOV)
        assert self.approved((self.paid(1), MAY), signed)["acknowledged_by"] == "self"
        back = self.approved((self.paid(1), MAY), signed, (self.undone(Step.ACKNOWLEDGEMENT), NOV))
        assert back["acknowledged_on"] is None
        no = (AssistanceDeclined(assistance_id="a1", why="不符合", declined_by="shuji"), MAY)
        assert (self.row(no)["closed_how"], self.row(no)["closed_seq"]) == ("declined", 2)
        assert self.row(no, (self.undone(Step.REFUSAL), NOV))["closed_on"] is None
        away = (AssistanceWithdrawn(assistance_id="a1", why="不要了"), MAY)
        assert self.row(away)["closed_how"] == "withdrawn"

    def test_of_who_was_erased_there_is_no_amount(self) -> None:
        hidden = asked("a1", 1).model_copy(update={"amount_fen": HIDDEN, "reason": HIDDEN})
        assert rows_of(assistance.view, history((hidden, JAN)))[("a1",)]["asked_fen"] == 0


def test_a_helper_s_deeds_are_in_the_row_and_the_words_are_not() -> None:
    row = rows_of(pairing.view, history(*HELP))[("p1",)]
    assert [(one["id"], one["kind"], "seq" in one) for one in row["entries"]] == [("e1", "call", True)]
    assert "都好" not in str(row)
    more = history(
        (
            HelperPaired(
                pairing_id="p1", helper_kind=HelperKind.MEMBER, helper="m2", why=PairedFor.ALONE, clause="§6.2"
            ),
            JAN,
        ),
        (HelpGiven(pairing_id="p1", entry_id="e1", kind=HelpKind.VISIT), MAY),
        (HelpTakenBack(pairing_id="p1", entry_id="e1"), MAY),
        (PairingReviewed(pairing_id="p1", reviewed_by="shuji"), MAY),
        (PairingEnded(pairing_id="p1", why=WhyPairingEnded.MOVED), NOV),
    )
    row = rows_of(pairing.view, more)[("p1",)]
    assert (row["entries"], row["looked_on"], row["ended_on"], row["ended_why"]) == ([], MAY, NOV, "moved")


def test_a_training_is_attended_and_ends_or_was_a_slip() -> None:
    told = (TrainingReferred(referral_id="t1", course="家政", organiser="站", begins_on=NOV, clause="§6.3"), MAY)
    went = (TrainingAttended(referral_id="t1"), NOV)
    hired = (TrainingEnded(referral_id="t1", outcome=TrainingOutcome.HIRED), NOV)
    row = rows_of(training.view, history(told, went, hired))[("t1",)]
    assert (row["stage"], row["attended_on"], row["outcome"]) == ("ended", NOV, "hired")
    slip = (TrainingWithdrawn(referral_id="t1"), NOV)
    assert rows_of(training.view, history(told, slip))[("t1",)]["stage"] == "withdrawn"
