"""Applying to leave: asked, approved or refused by a person, and carried by the absence."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.facts.base import HIDDEN, Fact
from events.facts.member import AwayKind, Returned
from events.facts.member_application import (
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from services.registry.decide import away_application
from services.registry.decide.away_application import ApplyAway, ApproveAway, LeaveAway, RefuseAway, WithdrawAway
from services.registry.decide.commands import MoveAway
from services.registry.decide.member import MEMBER, move_away
from tests.given import given
from tests.registry.decide.leavers import gone
from tests.registry.decide.people import POLICY, TODAY, enrolled


def applied(**other: Any) -> tuple[Fact, date]:
    """Asked in November to leave in December, for three months."""
    usual: dict[str, Any] = {
        "application_id": "a1", "since": date(2026, 11, 20), "expected_return": date(2027, 3, 1),
        "destination": "杭州市", "reason": "照看外孙",
    }  # fmt: skip
    return AwayApplied(**(usual | other)), date(2026, 11, 10)


def approved(**other: Any) -> tuple[Fact, date]:
    return AwayApplicationApproved(**({"application_id": "a1", "kind": AwayKind.CARD, "clause": "§3.2"} | other)), TODAY


def applying(**other: Any) -> Any:
    body = {"from": "2026-12-01", "destination": "杭州市", "reason": "照看外孙"} | other
    command = ApplyAway.model_validate(body)
    return lambda one: away_application.apply(one, command, TODAY, application_id="a1")


def test_an_application_may_lie_ahead_and_is_made_once() -> None:
    asked = AwayApplied(application_id="a1", since=date(2026, 12, 1), destination="杭州市", reason="照看外孙")
    given(MEMBER, enrolled()).when(applying()).then(asked, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), applied()).when(applying()).then_refused("already_applied", destination="杭州市")
    given(MEMBER, enrolled(), gone()).when(applying()).then_refused("already_away")
    given(MEMBER, enrolled()).when(applying(applied_on="2026-11-22")).then_refused("in_future")
    back = (Returned(), date(2026, 12, 5))
    given(MEMBER, enrolled(), gone(), back).when(applying()).then_refused("before_last_return")


def approving(**said: Any) -> Any:
    command = ApproveAway(application="a1", **said)
    return lambda one: away_application.approve(one, command, POLICY.away, TODAY)


def test_the_policy_says_how_and_a_person_may_say_otherwise_with_a_reason() -> None:
    given(MEMBER, enrolled(), applied()).when(approving()).then(approved()[0], on=TODAY).then_again_nothing()
    other = approving(kind=AwayKind.TEMPORARY_TRANSFER)
    given(MEMBER, enrolled(), applied()).when(other).then_refused("say_why_other_kind", clause="§3.2")
    said = approving(kind=AwayKind.TEMPORARY_TRANSFER, why_kind="对方已同意接收")
    fact, _on = approved(
        kind=AwayKind.TEMPORARY_TRANSFER, clause="§3.1", policy_kind=AwayKind.CARD, why_other="对方已同意接收"
    )
    outcome = given(MEMBER, enrolled(), applied()).when(said)
    outcome.then(fact, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), applied(), approved()).when(said).then_refused("already_approved")
    given(MEMBER, enrolled()).when(approving()).then_refused("no_application")


def test_a_refusal_and_a_withdrawal_close_an_application() -> None:
    refusing = RefuseAway(application="a1", reason="去处未定")
    given(MEMBER, enrolled(), applied()).when(lambda one: away_application.refuse(one, refusing, TODAY)).then(
        AwayApplicationRefused(application_id="a1", why="去处未定"), on=TODAY
    ).then_again_nothing()
    given(MEMBER, enrolled(), applied(), approved()).when(
        lambda one: away_application.refuse(one, refusing, TODAY)
    ).then_refused("already_approved")
    withdrawing = WithdrawAway(application="a1", reason="不去了")
    given(MEMBER, enrolled(), applied(), approved()).when(
        lambda one: away_application.withdraw(one, withdrawing, TODAY)
    ).then(AwayApplicationWithdrawn(application_id="a1", why="不去了"), on=TODAY).then_again_nothing()
    given(MEMBER, enrolled()).when(lambda one: away_application.withdraw(one, withdrawing, TODAY)).then_refused(
        "no_application"
    )


def leaving(on: date = TODAY) -> Any:
    return lambda one: away_application.leave(one, LeaveAway(application="a1", on=on), POLICY.away, TODAY)


def test_leaving_carries_the_application_and_looks_at_the_policy_anew() -> None:
    outcome = given(MEMBER, enrolled(), applied(), approved()).when(leaving())
    ((moved, on),) = outcome.then_facts()
    assert (moved.application_id, moved.kind, moved.clause, moved.reason) == ("a1", AwayKind.CARD, "§3.2", "照看外孙")
    assert (moved.policy_kind, moved.why_other, on) == (None, None, TODAY)
    outcome.then_again_nothing()
    long = applied(since=date(2026, 5, 1), fixed_place=True, expected_return=None)
    ((moved, _on),) = given(MEMBER, enrolled(), long, approved()).when(leaving(date(2026, 5, 1))).then_facts()
    assert (moved.kind, moved.clause) == (AwayKind.TEMPORARY_TRANSFER, "§3.1"), "it lasted longer than was thought"


def test_leaving_holds_to_what_a_person_chose() -> None:
    chosen = approved(
        kind=AwayKind.TEMPORARY_TRANSFER, clause="§3.1", policy_kind=AwayKind.CARD, why_other="对方已同意接收"
    )
    ((moved, _on),) = given(MEMBER, enrolled(), applied(), chosen).when(leaving()).then_facts()
    assert (moved.kind, moved.policy_kind, moved.why_other) == (
        AwayKind.TEMPORARY_TRANSFER, AwayKind.CARD, "对方已同意接收",
    )  # fmt: skip
    erased = approved(kind=AwayKind.TEMPORARY_TRANSFER, clause="§3.1", policy_kind=AwayKind.CARD, why_other=HIDDEN)
    ((moved, _on),) = given(MEMBER, enrolled(), applied(), erased).when(leaving()).then_facts()
    assert moved.kind is AwayKind.TEMPORARY_TRANSFER


def test_who_was_not_approved_or_is_back_before_they_left_does_not_leave() -> None:
    given(MEMBER, enrolled(), applied()).when(leaving()).then_refused("not_approved")
    given(MEMBER, enrolled()).when(leaving()).then_refused("no_application")
    short = applied(expected_return=date(2026, 11, 20))
    given(MEMBER, enrolled(), short, approved()).when(leaving()).then_refused("back_before_leaving")
    given(MEMBER, enrolled(), applied(), approved()).when(leaving(date(2026, 11, 22))).then_refused("in_future")


def test_who_leaves_without_waiting_closes_the_application_too() -> None:
    command = MoveAway.model_validate({"from": TODAY, "destination": "杭州市", "reason": "照看外孙"})
    ((moved, _on),) = (
        given(MEMBER, enrolled(), applied()).when(lambda one: move_away(one, command, POLICY.away, TODAY)).then_facts()
    )
    assert moved.application_id == "a1"
    chosen = command.model_copy(update={"kind": AwayKind.INTERMITTENT})
    given(MEMBER, enrolled()).when(lambda one: move_away(one, chosen, POLICY.away, TODAY)).then_refused(
        "say_why_other_kind"
    )
