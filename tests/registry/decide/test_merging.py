from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.base import HIDDEN, Fact
from events.facts.meeting import Scheduled
from events.facts.member import (
    Assigned,
    Attended,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    DuesAmount,
    DuesPaid,
    EnrolmentWithdrawn,
    MonthDue,
    PayMethod,
    PensionBasisSet,
)
from events.facts.merging import Likeness, Merged, MergeSide, PaidBefore, ToldApart, Unmerged
from events.facts.people import ContactCard
from services.registry.decide import member, merging
from services.registry.decide.commands import (
    Assign,
    ChangeContact,
    Correct,
    Die,
    MoveAway,
    PayDues,
    Return,
    SetPensionBasis,
    WithdrawEnrolment,
)
from services.registry.decide.meeting import MEETING, SignIn, sign_in
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.merging import Later, Merge, TellApart, Unmerge
from services.registry.decide.policy import DuplicatesPolicy
from services.registry.decide.receipts import RECEIPTS, pay_dues
from tests.given import Decide, Outcome, given
from tests.registry.decide.people import POLICY, TODAY, enrolled

INTO_B = Merged(side=MergeSide.ABSORBED, other_id="B")
OF_A = Merged(side=MergeSide.KEPT, other_id="A")
MERGE = Merge(into="B", reason="同一个人登记了两次", evidence="身份证")
NOV_1, NOV_20 = date(2026, 11, 1), date(2026, 11, 20)
PAID = DuesPaid(
    months=("2026-09", "2026-10"),
    amount=DuesAmount(total_fen=3960, months=(MonthDue(month="2026-09", due_fen=1980, clause="§2.1"),)),
    receipt_no="2026-000017",
    method=PayMethod.CASH,
)


def merging_two(command: Merge = MERGE, absorbed_id: str = "A") -> Decide:
    def decide(absorbed: Member, kept: Member) -> Any:
        return merging.merge(absorbed, kept, command, TODAY, absorbed_id=absorbed_id, kept_id=command.into)

    return decide


def two(*of_a: Any, of_b: tuple[Any, ...] = ()) -> Any:
    return given(MEMBER, enrolled(), *of_a, called="A").given(MEMBER, enrolled(), *of_b, called="B")


def test_a_merge_stands_on_both_and_the_kept_one_knows_what_was_paid() -> None:
    paid = tuple(PaidBefore(month=month, receipt_no="2026-000017") for month in PAID.months)
    (
        two(PAID)
        .when(merging_two())
        .then(Merged(side=MergeSide.ABSORBED, other_id="B", evidence="身份证"), of="A", on=TODAY)
        .then(Merged(side=MergeSide.KEPT, other_id="A", evidence="身份证", paid=paid), of="B", on=TODAY)
        .then_again_nothing()
    )


@pytest.mark.parametrize(
    ("of_a", "of_b", "code"),
    [
        ((Merged(side=MergeSide.ABSORBED, other_id="C"),), (), "merged"),
        ((), (Merged(side=MergeSide.ABSORBED, other_id="C"),), "merged"),
        ((Merged(side=MergeSide.KEPT, other_id="C"),), (), "keeps_others"),
        ((Died(),), (), "death_only_there"),
        ((EnrolmentWithdrawn(),), (), "not_enrolled"),
        ((), (EnrolmentWithdrawn(),), "not_enrolled"),
    ],
)
def test_what_cannot_be_merged(of_a: tuple[Fact, ...], of_b: tuple[Fact, ...], code: str) -> None:
    two(*of_a, of_b=of_b).when(merging_two()).then_refused(code)


def test_a_record_is_not_merged_into_itself() -> None:
    two().when(merging_two(MERGE, absorbed_id="B")).then_refused("same_record")


def test_the_living_record_of_a_dead_person_goes_into_the_other() -> None:
    assert two(of_b=(Died(),)).when(merging_two()).then_facts(of="A")


COMMANDS: list[Any] = [
    lambda m: member.change_contact(m, ChangeContact(phone="13900000000"), TODAY),
    lambda m: member.correct(m, Correct(field=CorrectableField.NAME, value="田林", reason="写错"), TODAY),
    lambda m: member.move_away(
        m, MoveAway.model_validate({"from": NOV_20, "destination": "苏州", "reason": "带孙子"}), POLICY.away, TODAY
    ),
    lambda m: member.come_back(m, Return(on=NOV_20), TODAY),
    lambda m: member.assign(m, Assign(branch="b9"), TODAY),
    lambda m: member.set_pension_basis(m, SetPensionBasis(basis_fen=400000), TODAY),
    lambda m: member.die(m, Die(on=NOV_20), TODAY),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_more_is_written_to_an_absorbed_record_and_the_refusal_names_the_other(command: Any) -> None:
    given(MEMBER, enrolled(), INTO_B).when(command).then_refused("merged", into="B")
    given(MEMBER, enrolled(), INTO_B, Unmerged(side=MergeSide.ABSORBED, other_id="B")).when(command)


def test_an_absorbed_record_signs_in_by_the_other() -> None:
    meeting = Scheduled(kind="general", starts_at="2026-11-20T09:30:00+08:00", title="党员大会")

    def decide(about: Any, one: Member) -> Any:
        return sign_in(about, {"A": one}, SignIn(member_ids=("A",)), TODAY, meeting_id="meeting")

    spec = given(MEETING, (meeting, NOV_20)).given(MEMBER, enrolled(), INTO_B, called="A")
    spec.when(decide).then_refused("merged", into="B")


def test_an_enrolment_with_another_record_beside_it_is_not_taken_back() -> None:
    for alias in (INTO_B, OF_A):
        given(MEMBER, enrolled(), alias).when(
            lambda m: member.withdraw_enrolment(m, WithdrawEnrolment(), TODAY)
        ).then_refused("has_later_facts")


def test_what_the_absorbed_record_paid_is_not_taken_again() -> None:
    command = PayDues(months=("2026-10",), amount_fen=1980, paid_on=NOV_20)

    def decide(one: Member, book: Any) -> Any:
        return pay_dues(one, book, command, lambda _day: POLICY.dues, TODAY, member_id="B", book_id="book")

    paid = OF_A.model_copy(update={"paid": (PaidBefore(month="2026-10", receipt_no="2026-000017"),)})
    spec = given(MEMBER, enrolled(), paid, called="B").given(RECEIPTS, called="book")
    spec.when(decide).then_refused("already_paid", receipt_no="2026-000017")
    apart = given(MEMBER, enrolled(), paid, Unmerged(side=MergeSide.KEPT, other_id="A"), called="B")
    assert apart.given(RECEIPTS, called="book").when(decide).then_facts(of="B")


# ── taking apart ─────────────────────────────────────────────────────────────────────────────────────────────────


def apart(*since: tuple[Fact, date], moves: tuple[str, ...] = (), of_a: tuple[Any, ...] = ()) -> Outcome:
    """A was merged into B; then these happened to B (`f0`, `f1`, …), and now somebody takes the two apart."""
    state, later = given(MEMBER, enrolled(branch_id="b1"), OF_A, called="B").entities["B"].state, []
    for number, (fact, effective) in enumerate(since):
        later.append(Later(f"f{number}", fact, effective, state))
        state = MEMBER.evolve(state, fact, effective)
    command = Unmerge(reason="是两个人", moves=moves)

    def decide(absorbed: Member, kept: Member) -> Any:
        return merging.unmerge(absorbed, kept, command, later, TODAY, absorbed_id="A", kept_id="B")

    spec = given(MEMBER, enrolled(), *of_a, INTO_B, called="A")
    return spec.given(MEMBER, enrolled(branch_id="b1"), OF_A, *since, called="B").when(decide)


def test_taken_apart_both_are_as_they_were() -> None:
    (
        apart((Attended(meeting_id="m1"), NOV_20))
        .then(Unmerged(side=MergeSide.ABSORBED, other_id="B"), of="A", on=TODAY)
        .then(Unmerged(side=MergeSide.KEPT, other_id="A"), of="B", on=TODAY)
        .then_again_nothing()
    )


def test_states_after_merging_and_taking_apart_are_what_they_were() -> None:
    for merged, back in ((INTO_B, "B"), (OF_A.model_copy(update={"paid": ()}), "A")):
        before = given(MEMBER, enrolled(), PAID).entities["member"].state
        state = MEMBER.evolve(before, merged, TODAY)
        assert state != before
        assert MEMBER.evolve(state, Unmerged(side=merged.side, other_id=back), TODAY) == before


NEW_PHONE = ContactChanged(contact=ContactCard(phone="13900000000"))
OLD_PHONE = ContactChanged(contact=ContactCard(phone="15020256261"))


@pytest.mark.parametrize(
    ("fact", "back"),
    [
        (NEW_PHONE, OLD_PHONE),
        (DetailsCorrected(field=CorrectableField.PHONE, contact="13900000000"), OLD_PHONE),
        (Assigned(branch_id="b2"), Assigned(branch_id="b1")),
        (PensionBasisSet(basis_fen=500000), PensionBasisSet(basis_fen=396000)),
        (
            DetailsCorrected(field=CorrectableField.NAME, identity="田琳生"),
            DetailsCorrected(field=CorrectableField.NAME, identity="田林生"),
        ),
        (
            DetailsCorrected(field=CorrectableField.FULL_MEMBER_ON, plain="1995-01-01"),
            DetailsCorrected(field=CorrectableField.FULL_MEMBER_ON, plain="1994-12-15"),
        ),
    ],
)
def test_what_belonged_to_the_other_goes_there_and_is_taken_back_here(fact: Fact, back: Fact) -> None:
    outcome = apart((fact, NOV_20), moves=("f0",))
    moved = Unmerged(side=MergeSide.ABSORBED, other_id="B", moved=("f0",))
    assert outcome.then_facts(of="A") == [(moved, TODAY), (fact, NOV_20)]
    assert outcome.then_facts(of="B")[1:] == [(back, NOV_20)]
    outcome.then_again_nothing()


def test_several_of_one_kind_go_together_and_what_stood_before_the_first_comes_back() -> None:
    newest = ContactChanged(contact=ContactCard(phone="13911111111"))
    outcome = apart((NEW_PHONE, NOV_1), (newest, NOV_20), moves=("f0", "f1"))
    assert outcome.then_facts(of="B")[1:] == [(OLD_PHONE, NOV_1), (OLD_PHONE, NOV_20)]
    apart((NEW_PHONE, NOV_1), (newest, NOV_20), moves=("f0",)).then_refused("newer_stays", facts=["f1"])
    assert apart((NEW_PHONE, NOV_1), (newest, NOV_20), moves=("f1",)).then_facts(of="B")[1:] == [(NEW_PHONE, NOV_20)]


@pytest.mark.parametrize(
    "fact",
    [
        PAID,
        Attended(meeting_id="m1"),
        Died(),
        DetailsCorrected(field=CorrectableField.ID_NUMBER, identity="31010419480831489X"),
        ContactChanged(contact=HIDDEN),
        DetailsCorrected(field=CorrectableField.NAME, identity=HIDDEN),
        DetailsCorrected(field=CorrectableField.ETHNICITY, identity="汉"),
    ],
)
def test_what_cannot_be_taken_back_stays(fact: Fact) -> None:
    apart((fact, NOV_20), moves=("f0",)).then_refused("cannot_move", facts=["f0"])
    apart((fact, NOV_20)).then_facts(of="A")


def test_nothing_goes_to_somebody_who_died_or_from_nowhere() -> None:
    apart((NEW_PHONE, NOV_20), moves=("f0",), of_a=(Died(),)).then_refused("died")
    apart(moves=("f7",)).then_refused("cannot_move", facts=["f7"])


# ── two people ───────────────────────────────────────────────────────────────────────────────────────────────────


def telling(*alike: Likeness, other: str = "B") -> Decide:
    command = TellApart(other=other, reason="当面核对过")
    return lambda one, another: merging.tell_apart(one, another, command, alike, TODAY, one_id="A")


def test_two_people_are_told_apart_until_something_else_speaks_for_it() -> None:
    alike = (Likeness.NAME, Likeness.BIRTH)
    two().when(telling(*alike)).then(ToldApart(other_id="B", alike=alike), of="A").then(
        ToldApart(other_id="A", alike=alike), of="B", on=TODAY
    ).then_again_nothing()
    known = ToldApart(other_id="B", alike=alike)
    two(known).when(telling(Likeness.NAME)).then_nothing()
    assert two(known).when(telling(Likeness.NAME, Likeness.PHONE)).then_facts(of="B")


def test_who_cannot_be_told_apart() -> None:
    two().when(telling(other="A")).then_refused("same_record")
    two(INTO_B).when(telling()).then_refused("merged")
    two(EnrolmentWithdrawn()).when(telling()).then_refused("not_enrolled")


# ── the pack ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pack_that_would_miss_pairs_is_refused() -> None:
    weights: dict[Likeness, int] = dict(POLICY.duplicates.weights)
    pack = POLICY.duplicates.model_dump()
    for wrong in ({"name": 50}, {"birth": 46}, {"id_number": 59}):
        with pytest.raises(ValidationError, match="threshold"):
            DuplicatesPolicy.model_validate(pack | {"weights": weights | wrong})
    assert POLICY.duplicates.clause in POLICY.clauses
