from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.base import HIDDEN
from events.facts.member import (
    Assigned,
    AwayKind,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    DuesPaid,
    EnrolmentWithdrawn,
    MovedAway,
    PayMethod,
    PensionBasisSet,
    Returned,
)
from events.facts.people import ContactCard, Relative, Sex
from services.registry.decide.commands import (
    Assign,
    ChangeContact,
    Correct,
    Die,
    MoveAway,
    Return,
    SetPensionBasis,
    WithdrawEnrolment,
)
from services.registry.decide.member import (
    MEMBER,
    Member,
    assign,
    change_contact,
    come_back,
    correct,
    die,
    evolve,
    move_away,
    set_pension_basis,
    withdraw_enrolment,
)
from services.registry.decide.member import enrol as decide_enrol
from tests.given import given
from tests.registry.decide.people import ENROLLED_ON, ID_NUMBER, POLICY, TODAY, enrol, enrolled

MAY_1 = date(2026, 5, 1)


def leave(**other: Any) -> MoveAway:
    usual = {"from": MAY_1, "destination": "杭州市西湖区", "fixed_place": True, "reason": "随女儿居住"}
    return MoveAway.model_validate(usual | other)


def away(since: date = MAY_1, **other: Any) -> tuple[MovedAway, date]:
    usual = {
        "kind": AwayKind.CARD,
        "clause": "§3.2",
        "destination": "杭州市西湖区",
        "fixed_place": True,
        "reason": "随女儿居住",
    }
    return MovedAway(**(usual | other)), since


class TestEnrol:
    def test_puts_a_person_on_the_roll_from_today(self) -> None:
        outcome = given(MEMBER).when(lambda m: decide_enrol(m, enrol(), TODAY, import_id="i1", row=8))
        [(fact, on)] = outcome.then_facts()
        assert on == TODAY
        assert fact.person.birth == date(1948, 8, 31)
        assert fact.person.sex is Sex.MALE
        assert fact.contact.address.building == "金桥路15弄15号"
        assert (fact.pension_basis_fen, fact.import_id, fact.row) == (396000, "i1", 8)
        outcome.then_again_nothing()

    def test_understands_an_old_id_number_with_fifteen_digits(self) -> None:
        assert enrol(id_number="３１０１０４ 480831489").id_number == ID_NUMBER

    @pytest.mark.parametrize("wrong", ["310104194808314890", "31010419480230489X", "3101041948", "ABC"])
    def test_an_id_number_that_cannot_be_is_no_command(self, wrong: str) -> None:
        with pytest.raises(ValidationError, match="ID number"):
            enrol(id_number=wrong)

    def test_joining_in_the_future_is_refused(self) -> None:
        later = TODAY + timedelta(days=1)
        given(MEMBER).when(lambda m: decide_enrol(m, enrol(joined_on=later, full_member_on=None), TODAY)).then_refused(
            "in_future", day=later
        )

    def test_joining_before_birth_is_refused(self) -> None:
        given(MEMBER).when(
            lambda m: decide_enrol(m, enrol(joined_on="1947-01-01", full_member_on=None), TODAY)
        ).then_refused("joined_before_birth")

    def test_full_membership_before_joining_is_no_command(self) -> None:
        with pytest.raises(ValidationError, match="full_member_on"):
            enrol(full_member_on="1990-01-01")

    def test_the_dead_are_not_enrolled_again(self) -> None:
        given(MEMBER, enrolled(), Died()).when(lambda m: decide_enrol(m, enrol(), TODAY)).then_refused("died")


class TestUndo:
    def test_takes_back_an_enrolment_nobody_has_touched(self) -> None:
        command = WithdrawEnrolment(import_id="i1")
        given(MEMBER, enrolled(import_id="i1"), away(carried_over=True)).when(
            lambda m: withdraw_enrolment(m, command, TODAY)
        ).then(EnrolmentWithdrawn(import_id="i1", enrolled_on=ENROLLED_ON), on=TODAY).then_again_nothing()

    def test_leaves_people_with_later_facts(self) -> None:
        command = WithdrawEnrolment(import_id="i1")
        given(MEMBER, enrolled(import_id="i1"), Assigned(branch_id="b1")).when(
            lambda m: withdraw_enrolment(m, command, TODAY)
        ).then_refused("has_later_facts")
        given(MEMBER, enrolled(import_id="i1")).when(
            lambda m: withdraw_enrolment(m, command, TODAY, known_elsewhere=True)
        ).then_refused("has_later_facts")

    def test_leaves_people_of_another_import(self) -> None:
        given(MEMBER, enrolled(import_id="i2")).when(
            lambda m: withdraw_enrolment(m, WithdrawEnrolment(import_id="i1"), TODAY)
        ).then_refused("other_import", import_id="i2")

    def test_a_withdrawn_person_may_be_enrolled_again(self) -> None:
        outcome = given(MEMBER, enrolled(import_id="i1"), EnrolmentWithdrawn(import_id="i1")).when(
            lambda m: decide_enrol(m, enrol(), TODAY)
        )
        assert len(outcome.then_facts()) == 1
        outcome.then_again_nothing()


class TestMoveAway:
    @pytest.mark.parametrize(
        ("changed", "kind", "clause", "card_until"),
        [
            ({"expected_return": "2026-11-01"}, AwayKind.TEMPORARY_TRANSFER, "§3.1", None),
            ({"expected_return": "2027-05-01"}, AwayKind.TEMPORARY_TRANSFER, "§3.1", None),
            ({"from": "2026-09-01", "expected_return": "2026-12-01"}, AwayKind.CARD, "§3.2", date(2026, 12, 1)),
            ({"from": "2026-09-01", "expected_return": "2027-02-28"}, AwayKind.CARD, "§3.2", date(2027, 2, 28)),
            ({"from": "2026-08-31", "expected_return": "2027-02-28"}, AwayKind.TEMPORARY_TRANSFER, "§3.1", None),
            ({"expected_return": "2027-05-01", "fixed_place": False}, AwayKind.CARD, "§3.2", date(2026, 11, 1)),
            ({"from": "2026-11-20"}, AwayKind.CARD, "§3.2", date(2027, 5, 20)),
            ({"from": "2026-01-01"}, AwayKind.TEMPORARY_TRANSFER, "§3.1", None),
            ({"expected_return": "2027-05-01", "intermittent": True}, AwayKind.INTERMITTENT, "§3.3", None),
        ],
    )
    def test_the_policy_chooses_the_kind_and_cites_it(
        self, changed: dict[str, Any], kind: AwayKind, clause: str, card_until: date | None
    ) -> None:
        command = leave(**changed)
        outcome = given(MEMBER, enrolled()).when(lambda m: move_away(m, command, POLICY.away, TODAY))
        [(fact, on)] = outcome.then_facts()
        assert (fact.kind, fact.clause, fact.card_until, on) == (kind, clause, card_until, command.since)
        outcome.then_again_nothing()

    def test_near_is_where_the_pack_says(self) -> None:
        near = POLICY.away.intermittent.model_copy(update={"near_places": ("上海市",)})
        policy = POLICY.away.model_copy(update={"intermittent": near})
        [(fact, _)] = (
            given(MEMBER, enrolled())
            .when(lambda m: move_away(m, leave(destination="上海市嘉定区"), policy, TODAY))
            .then_facts()
        )
        assert fact.kind is AwayKind.INTERMITTENT

    def test_away_already_is_refused_with_the_day(self) -> None:
        given(MEMBER, enrolled(), away()).when(
            lambda m: move_away(m, leave(destination="苏州市"), POLICY.away, TODAY)
        ).then_refused("already_away", since=MAY_1)

    def test_leaving_in_the_future_is_refused(self) -> None:
        tomorrow = TODAY + timedelta(days=1)
        given(MEMBER, enrolled()).when(
            lambda m: move_away(m, leave(**{"from": tomorrow}), POLICY.away, TODAY)
        ).then_refused("in_future", day=tomorrow)

    def test_leaving_before_the_last_return_is_refused(self) -> None:
        given(MEMBER, enrolled(), away(), (Returned(), date(2026, 9, 30))).when(
            lambda m: move_away(m, leave(**{"from": "2026-09-01"}), POLICY.away, TODAY)
        ).then_refused("before_last_return", returned_on=date(2026, 9, 30))

    def test_returning_before_leaving_is_no_command(self) -> None:
        with pytest.raises(ValidationError, match="expected_return"):
            leave(expected_return="2026-04-30")

    def test_somebody_not_on_the_roll_cannot_leave(self) -> None:
        given(MEMBER).when(lambda m: move_away(m, leave(), POLICY.away, TODAY)).then_refused("not_enrolled")


class TestReturn:
    def test_the_member_is_back(self) -> None:
        command = Return(on=date(2026, 9, 30), report="一切都好")
        given(MEMBER, enrolled(), away()).when(lambda m: come_back(m, command, TODAY)).then(
            Returned(report="一切都好"), on=date(2026, 9, 30)
        ).then_again_nothing()

    def test_before_leaving_is_refused(self) -> None:
        given(MEMBER, enrolled(), away()).when(
            lambda m: come_back(m, Return(on=date(2026, 4, 30)), TODAY)
        ).then_refused("before_leaving", since=MAY_1)

    def test_who_is_here_cannot_return(self) -> None:
        given(MEMBER, enrolled()).when(lambda m: come_back(m, Return(on=TODAY), TODAY)).then_refused("not_away")

    def test_tomorrow_is_refused(self) -> None:
        tomorrow = TODAY + timedelta(days=1)
        given(MEMBER, enrolled(), away()).when(lambda m: come_back(m, Return(on=tomorrow), TODAY)).then_refused(
            "in_future"
        )


class TestContact:
    def test_what_is_left_out_stays(self) -> None:
        family = (Relative(name="田女士", relation="女儿"),)
        command = ChangeContact(family=family)
        given(MEMBER, enrolled()).when(lambda m: change_contact(m, command, TODAY)).then(
            ContactChanged(contact=ContactCard(phone="15020256261", family=family)), on=TODAY
        ).then_again_nothing()

    def test_relief_begins_on_the_day_it_was_granted(self) -> None:
        command = ChangeContact(minimum_living=True, on=MAY_1)
        outcome = given(MEMBER, enrolled()).when(lambda m: change_contact(m, command, TODAY)).then_again_nothing()
        terms = outcome.spec.entities["member"].state.terms
        assert (terms.relief_on(date(2026, 4, 30)), terms.relief_on(MAY_1)) == (False, True)


class TestCorrect:
    @pytest.mark.parametrize(
        ("field", "given_value", "stored", "place"),
        [
            ("name", " 田琳生 ", "田琳生", "identity"),
            ("sex", "女", "female", "identity"),
            ("id_number", "310104195410280014", "310104195410280014", "identity"),
            ("phone", None, None, "contact"),
            ("address", "金桥路5弄37号102室", "金桥路5弄37号102室", "contact"),
            ("lives_alone", True, "true", "contact"),
            ("joined_on", "1993-12-16", "1993-12-16", "plain"),
            ("kind", "离休", "retired_with_honours", "plain"),
        ],
    )
    def test_one_field_in_the_place_of_its_purpose(
        self, field: str, given_value: Any, stored: str | None, place: str
    ) -> None:
        command = Correct.model_validate({"field": field, "value": given_value, "reason": "与证件不符"})
        fact = DetailsCorrected(field=CorrectableField(field), **{place: stored})
        given(MEMBER, enrolled()).when(lambda m: correct(m, command, TODAY)).then(fact, on=TODAY).then_again_nothing()

    def test_the_day_of_birth_follows_the_id_number(self) -> None:
        fact = DetailsCorrected(field=CorrectableField.ID_NUMBER, identity="310104195410280014")
        member = evolve(given(MEMBER, enrolled()).entities["member"].state, fact, TODAY)
        assert member.person is not None
        assert member.person.birth == date(1954, 10, 28)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", ""), ("sex", "?"), ("id_number", "310104195410280019"), ("joined_on", "1993-02-30"), ("kind", "x")],
    )
    def test_a_value_the_field_cannot_have_is_no_command(self, field: str, value: str) -> None:
        with pytest.raises(ValidationError):
            Correct.model_validate({"field": field, "value": value, "reason": "-"})

    def test_a_day_in_the_future_is_refused(self) -> None:
        command = Correct.model_validate({"field": "joined_on", "value": "2027-01-01", "reason": "笔误"})
        given(MEMBER, enrolled()).when(lambda m: correct(m, command, TODAY)).then_refused("in_future")

    def test_days_that_contradict_each_other_are_refused(self) -> None:
        command = Correct.model_validate({"field": "full_member_on", "value": "1993-01-01", "reason": "笔误"})
        given(MEMBER, enrolled()).when(lambda m: correct(m, command, TODAY)).then_refused("full_before_joined")


class TestBranchAndPension:
    def test_assigned_once(self) -> None:
        given(MEMBER, enrolled()).when(lambda m: assign(m, Assign(branch="b1"), TODAY)).then(
            Assigned(branch_id="b1"), on=TODAY
        ).then_again_nothing()

    def test_the_pension_is_known_from_a_day_on(self) -> None:
        command = SetPensionBasis(basis_fen=412000, since=date(2026, 1, 1))
        given(MEMBER, enrolled()).when(lambda m: set_pension_basis(m, command, TODAY)).then(
            PensionBasisSet(basis_fen=412000), on=date(2026, 1, 1)
        ).then_again_nothing()

    def test_a_pension_of_next_year_is_refused(self) -> None:
        command = SetPensionBasis(basis_fen=412000, since=date(2027, 1, 1))
        given(MEMBER, enrolled()).when(lambda m: set_pension_basis(m, command, TODAY)).then_refused("in_future")


class TestDeath:
    def test_ends_everything(self) -> None:
        given(MEMBER, enrolled()).when(lambda m: die(m, Die(on=MAY_1), TODAY)).then(
            Died(), on=MAY_1
        ).then_again_nothing()

    def test_on_two_days_is_refused(self) -> None:
        given(MEMBER, enrolled(), (Died(), MAY_1)).when(lambda m: die(m, Die(on=TODAY), TODAY)).then_refused(
            "died", on=MAY_1
        )

    def test_nobody_dead_moves_returns_or_changes(self) -> None:
        dead = given(MEMBER, enrolled(), (Died(), MAY_1))
        dead.when(lambda m: move_away(m, leave(), POLICY.away, TODAY)).then_refused("died")
        dead.when(lambda m: come_back(m, Return(on=TODAY), TODAY)).then_refused("died")
        dead.when(lambda m: change_contact(m, ChangeContact(phone="12345"), TODAY)).then_refused("died")
        dead.when(lambda m: assign(m, Assign(branch="b"), TODAY)).then_refused("died")
        dead.when(lambda m: set_pension_basis(m, SetPensionBasis(basis_fen=1), TODAY)).then_refused("died")


def test_what_cannot_be_read_is_not_remembered() -> None:
    """After erasure, or without the key, sealed values come as HIDDEN; the rest of the life stays."""
    fact, on = enrolled(person=HIDDEN, contact=HIDDEN, pension_basis_fen=HIDDEN)
    member = evolve(Member(), fact, on)
    assert (member.person, member.contact, member.terms.bases) == (None, None, ())
    assert member.enrolled_on == ENROLLED_ON
    paid = DuesPaid(months=("2026-01",), amount=HIDDEN, receipt_no="2026-0001", method=PayMethod.CASH)
    assert evolve(member, paid, on).paid == {"2026-01": "2026-0001"}
    assert evolve(member, PensionBasisSet(basis_fen=HIDDEN), on).terms.bases == ()
    assert evolve(member, ContactChanged(contact=HIDDEN), on).contact is None
