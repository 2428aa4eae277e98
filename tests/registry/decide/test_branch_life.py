from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.base import Fact
from events.facts.branch import (
    Absorbed,
    BranchKind,
    Formed,
    GroupDissolved,
    GroupFormed,
    GroupRenamed,
    KindChanged,
    Merged,
    PlacedUnder,
    Split,
)
from events.facts.decision import Decisions
from events.facts.member import Assigned, Died
from services.registry.decide.branch import BRANCH, Branch, RenameBranch, form_branch, rename_branch
from services.registry.decide.branch_life import (
    ChangeKind,
    MergeBranch,
    PlaceUnder,
    SplitBranch,
    change_kind,
    merge_branch,
    place_under,
    split_branch,
)
from services.registry.decide.group import (
    ChooseGroup,
    FormGroup,
    RenameGroup,
    choose_group,
    dissolve_group,
    form_group,
    rename_group,
)
from services.registry.decide.member import MEMBER, Member
from tests.given import Spec, given
from tests.registry.decide.people import TODAY, enrolled
from tests.registry.decide.test_branch import FORM

FIRST, SECOND = Formed(name="第一党支部"), Formed(name="第二党支部")
NOVEMBER = date(2026, 11, 1)
SPLIT = SplitBranch(name="第二党支部", member_ids=("a", "b"), on=NOVEMBER, reason="人数过多")
MERGE = MergeBranch(into="b2", on=NOVEMBER, reason="人数过少")


def two_branches(*people: str, first: tuple[Fact, ...] = (FIRST,), second: tuple[Fact, ...] = ()) -> Spec:
    """Branches b1 and b2, and people who belong to b1."""
    spec = Spec().given(BRANCH, *first, called="b1").given(BRANCH, *second, called="b2")
    for one in people:
        spec.given(MEMBER, enrolled(branch_id="b1"), called=one)
    return spec


def splitting(command: SplitBranch = SPLIT) -> Any:
    def decide(source: Branch, new: Branch, *people: Member) -> Decisions:
        members = dict(zip(command.member_ids, people, strict=False))
        return split_branch(source, new, members, command, TODAY, source_id="b1", new_id="b2")

    return decide


def merging(command: MergeBranch = MERGE, *names: str) -> Any:
    def decide(source: Branch, target: Branch, *people: Member) -> Decisions:
        members = dict(zip(names or "abc", people, strict=False))
        return merge_branch(source, target, members, command, TODAY, source_id="b1")

    return decide


def test_a_branch_is_split_and_those_chosen_follow() -> None:
    outcome = two_branches("a", "b").when(splitting())
    outcome.then(Split(into="b2", name="第二党支部", members=2), on=NOVEMBER)
    assert outcome.then_facts(of="b2") == [(Formed(name="第二党支部", split_from="b1"), NOVEMBER)]
    for one in ("a", "b"):
        assert outcome.then_facts(of=one) == [(Assigned(branch_id="b2"), NOVEMBER)]
    outcome.then_again_nothing()


def test_what_splits_off_stays_below_the_same_general_branch() -> None:
    placed = PlacedUnder(general_id="g", name="金桥党总支")
    outcome = two_branches("a", "b", first=(FIRST, placed)).when(splitting())
    assert outcome.then_facts(of="b2")[1] == (PlacedUnder(general_id="g", name=None), NOVEMBER)


def test_nobody_is_split_off_who_does_not_belong_to_it() -> None:
    spec = two_branches("a").given(MEMBER, enrolled(branch_id="b9"), called="b")
    spec.when(splitting()).then_refused("not_in_branch", member_ids=["b"])
    dead = two_branches("a").given(MEMBER, enrolled(branch_id="b1"), Died(), called="b")
    dead.when(splitting()).then_refused("not_in_branch", member_ids=["b"])


def test_nobody_moves_before_the_last_move() -> None:
    """Otherwise somebody would have been in two branches."""
    late = (Assigned(branch_id="b1"), date(2026, 11, 9))
    spec = two_branches("a").given(MEMBER, enrolled(), late, called="b")
    spec.when(splitting()).then_refused("before_last_move", since=date(2026, 11, 9), member_ids=["b"])
    merged = two_branches("a", second=(SECOND,)).given(MEMBER, enrolled(), late, called="b")
    merged.when(merging()).then_refused("before_last_move", since=date(2026, 11, 9))


@pytest.mark.parametrize(
    ("first", "changed", "code"),
    [
        ((), {}, "no_branch"),
        ((Formed(name="总支", kind=BranchKind.GENERAL),), {}, "general_branch"),
        ((FIRST, Merged(into="b9", name="x", members=1)), {}, "branch_closed"),
        ((FIRST,), {"on": date(2026, 11, 22)}, "in_future"),
        ((FIRST,), {"on": date(2025, 1, 1)}, "before_last_change"),
        ((FIRST,), {"kind": BranchKind.GENERAL}, "general_branch"),
    ],
)
def test_a_branch_is_not_split_when(first: tuple[Fact, ...], changed: dict[str, Any], code: str) -> None:
    two_branches("a", "b", first=first).when(splitting(SPLIT.model_copy(update=changed))).then_refused(code)


def test_a_name_that_is_taken_is_refused() -> None:
    two_branches("a", "b", second=(SECOND,)).when(splitting()).then_refused("already_formed", name="第二党支部")


@pytest.mark.parametrize("ids", [(), ("a b",)])
def test_a_split_moves_somebody(ids: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        SplitBranch(name="第二党支部", member_ids=ids, reason="x")


def test_a_branch_ends_in_another_and_everybody_follows() -> None:
    outcome = two_branches("a", "b", second=(SECOND,)).when(merging())
    outcome.then(Merged(into="b2", name="第二党支部", members=2), on=NOVEMBER)
    assert outcome.then_facts(of="b2") == [(Absorbed(branch_id="b1", name="第一党支部", members=2), NOVEMBER)]
    for one in ("a", "b"):
        assert outcome.then_facts(of=one) == [(Assigned(branch_id="b2"), NOVEMBER)]
    outcome.then_again_nothing()


def test_who_was_put_into_it_meanwhile_follows_later() -> None:
    spec = two_branches(first=(FIRST, Merged(into="b2", name="第二党支部", members=0)), second=(SECOND,))
    spec.given(MEMBER, enrolled(), (Assigned(branch_id="b1"), TODAY), called="a")
    outcome = spec.when(merging())
    assert outcome.then_facts(of="a") == [(Assigned(branch_id="b2"), TODAY)]
    outcome.then_again_nothing()


def test_who_has_left_or_died_does_not_follow() -> None:
    spec = two_branches(second=(SECOND,)).given(MEMBER, enrolled(branch_id="b9"), called="a")
    spec.given(MEMBER, enrolled(branch_id="b1"), (Died(), date(2026, 10, 1)), called="b")
    outcome = spec.when(merging())
    outcome.then(Merged(into="b2", name="第二党支部", members=0))
    assert not outcome.then_facts(of="a")
    assert not outcome.then_facts(of="b")


def test_nobody_stood_in_a_branch_that_had_ended() -> None:
    """Who left or died after that day stood in it until then."""
    for later in (Assigned(branch_id="b9"), Died()):
        spec = two_branches(second=(SECOND,)).given(MEMBER, enrolled(branch_id="b1"), (later, TODAY), called="a")
        spec.when(merging()).then_refused("before_last_move", since=TODAY)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ((), (SECOND,), "no_branch"),
        ((FIRST,), (), "no_branch"),
        ((FIRST,), (Formed(name="总支", kind=BranchKind.GENERAL),), "general_branch"),
        ((FIRST, Merged(into="b9", name="x", members=1)), (SECOND,), "branch_closed"),
        ((FIRST,), (SECOND, Merged(into="b9", name="x", members=1)), "branch_closed"),
    ],
)
def test_branches_are_not_merged_when(first: tuple[Fact, ...], second: tuple[Fact, ...], code: str) -> None:
    two_branches("a", first=first, second=second).when(merging()).then_refused(code)


def test_what_has_ended_is_not_renamed_nor_formed_again() -> None:
    ended = given(BRANCH, FIRST, Merged(into="b2", name="第二党支部", members=1))
    ended.when(lambda b: rename_branch(b, RenameBranch(name="x", reason="y"), TODAY)).then_refused("branch_closed")
    ended.when(lambda b: form_branch(b, FORM, TODAY)).then_refused("branch_closed", into="b2")


def test_a_branch_belongs_to_a_general_branch() -> None:
    general = Formed(name="金桥党总支", kind=BranchKind.GENERAL)
    command = PlaceUnder(general="g", on=NOVEMBER)
    spec = given(BRANCH, FIRST).given(BRANCH, general, called="g")
    spec.when(lambda b, g: place_under(b, g, command, TODAY)).then(
        PlacedUnder(general_id="g", name="金桥党总支"), on=NOVEMBER
    ).then_again_nothing()
    spec.when(lambda b, _: place_under(b, None, PlaceUnder(), TODAY)).then(PlacedUnder(general_id=None, name=None))
    given(BRANCH, general).given(BRANCH, general, called="g").when(
        lambda b, g: place_under(b, g, command, TODAY)
    ).then_refused("general_branch")
    given(BRANCH, FIRST).given(BRANCH, SECOND, called="g").when(
        lambda b, g: place_under(b, g, command, TODAY)
    ).then_refused("no_general_branch")


def test_something_else_brings_a_branch_together() -> None:
    command = ChangeKind(kind=BranchKind.HOBBY, on=NOVEMBER)
    given(BRANCH, FIRST).when(lambda b: change_kind(b, command, TODAY)).then(
        KindChanged(kind=BranchKind.HOBBY), on=NOVEMBER
    ).then_again_nothing()
    general = ChangeKind(kind=BranchKind.GENERAL)
    given(BRANCH, FIRST).when(lambda b: change_kind(b, general, TODAY)).then_refused("general_branch")
    given(BRANCH).when(lambda b: change_kind(b, command, TODAY)).then_refused("no_branch")


GROUP = GroupFormed(group_id="g1", name="第一党小组")


def test_a_group_begins_once_and_is_renamed() -> None:
    command = FormGroup(name="第一党小组")
    given(BRANCH, FIRST).when(lambda b: form_group(b, command, TODAY, group_id="g1")).then(GROUP).then_again_nothing()
    renamed = RenameGroup(name="红枫路党小组")
    given(BRANCH, FIRST, GROUP).when(lambda b: rename_group(b, "g1", renamed, TODAY)).then(
        GroupRenamed(group_id="g1", name="红枫路党小组")
    ).then_again_nothing()
    given(BRANCH, FIRST).when(lambda b: rename_group(b, "g1", renamed, TODAY)).then_refused("no_group")
    other = GroupFormed(group_id="g2", name="红枫路党小组")
    given(BRANCH, FIRST, GROUP, other).when(lambda b: rename_group(b, "g1", renamed, TODAY)).then_refused(
        "group_exists"
    )


def test_members_are_chosen_into_a_group_and_out_of_it() -> None:
    def decide(branch: Branch, a: Member, b: Member) -> Decisions:
        members = {"a": a, "b": b}
        return choose_group(branch, "g1", members, ChooseGroup(member_ids=("a",)), TODAY, branch_id="b1")

    spec = given(BRANCH, FIRST, GROUP).given(MEMBER, enrolled(branch_id="b1"), called="a")
    spec.given(MEMBER, enrolled(), Assigned(branch_id="b1", group_id="g1"), called="b")
    outcome = spec.when(decide)
    assert outcome.then_facts(of="a") == [(Assigned(branch_id="b1", group_id="g1"), TODAY)]
    assert outcome.then_facts(of="b") == [(Assigned(branch_id="b1"), TODAY)]
    outcome.then_again_nothing()


def test_nobody_of_another_branch_is_chosen() -> None:
    def decide(branch: Branch, a: Member) -> Decisions:
        return choose_group(branch, "g1", {"a": a}, ChooseGroup(member_ids=("a",)), TODAY, branch_id="b1")

    given(BRANCH, FIRST, GROUP).given(MEMBER, enrolled(branch_id="b9"), called="a").when(decide).then_refused(
        "not_in_branch"
    )
    given(BRANCH, FIRST).given(MEMBER, enrolled(branch_id="b1"), called="a").when(decide).then_refused("no_group")


def test_a_group_is_dissolved_and_its_members_stay_in_the_branch() -> None:
    def decide(branch: Branch, a: Member) -> Decisions:
        return dissolve_group(branch, "g1", {"a": a}, TODAY, branch_id="branch")

    spec = given(BRANCH, FIRST, GROUP).given(
        MEMBER, enrolled(), Assigned(branch_id="branch", group_id="g1"), called="a"
    )
    outcome = spec.when(decide).then(GroupDissolved(group_id="g1", name="第一党小组"))
    assert outcome.then_facts(of="a") == [(Assigned(branch_id="branch"), TODAY)]
    outcome.then_again_nothing()


def test_another_branch_has_no_group_of_theirs() -> None:
    """A move to another branch leaves the group behind."""
    spec = given(MEMBER, enrolled(), Assigned(branch_id="b1", group_id="g1"), Assigned(branch_id="b2"))
    assert spec.entities["member"].state.group_id is None
