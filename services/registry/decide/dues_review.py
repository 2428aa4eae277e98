"""Looking into months that nobody paid ends with an outcome and a note, by a person (DOMAIN §4 "arrears")."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.member_dues import ArrearsOutcome, ArrearsReviewed, ArrearsReviewTakenBack
from services.registry.decide.days import months_after, months_between
from services.registry.decide.member import Member, unable
from services.registry.decide.policy import ArrearsRule
from services.registry.decide.values import Text


class ReviewArrears(Command):
    """What was found on `on` (today). Somebody looks again on `again_on`, by default as the policy has it."""

    outcome: ArrearsOutcome
    note: Text
    on: date | None = None
    again_on: date | None = None


class TakeReviewBack(Command):
    """It was written down by mistake. `reason` goes into the fact's envelope."""

    reason: Text


def longest_run(months: Sequence[str]) -> tuple[str, ...]:
    """The longest run of these months (in order), the latest of several."""
    best: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    for month in months:
        follows = run and [*months_between(run[-1], month)][1:] == [month]
        run = (*run, month) if follows else (month,)
        best = run if len(run) >= len(best) else best
    return best


def review_arrears(
    member: Member, command: ReviewArrears, unpaid: Sequence[str], rule: ArrearsRule, today: date, *, review_id: str
) -> Decision:
    """It is closed. `unpaid` are the months that are over and not paid; fewer in a row than the rule has are no matter
    for a review: a friendly call is.
    """
    if review_id in member.dues.reviews:
        return nothing()
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    run = longest_run(unpaid)
    if len(run) < rule.review_months:
        return refused("too_few_to_review", months=len(run), needed=rule.review_months, clause=rule.clause_review)
    again_on = command.again_on or months_after(on, rule.review_again_months)
    if again_on <= on:
        return refused("again_too_early", on=on)
    reviewed = ArrearsReviewed(
        review_id=review_id, first=run[0], last=run[-1], outcome=command.outcome, note=command.note, again_on=again_on,
        clause=rule.clause_review,
    )  # fmt: skip
    return facts(reviewed, on=on)


def take_review_back(member: Member, today: date, *, review_id: str) -> Decision:
    """It was a slip: the months wait for a person again."""
    if review_id in member.dues.reviews_back:
        return nothing()
    if review_id not in member.dues.reviews:
        return refused("no_review")
    return facts(ArrearsReviewTakenBack(review_id=review_id), on=today)
