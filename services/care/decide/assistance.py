"""Stream `care`: help is proposed, asked for and agreed to, within the ceilings of its year (DOMAIN R15).

A ceiling is never passed, whatever order facts are put down in: what is asked for counts until it is decided, and a
refusal that is taken back must fit again. Whoever put a request down agrees to it never; a large one needs two others.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from events.facts.care_assistance import (
    AssistanceApproved,
    AssistanceCorrected,
    AssistanceDeclined,
    AssistanceEndorsed,
    AssistanceKind,
    AssistanceProposed,
    AssistanceRequested,
    AssistanceWithdrawn,
)
from events.facts.decision import Decision, Refused, facts, nothing, refused
from services.care.decide.assistance_commands import (
    ApproveAssistance,
    CorrectAssistance,
    DeclineAssistance,
    ProposeAssistance,
    RequestAssistance,
    WithdrawAssistance,
)
from services.care.decide.assistance_state import Assistance, Assistances, Progress
from services.care.decide.care import not_now, unable
from services.care.decide.cared import Cared
from services.care.decide.plan import Situation
from services.care.decide.support_policy import AssistanceRule

CLOSED = (Progress.DECLINED, Progress.WITHDRAWN)
ASKED = (Progress.REQUESTED, Progress.ENDORSED)
GRANTED = (Progress.APPROVED, Progress.PAID, Progress.ACKNOWLEDGED)


class Ceiling(BaseModel):
    """What may still be asked for, and the clause that says so."""

    model_config = ConfigDict(frozen=True)

    left_fen: int
    clause: str


def ceiling_of(known: Assistances, kind: AssistanceKind, on: date, rule: AssistanceRule, apart: str = "") -> Ceiling:
    """The narrowest of: each time, the kind's year, the year of all kinds. `apart` is the assistance in question."""
    in_year = [
        one
        for name, one in known.items()
        if name != apart and one.requested_on is not None and one.requested_on.year == on.year
    ]
    of_kind = rule.kinds[kind]
    used_kind = sum(one.counted_fen for one in in_year if one.kind is kind)
    used_all = sum(one.counted_fen for one in in_year)
    candidates = (
        Ceiling(left_fen=of_kind.once_fen, clause=of_kind.clause),
        Ceiling(left_fen=max(0, of_kind.year_fen - used_kind), clause=of_kind.clause),
        Ceiling(left_fen=max(0, rule.year.most_fen - used_all), clause=rule.year.clause),
    )
    return min(candidates, key=lambda one: one.left_fen)


def above_ceiling(
    known: Assistances, kind: AssistanceKind, amount_fen: int, on: date, rule: AssistanceRule, apart: str
) -> Refused | None:
    """Why so much cannot be given in the year of that day; None if it can."""
    most = ceiling_of(known, kind, on, rule, apart)
    if amount_fen <= most.left_fen:
        return None
    return refused("above_ceiling", left_fen=most.left_fen, clause=most.clause)


def propose(
    cared: Cared, command: ProposeAssistance, situation: Situation, rule: AssistanceRule, today: date
) -> Decision:
    """A flag, once for an illness: nothing if help was proposed or asked for since it began, or it is over."""
    if refusal := unable(situation):
        return refusal
    since = cared.ill_since or cared.hospital_since
    if command.assistance_id in cared.assistance or since is None:
        return nothing()
    for one in cared.assistance.values():
        raised = one.requested_on or one.proposed_on
        if one.kind is command.kind and raised is not None and raised >= since:
            return nothing()
    flag = AssistanceProposed(
        assistance_id=command.assistance_id, kind=command.kind, clause=rule.proposal.clause, because=command.because
    )
    return facts(flag, on=today)


def request(
    cared: Cared,
    assistance_id: str,
    command: RequestAssistance,
    by: str,
    situation: Situation,
    rule: AssistanceRule,
    today: date,
) -> Decision:
    """Help is asked for; a proposal of that kind that waits is taken up by it, named or not.

    The same kind, day and amount while the first is not closed is the same request.
    """
    if refusal := not_now(situation, command.on, today):
        return refusal
    assistance_id = command.proposal or _proposed(cared.assistance, command.kind) or assistance_id
    stands = cared.assistance.get(assistance_id)
    if command.proposal is not None and stands is None:
        return refused("no_assistance")
    if same_request(cared.assistance, command) is not None:
        return nothing()
    if stands is not None and stands.progress is not Progress.PROPOSED:
        return refused("not_proposed", progress=stands.progress)
    if refusal := above_ceiling(cared.assistance, command.kind, command.amount_fen, command.on, rule, assistance_id):
        return refusal
    asked = AssistanceRequested(
        assistance_id=assistance_id,
        kind=command.kind,
        amount_fen=command.amount_fen,
        reason=command.reason,
        evidence=tuple(dict.fromkeys(command.evidence)),
        clause=rule.kinds[command.kind].clause,
        requested_by=by,
    )
    return facts(asked, on=command.on)


def _proposed(known: Assistances, kind: AssistanceKind) -> str | None:
    return next((name for name, one in known.items() if one.kind is kind and one.progress is Progress.PROPOSED), None)


def same_request(known: Assistances, command: RequestAssistance) -> str | None:
    """The assistance that this very request led to already, unless it is closed."""
    for name, one in known.items():
        same = (one.kind, one.requested_on, one.asked_fen) == (command.kind, command.on, command.amount_fen)
        if same and one.progress not in CLOSED:
            return name
    return None


def correct(
    cared: Cared, assistance_id: str, command: CorrectAssistance, by: str, rule: AssistanceRule, today: date
) -> Decision:
    """Before it is decided, what is asked for may be put down anew; whoever agreed already must look again.

    The words of the reason are sealed and cannot be compared: whoever gives them gives them anew.
    """
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    if one.progress not in ASKED or one.requested_on is None:
        return refused("decided_already", progress=one.progress)
    evidence = tuple(dict.fromkeys(command.evidence))
    if (one.asked_fen, one.evidence) == (command.amount_fen, evidence) and command.reason is None:
        return nothing()
    if refusal := above_ceiling(cared.assistance, one.kind, command.amount_fen, one.requested_on, rule, assistance_id):
        return refusal
    corrected = AssistanceCorrected(
        assistance_id=assistance_id,
        amount_fen=command.amount_fen,
        reason=command.reason,
        evidence=evidence,
        corrected_by=by,
    )
    return facts(corrected, on=today)


def approve(
    cared: Cared,
    assistance_id: str,
    command: ApproveAssistance,
    by: str,
    situation: Situation,
    rule: AssistanceRule,
    today: date,
) -> Decision:
    """An account agrees. What is more than the limit is approved only when a second one agrees to the same amount."""
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    first_fen = one.endorsed_fen if one.endorsed_by not in ("", by) else one.asked_fen
    amount_fen = first_fen if command.amount_fen is None else command.amount_fen
    if one.progress in GRANTED:
        same = (one.approved_by, one.approved_fen, one.approved_on) == (by, amount_fen, command.on)
        return nothing() if same else refused("approved_already", on=one.approved_on)
    if refusal := _unapprovable(one, by, amount_fen, command.on, today) or unable(situation):
        return refusal
    on = one.requested_on or command.on
    if refusal := above_ceiling(cared.assistance, one.kind, amount_fen, on, rule, assistance_id):
        return refusal
    if amount_fen > rule.second.above_fen and one.endorsed_by in ("", by):
        if (one.endorsed_by, one.endorsed_fen) == (by, amount_fen):
            return nothing()
        first = AssistanceEndorsed(
            assistance_id=assistance_id, amount_fen=amount_fen, endorsed_by=by, clause=rule.second.clause
        )
        return facts(first, on=command.on)
    if amount_fen > rule.second.above_fen and amount_fen != one.endorsed_fen:
        return refused("another_amount", endorsed_fen=one.endorsed_fen)
    approved = AssistanceApproved(
        assistance_id=assistance_id,
        kind=one.kind,
        amount_fen=amount_fen,
        approved_by=by,
        endorsed_by=one.endorsed_by if amount_fen > rule.second.above_fen else "",
        clause=rule.kinds[one.kind].clause,
    )
    return facts(approved, on=command.on)


def _unapprovable(one: Assistance, by: str, amount_fen: int, on: date, today: date) -> Refused | None:
    if one.progress in CLOSED:
        return refused("assistance_closed", progress=one.progress)
    if one.requested_on is None:
        return refused("not_requested")
    if by in one.authors:
        return refused("own_request")
    if amount_fen > one.asked_fen:
        return refused("above_asked", asked_fen=one.asked_fen)
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < (one.endorsed_on or one.requested_on):
        return refused("before_request", since=one.endorsed_on or one.requested_on)
    return None


def decline(cared: Cared, assistance_id: str, command: DeclineAssistance, by: str, today: date) -> Decision:
    """No, by a person: to a proposal or a request. What was approved is taken back first."""
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    if one.progress is Progress.DECLINED:
        return nothing()
    if one.progress in GRANTED:
        return refused("approved_already", on=one.approved_on)
    if one.progress is Progress.WITHDRAWN:
        return refused("assistance_closed", progress=one.progress)
    return facts(AssistanceDeclined(assistance_id=assistance_id, why=command.why, declined_by=by), on=today)


def withdraw(cared: Cared, assistance_id: str, command: WithdrawAssistance, today: date) -> Decision:
    """The member does not want it any more, or the request was a slip; nothing of it was paid."""
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    if one.progress is Progress.WITHDRAWN:
        return nothing()
    if one.progress is Progress.DECLINED:
        return refused("assistance_closed", progress=one.progress)
    if one.progress is Progress.PROPOSED:
        return refused("not_requested")
    if one.payments:
        return refused("paid_already", paid_fen=one.paid_fen)
    return facts(AssistanceWithdrawn(assistance_id=assistance_id, why=command.why), on=today)
