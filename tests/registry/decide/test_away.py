"""How an absence is decided: the kind by the policy, the contact card from its issue to its inspection."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.facts.base import Fact
from events.facts.decision import Decisions, Refused
from events.facts.member import AwayKind, Died, MovedAway, Returned
from events.facts.member_away import (
    ContactCardInspected,
    ContactCardIssued,
    ContactCardRevoked,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
    ReportedFromAfar,
)
from events.facts.papers import Paper, PaperNumbered
from services.registry.decide import contact_card, relation_transfer
from services.registry.decide.away_day import CorrectAwayDay, correct_day, months_paid_there
from services.registry.decide.away_due import Stay, due_of
from services.registry.decide.away_places import gathered
from services.registry.decide.commands import MoveAway
from services.registry.decide.contact_card import InspectCard, IssueCard, RevokeCard
from services.registry.decide.days import months_after
from services.registry.decide.member import MEMBER, away_kind
from services.registry.decide.papers import PAPERS
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer, WithdrawTransfer
from tests.given import Spec, given
from tests.registry.decide.leavers import LEFT, gone
from tests.registry.decide.people import POLICY, TODAY, enrolled
from tests.tables import cases


def said(cell: str) -> str | None:
    return None if cell == "—" else cell


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
    elif "really left" in row:
        _the_day(row)
    elif "from month" in row:
        _the_dues(row)
    elif "destinations" in row:
        _who_is_together(row)
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


def _the_day(row: dict[str, str]) -> None:
    left, expected = date(2026, 6, 1), said(row["back expected"])
    moved = MovedAway(
        kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=row["fixed place"] == "yes",
        reason="带孙子", expected_return=date.fromisoformat(expected) if expected else None,
    )  # fmt: skip
    past: list[Any] = [(moved, left)]
    if since := said(row["what happened since"]):
        what, day = since.split(" on ")
        happened = card()[0] if what == "card" else ReportedFromAfar(said="都好")
        past.append((happened, date.fromisoformat(day)))
    command = CorrectAwayDay(since=date.fromisoformat(row["really left"]), reason="女儿说的")
    outcome = given(MEMBER, enrolled(), *past).when(lambda one: correct_day(one, command, POLICY.away, TODAY))
    if code := said(row["or is refused"]):
        outcome.then_refused(code)
    elif row["kept by"] == "as it is":
        outcome.then_nothing()
    else:
        ((fact, on),) = outcome.then_facts()
        assert (fact.was, on, fact.destination) == (left, command.since, "杭州市")
        assert (fact.kind.value.replace("_", " "), fact.clause) == (row["kept by"], row["clause"])
        assert (fact.card_until.isoformat() if fact.card_until else "—") == row["plan for a card"]
        outcome.then_again_nothing()


def _the_dues(row: dict[str, str]) -> None:
    received = said(row["received"])
    found = months_paid_there(
        AwayKind(row["kept by"].replace(" ", "_")),
        date.fromisoformat(row["left"]),
        date.fromisoformat(received) if received else None,
        POLICY.away,
        TODAY,
    )
    assert (found or ("—", "—")) == (row["from month"], row["to month"])


def _who_is_together(row: dict[str, str]) -> None:
    people = {str(number): place for number, place in enumerate(row["destinations"].split("、"))}
    found = gathered(people, POLICY.away.together)
    assert (", ".join(f"{one.place} {len(one.members)}" for one in found) or "—") == row["places with enough members"]
    assert {one.clause for one in found} <= {row["clause"]}


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


def test_a_letter_or_a_person_s_choice_outlasts_another_day_of_leaving() -> None:
    command = CorrectAwayDay(since=date(2026, 3, 1), reason="女儿说的")
    chosen = MovedAway(
        kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=True, reason="带孙子",
        policy_kind=AwayKind.TEMPORARY_TRANSFER, why_other="对方没有支部",
    )  # fmt: skip
    for past in ([(chosen, LEFT)], [gone(), letter()]):
        ((fact, _on),) = (
            given(MEMBER, enrolled(), *past)
            .when(lambda one: correct_day(one, command, POLICY.away, TODAY))
            .then_facts()
        )
        assert fact.kind is (AwayKind.CARD if past[0][0] is chosen else AwayKind.TEMPORARY_TRANSFER)
    given(MEMBER, enrolled()).when(lambda one: correct_day(one, command, POLICY.away, TODAY)).then_refused("not_away")
