"""Stream `care`: what was approved is paid, signed for, and a slip is taken back (DOMAIN R15).

Approved = paid + outstanding, after every fact. A payment of the same day, amount and way is the same payment.
"""

from __future__ import annotations

from datetime import date

from events.facts.care_assistance import AssistanceAcknowledged, AssistancePaid, AssistanceUndone, Step
from events.facts.decision import Decision, Refused, facts, nothing, refused
from services.care.decide.assistance import GRANTED, above_ceiling
from services.care.decide.assistance_commands import AcknowledgeAssistance, PayAssistance, UndoAssistance
from services.care.decide.assistance_state import Assistance, Progress
from services.care.decide.cared import Cared
from services.care.decide.support_policy import AssistanceRule


def pay(cared: Cared, assistance_id: str, command: PayAssistance, today: date) -> Decision:
    """Money or goods came to the member; in parts, if need be, and never more than was approved."""
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    if one.progress not in GRANTED or one.approved_on is None:
        return refused("not_approved", progress=one.progress)
    amount_fen = one.outstanding_fen if command.amount_fen is None else command.amount_fen
    if _same_payment(one, command):
        return nothing()
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < one.approved_on:
        return refused("before_approval", since=one.approved_on)
    if not one.outstanding_fen or amount_fen > one.outstanding_fen:
        return refused("more_than_approved", outstanding_fen=one.outstanding_fen)
    paid = AssistancePaid(assistance_id=assistance_id, number=one.paid_ever + 1, amount_fen=amount_fen, how=command.how)
    return facts(paid, on=command.on)


def _same_payment(one: Assistance, command: PayAssistance) -> bool:
    """Put down already. Without an amount it was all that was left: the last payment, when nothing is left now."""
    if command.amount_fen is None:
        last = one.payments[-1:]
        return not one.outstanding_fen and [(each.on, each.how) for each in last] == [(command.on, command.how)]
    wanted = (command.on, command.amount_fen, command.how)
    return any((each.on, each.amount_fen, each.how) == wanted for each in one.payments)


def acknowledge(cared: Cared, assistance_id: str, command: AcknowledgeAssistance, today: date) -> Decision:
    """Whoever took all of it signed for it."""
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    if one.progress is Progress.ACKNOWLEDGED:
        same = (one.acknowledged_on, one.acknowledged_by) == (command.on, command.by)
        return nothing() if same else refused("acknowledged_already", on=one.acknowledged_on)
    if one.progress not in GRANTED:
        return refused("not_approved", progress=one.progress)
    if one.progress is not Progress.PAID:
        return refused("not_paid", outstanding_fen=one.outstanding_fen)
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    last = max(each.on for each in one.payments)
    if command.on < last:
        return refused("before_payment", since=last)
    return facts(AssistanceAcknowledged(assistance_id=assistance_id, by=command.by), on=command.on)


def undo(cared: Cared, assistance_id: str, command: UndoAssistance, rule: AssistanceRule, today: date) -> Decision:
    """A step was a slip; nothing if it does not stand. Steps are taken back in the order opposite to that of taking."""
    one = cared.assistance.get(assistance_id)
    if one is None:
        return refused("no_assistance")
    number = _number(one, command)
    if not _stands(one, command.step, number):
        return nothing()
    if refusal := _in_the_way(one, command.step) or _fits_no_more(cared, assistance_id, one, command.step, rule):
        return refusal
    return facts(
        AssistanceUndone(assistance_id=assistance_id, step=command.step, why=command.why, number=number), on=today
    )


def _number(one: Assistance, command: UndoAssistance) -> int | None:
    if command.step is not Step.PAYMENT:
        return None
    return command.number or (one.payments[-1].number if one.payments else None)


def _stands(one: Assistance, step: Step, number: int | None) -> bool:
    match step:
        case Step.ENDORSEMENT:
            return one.progress is Progress.ENDORSED
        case Step.APPROVAL:
            return one.approved_on is not None
        case Step.PAYMENT:
            return any(each.number == number for each in one.payments)
        case Step.ACKNOWLEDGEMENT:
            return one.acknowledged_on is not None
        case Step.REFUSAL:
            return one.declined_on is not None
        case Step.WITHDRAWAL:
            return one.withdrawn_on is not None


def _in_the_way(one: Assistance, step: Step) -> Refused | None:
    """A later step that stands on this one."""
    if step is Step.APPROVAL and one.withdrawn_on is not None:
        return refused("assistance_closed", progress=one.progress)
    if step is Step.APPROVAL and one.payments:
        return refused("paid_already", paid_fen=one.paid_fen)
    if step is Step.PAYMENT and one.acknowledged_on is not None:
        return refused("acknowledged_already", on=one.acknowledged_on)
    return None


def _fits_no_more(
    cared: Cared, assistance_id: str, one: Assistance, step: Step, rule: AssistanceRule
) -> Refused | None:
    """What stands again counts again: meanwhile something else may have taken its place under the ceiling.

    An approval of less than was asked for that is taken back lets the whole request count again.
    """
    if one.requested_on is None:
        return None
    again = one.asked_fen if step is not Step.WITHDRAWAL or one.approved_on is None else one.approved_fen
    if step not in (Step.REFUSAL, Step.WITHDRAWAL, Step.APPROVAL):
        return None
    return above_ceiling(cared.assistance, one.kind, again, one.requested_on, rule, assistance_id)
