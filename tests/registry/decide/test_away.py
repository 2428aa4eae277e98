"""How an absence is decided: the kind by the policy, the contact card from its issue to its inspection."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.facts.away_application import (
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from events.facts.base import HIDDEN, Fact
from events.facts.decision import Decisions, Refused
from events.facts.member import AwayKind, Died, MovedAway, Returned
from events.facts.member_away import (
    ContactCardInspected,
    ContactCardIssued,
    ContactCardRevoked,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
)
from events.facts.papers import Paper, PaperNumbered
from services.registry.decide import away_application, contact_card, relation_transfer
from services.registry.decide.away_application import ApplyAway, ApproveAway, LeaveAway, RefuseAway, WithdrawAway
from services.registry.decide.away_due import Stay, due_of
from services.registry.decide.commands import MoveAway
from services.registry.decide.contact_card import InspectCard, IssueCard, RevokeCard
from services.registry.decide.days import months_after
from services.registry.decide.member import MEMBER, away_kind, move_away
from services.registry.decide.papers import PAPERS
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer, WithdrawTransfer
from tests.given import Spec, given
from tests.registry.decide.people import POLICY, TODAY, enrolled
from tests.tables import cases

LEFT = date(2026, 8, 1)


def said(cell: str) -> str | None:
    return None if cell == "—" else cell


def gone(kind: AwayKind = AwayKind.CARD, expected_return: date | None = None) -> tuple[Fact, date]:
    """Left for Hangzhou in August."""
    moved = MovedAway(
        kind=kind, clause="§3.2", destination="杭州市", fixed_place=False, reason="带孙子",
        expected_return=expected_return,
    )  # fmt: skip
    return moved, LEFT


def card(number: str = "2026-0001", **other: Any) -> tuple[Fact, date]:
    """A card given on the day of leaving."""
    usual = {"card_id": "c1", "number": number, "valid_until": date(2027, 2, 1), "destination": "杭州市"}
    return ContactCardIssued(clause="§3.2", **(usual | other)), LEFT


def issuing(command: IssueCard, card_id: str = "c2") -> Any:
    def decide(member: Any, book: Any) -> Decisions:
        return contact_card.issue(
            member, book, command, POLICY.away, TODAY, member_id="member", book_id="papers", card_id=card_id
        )

    return decide


def sending(command: SendTransfer) -> Any:
    def decide(member: Any, book: Any) -> Decisions:
        return relation_transfer.send(member, book, command, POLICY.away, TODAY, member_id="member", book_id="papers")

    return decide


def letter(number: str = "2026-0001", **other: Any) -> tuple[Fact, date]:
    """A letter given in September."""
    usual: dict[str, Any] = {
        "letter_no": number, "to_organisation": "文三街道党工委", "valid_until": date(2026, 12, 1), "clause": "§3.7",
        "kind_clause": "§3.1", "kind_before": AwayKind.CARD, "clause_before": "§3.2",
    }  # fmt: skip
    return RelationTransferSent(**(usual | other)), date(2026, 9, 1)


def member(*past: Any) -> Spec:
    return given(MEMBER, enrolled(), *past).given(PAPERS)


@cases("away")
def test_the_table_of_absences(row: dict[str, str]) -> None:
    if "leaves" in row:
        _the_kind(row)
    elif "card is valid until" in row:
        _the_card(row)
    elif "letter of" in row and "valid until" in row:
        _the_letter(row)
    else:
        _what_is_due(row)


def _the_kind(row: dict[str, str]) -> None:
    command = MoveAway.model_validate(
        {
            "from": row["leaves"],
            "expected_return": said(row["back expected"]),
            "destination": row["to"],
            "fixed_place": row["fixed place"] == "yes",
            "intermittent": row["comes and goes"] == "yes",
            "reason": "随子女",
        }
    )
    kind, clause = away_kind(command, POLICY.away, TODAY)
    assert (kind.value.replace("_", " "), clause) == (row["kept by"], row["clause"])


def _the_card(row: dict[str, str]) -> None:
    expected = said(row["back expected"])
    away = gone(expected_return=date.fromisoformat(expected) if expected else None)
    command = IssueCard.model_validate({"valid_from": said(row["from"]), "valid_until": said(row["until"])})
    outcome = member(away).when(issuing(command))
    if code := said(row["or is refused"]):
        outcome.then_refused(code, clause=said(row["clause"]))
        return
    (issued, on), *none = outcome.then_facts("member")
    assert not none
    assert (issued.valid_until.isoformat(), issued.clause) == (row["card is valid until"], row["clause"])
    assert on.isoformat() == (said(row["from"]) or TODAY.isoformat())


def _the_letter(row: dict[str, str]) -> None:
    command = SendTransfer(to="文三街道党工委", on=date.fromisoformat(row["letter of"]))
    received, code = said(row["received"]), said(row["or is refused"])
    outcome = member(gone()).when(sending(command))
    if received is None and code:
        outcome.then_refused(code, clause=said(row["clause"]))
        return
    (sent, on), *none = outcome.then_facts("member")
    assert (not none, on, sent.kind_clause) == (True, command.on, "§3.1")
    assert (sent.valid_until.isoformat(), sent.clause) == (row["valid until"], "§3.7")
    if received:
        told = ReceiveTransfer(on=date.fromisoformat(received), told_by="陈老师来电")
        after = given(MEMBER, enrolled(), gone(), (sent, on)).when(
            lambda one: relation_transfer.receive(one, told, POLICY.away, TODAY)
        )
        if code:
            after.then_refused(code, clause=said(row["clause"]))
        else:
            fact = RelationTransferReceived(letter_no=sent.letter_no, told_by="陈老师来电")
            after.then(fact, on=told.on).then_again_nothing()


def _what_is_due(row: dict[str, str]) -> None:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if said(row[name]) else None

    letter = day("letter of")
    stay = Stay(
        kind=AwayKind(row["kept by"].replace(" ", "_")),
        since=date.fromisoformat(row["left"]),
        fixed_place=row["fixed place"] == "yes",
        card_no="2026-0001" if day("card until") else None,
        card_until=day("card until"),
        letter_sent_on=letter,
        letter_until=months_after(letter, 3) if letter else None,
        received_on=day("received"),
        reported_on=day("last report"),
        last_contact=day("last contact"),
        lost_since=day("flagged lost"),
    )
    found = [f"{due.kind.value} {due.on} {due.clause}" for due in due_of(stay, POLICY.away, TODAY)]
    assert ", ".join(found) == row["due (the earliest first)"]


def test_a_card_takes_the_next_number_and_the_same_again_is_none() -> None:
    command = IssueCard()
    issued = ContactCardIssued(
        card_id="c2", number="2026-0001", valid_until=date(2027, 5, 21), destination="杭州市", clause="§3.2"
    )
    numbered = PaperNumbered(paper=Paper.CARD, number="2026-0001", member="member")
    outcome = member(gone()).when(issuing(command))
    outcome.then(issued, on=TODAY).then(numbered, on=TODAY, of="papers").then_again_nothing()


def test_numbers_of_letters_and_of_other_years_do_not_count() -> None:
    past = [
        (PaperNumbered(paper=Paper.CARD, number="2025-0412", member="m"), date(2025, 12, 30)),
        (PaperNumbered(paper=Paper.LETTER, number="2026-0009", member="m"), TODAY),
    ]
    spec = given(MEMBER, enrolled(), gone()).given(PAPERS, *past)
    (issued, _on), *_more = spec.when(issuing(IssueCard())).then_facts("member")
    assert issued.number == "2026-0001"


def test_a_renewal_takes_the_place_of_the_card_before() -> None:
    outcome = member(gone(), card()).when(issuing(IssueCard()))
    (issued, _on), *_more = outcome.then_facts("member")
    assert issued.replaces == "c1"
    outcome.then_again_nothing()


def test_who_is_not_kept_in_touch_by_card_gets_none() -> None:
    member().when(issuing(IssueCard())).then_refused("not_away")
    member(gone(AwayKind.INTERMITTENT)).when(issuing(IssueCard())).then_refused("no_card_for_kind")
    member(gone(), (Died(), TODAY)).when(issuing(IssueCard())).then_refused("died")


def test_a_card_is_revoked_once_and_only_the_one_that_holds() -> None:
    command = RevokeCard(card="c1", reason="丢了")
    given(MEMBER, enrolled(), gone(), card()).when(lambda one: contact_card.revoke(one, command, TODAY)).then(
        ContactCardRevoked(card_id="c1", why="丢了"), on=TODAY
    ).then_again_nothing()
    other = RevokeCard(card="c9", reason="丢了")
    given(MEMBER, enrolled(), gone(), card()).when(lambda one: contact_card.revoke(one, other, TODAY)).then_refused(
        "no_card"
    )


def test_a_card_is_inspected_after_the_return_and_a_replaced_one_needs_no_inspection() -> None:
    command = InspectCard(card="c1", handed_in=True, inspected_by="王敏", written_there="学习两次")
    back = (Returned(), date(2026, 11, 1))
    given(MEMBER, enrolled(), gone(), card(), back).when(lambda one: contact_card.inspect(one, command, TODAY)).then(
        ContactCardInspected(card_id="c1", handed_in=True, inspected_by="王敏", written_there="学习两次"), on=TODAY
    ).then_again_nothing()
    renewed = card(card_id="c2", number="2026-0002", replaces="c1")
    given(MEMBER, enrolled(), gone(), card(), renewed).when(
        lambda one: contact_card.inspect(one, command, TODAY)
    ).then_nothing()
    given(MEMBER, enrolled()).when(lambda one: contact_card.inspect(one, command, TODAY)).then_refused("no_card")


def test_a_letter_makes_the_absence_a_transfer_and_takes_the_place_of_the_one_before() -> None:
    outcome = member(gone()).when(sending(SendTransfer(to="文三街道党工委")))
    (sent, _on), *_more = outcome.then_facts("member")
    assert (sent.kind_before, sent.clause_before, sent.replaces) == (AwayKind.CARD, "§3.2", None)
    assert outcome.then_facts("papers")[0][0] == PaperNumbered(paper=Paper.LETTER, number="2026-0001", member="member")
    outcome.then_again_nothing()
    (again, _on), *_more = (
        member(gone(), letter()).when(sending(SendTransfer(to="翠苑街道党工委"))).then_facts("member")
    )
    assert (again.replaces, again.kind_before) == ("2026-0001", AwayKind.CARD), "not the kind that a letter made it"
    member(gone(AwayKind.INTERMITTENT)).when(sending(SendTransfer(to="文三"))).then_refused("no_transfer_for_kind")
    member().when(sending(SendTransfer(to="文三"))).then_refused("not_away")


def test_a_letter_that_was_received_stays() -> None:
    received = (RelationTransferReceived(letter_no="2026-0001", told_by="陈老师"), date(2026, 9, 9))
    past = (enrolled(), gone(), letter(), received)
    sending_again = sending(SendTransfer(to="翠苑街道党工委"))
    given(MEMBER, *past).given(PAPERS).when(sending_again).then_refused("already_received", on=date(2026, 9, 9))
    given(MEMBER, *past).when(
        lambda one: relation_transfer.withdraw(one, WithdrawTransfer(reason="写错了"), TODAY)
    ).then_refused("already_received")
    other_day = ReceiveTransfer(on=date(2026, 9, 10), told_by="陈老师")
    given(MEMBER, *past).when(lambda one: relation_transfer.receive(one, other_day, POLICY.away, TODAY)).then_refused(
        "already_received"
    )


def test_a_letter_is_withdrawn_and_the_absence_is_what_it_was() -> None:
    command = WithdrawTransfer(reason="写错了")
    withdrawn = RelationTransferWithdrawn(letter_no="2026-0001", kind=AwayKind.CARD, clause="§3.2", why="写错了")
    outcome = given(MEMBER, enrolled(), gone(), letter()).when(
        lambda one: relation_transfer.withdraw(one, command, TODAY)
    )
    outcome.then(withdrawn, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), gone(), letter(), (withdrawn, TODAY)).given(PAPERS).when(
        issuing(IssueCard())
    ).then_facts()


def test_who_is_back_has_no_letter() -> None:
    back = (Returned(), date(2026, 11, 1))
    told = ReceiveTransfer(on=TODAY, told_by="陈老师")
    given(MEMBER, enrolled(), gone(), letter(), back).when(
        lambda one: relation_transfer.receive(one, told, POLICY.away, TODAY)
    ).then_refused("no_letter")


def test_a_refusal_is_a_value() -> None:
    decided = issuing(IssueCard())(MEMBER.initial, PAPERS.initial)
    assert isinstance(decided, Refused)


# ── applying ─────────────────────────────────────────────────────────────────────────────────────────────────────


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
