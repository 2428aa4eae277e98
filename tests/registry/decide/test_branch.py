from __future__ import annotations

from datetime import date

import pytest

from events.facts.branch import BranchContact, BranchKind, ContactSet, Formed, Renamed
from services.registry.decide.branch import (
    BRANCH,
    FormBranch,
    RenameBranch,
    SetBranchContact,
    form_branch,
    rename_branch,
    set_branch_contact,
)
from tests.given import given
from tests.registry.decide.people import POLICY, TODAY

FORM = FormBranch(name="第一党支部", community="demo.jinqiao", contact_name="李老师", contact_phone="62710000")


def test_a_branch_is_formed() -> None:
    contact = BranchContact(name="李老师", phone="62710000")
    given(BRANCH).when(lambda b: form_branch(b, FORM, TODAY)).then(
        Formed(name="第一党支部", contact=contact), on=TODAY
    ).then_again_nothing()


def test_a_branch_is_not_formed_under_another_name() -> None:
    given(BRANCH, Formed(name="第二党支部")).when(lambda b: form_branch(b, FORM, TODAY)).then_refused("already_formed")


def test_a_branch_is_not_formed_tomorrow() -> None:
    later = FORM.model_copy(update={"on": date(2026, 11, 22)})
    given(BRANCH).when(lambda b: form_branch(b, later, TODAY)).then_refused("in_future")


def test_its_members_call_somebody_else() -> None:
    command = SetBranchContact(contact_name="周老师", contact_phone="62710001")
    given(BRANCH, Formed(name="第一党支部")).when(lambda b: set_branch_contact(b, command, TODAY)).then(
        ContactSet(contact=BranchContact(name="周老师", phone="62710001")), on=TODAY
    ).then_again_nothing()


def test_a_branch_that_is_not_there_has_nobody_to_call() -> None:
    given(BRANCH).when(lambda b: set_branch_contact(b, SetBranchContact(), TODAY)).then_refused("no_branch")


RENAME = RenameBranch(name="金桥路第一党支部", on=date(2026, 11, 1), reason="与居民区名称一致")


def test_a_branch_of_a_hobby_association_is_formed() -> None:
    hobby = FormBranch(name="书画支部", community="demo.jinqiao", kind=BranchKind.HOBBY)
    given(BRANCH).when(lambda b: form_branch(b, hobby, TODAY)).then(Formed(name="书画支部", kind=BranchKind.HOBBY))


def test_a_branch_is_renamed_from_a_day_on() -> None:
    given(BRANCH, Formed(name="第一党支部")).when(lambda b: rename_branch(b, RENAME, TODAY)).then(
        Renamed(name="金桥路第一党支部"), on=date(2026, 11, 1)
    ).then_again_nothing()


def test_a_branch_is_not_renamed_tomorrow_nor_before_it_was_what_it_is() -> None:
    formed = (Formed(name="第一党支部"), date(2026, 11, 5))
    given(BRANCH, formed).when(lambda b: rename_branch(b, RENAME, TODAY)).then_refused(
        "before_last_change", since=date(2026, 11, 5)
    )
    later = RENAME.model_copy(update={"on": date(2026, 11, 22)})
    given(BRANCH, formed).when(lambda b: rename_branch(b, later, TODAY)).then_refused("in_future")


def test_a_branch_that_is_not_there_is_not_renamed() -> None:
    given(BRANCH).when(lambda b: rename_branch(b, RENAME, TODAY)).then_refused("no_branch")


@pytest.mark.parametrize(
    ("members", "full", "codes"),
    [(2, 2, ["too_few"]), (3, 3, []), (50, 6, []), (8, 7, ["form_committee"]), (51, 7, ["form_committee", "split"])],
)
def test_what_to_think_about_at_a_size_comes_with_its_clause(members: int, full: int, codes: list[str]) -> None:
    advice = POLICY.branches.advice(members, full)
    assert [code for code, _ in advice] == codes
    assert all(clause in POLICY.clauses for _, clause in advice)
