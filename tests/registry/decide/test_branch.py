from __future__ import annotations

from datetime import date

from events.facts.branch import BranchContact, ContactSet, Formed
from services.registry.decide.branch import BRANCH, FormBranch, SetBranchContact, form_branch, set_branch_contact
from tests.given import given
from tests.registry.decide.people import TODAY

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
