"""Stream `care`: what is remembered of a member's assistance, and how each fact changes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.care_assistance import (
    AssistanceAcknowledged,
    AssistanceApproved,
    AssistanceCorrected,
    AssistanceDeclined,
    AssistanceEndorsed,
    AssistanceFact,
    AssistanceKind,
    AssistancePaid,
    AssistanceProposed,
    AssistanceRequested,
    AssistanceUndone,
    AssistanceWithdrawn,
    Evidence,
    PaidHow,
    Step,
    TakenBy,
)
from events.facts.decision import UnknownFact
from services.care.decide.support_policy import AssistanceClocks


class Progress(StrEnum):
    """How far an assistance has come."""

    PROPOSED = "proposed"
    REQUESTED = "requested"
    ENDORSED = "endorsed"
    """A first account agreed; a second one is needed."""
    APPROVED = "approved"
    """To be paid, all of it or what is outstanding."""
    PAID = "paid"
    """All of it; nobody signed for it yet."""
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Payment(BaseModel):
    """What was paid once."""

    model_config = ConfigDict(frozen=True)

    number: int
    on: date
    amount_fen: int
    how: PaidHow


class Assistance(BaseModel):
    """One assistance. Amounts of somebody who was erased count as nothing."""

    model_config = ConfigDict(frozen=True)

    kind: AssistanceKind
    proposed_on: date | None = None
    requested_on: date | None = None
    asked_fen: int = 0
    evidence: tuple[Evidence, ...] = ()
    authors: tuple[str, ...] = ()
    """Accounts that put down what is asked for: none of them agrees to it."""
    endorsed_by: str = ""
    endorsed_fen: int = 0
    endorsed_on: date | None = None
    approved_by: str = ""
    approved_fen: int = 0
    approved_on: date | None = None
    payments: tuple[Payment, ...] = ()
    paid_ever: int = 0
    """How many payments were ever put down, those taken back as well: the next number follows."""
    acknowledged_on: date | None = None
    acknowledged_by: TakenBy | None = None
    declined_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def paid_fen(self) -> int:
        """What was paid of it."""
        return sum(one.amount_fen for one in self.payments)

    @property
    def outstanding_fen(self) -> int:
        """What was approved and is not paid."""
        return self.approved_fen - self.paid_fen

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        if self.withdrawn_on is not None:
            return Progress.WITHDRAWN
        if self.declined_on is not None:
            return Progress.DECLINED
        if self.approved_on is not None:
            if self.outstanding_fen:
                return Progress.APPROVED
            return Progress.ACKNOWLEDGED if self.acknowledged_on else Progress.PAID
        if self.requested_on is None:
            return Progress.PROPOSED
        return Progress.ENDORSED if self.endorsed_by else Progress.REQUESTED

    @property
    def counted_fen(self) -> int:
        """What it takes of the ceilings of its year: what was approved, before that what is asked for."""
        if self.progress in (Progress.DECLINED, Progress.WITHDRAWN, Progress.PROPOSED):
            return 0
        return self.asked_fen if self.approved_on is None else self.approved_fen


Assistances = Mapping[str, Assistance]
"""By `assistance_id`."""


def assistance_after(known: Assistances, fact: AssistanceFact, on: date) -> dict[str, Assistance]:
    """All assistance of a member after a fact. Raises `UnknownFact` on one it does not know."""
    before = known.get(fact.assistance_id)
    match fact:
        case AssistanceProposed():
            after = before or Assistance(kind=fact.kind, proposed_on=on)
        case AssistanceRequested():
            after = (before or Assistance(kind=fact.kind)).model_copy(
                update={
                    "kind": fact.kind,
                    "requested_on": on,
                    "asked_fen": _fen(fact.amount_fen),
                    "evidence": fact.evidence,
                    "authors": (fact.requested_by,),
                }
            )
        case _ if before is None:
            return dict(known)
        case _:
            after = _changed(before, fact, on)
    return {**known, fact.assistance_id: after}


def _changed(one: Assistance, fact: AssistanceFact, on: date) -> Assistance:
    match fact:
        case AssistanceCorrected():
            update: dict[str, object] = {
                "asked_fen": _fen(fact.amount_fen),
                "evidence": fact.evidence,
                "authors": tuple(dict.fromkeys((*one.authors, fact.corrected_by))),
                **_UNENDORSED,
            }
        case AssistanceEndorsed():
            update = {"endorsed_by": fact.endorsed_by, "endorsed_fen": _fen(fact.amount_fen), "endorsed_on": on}
        case AssistanceApproved():
            update = {"approved_by": fact.approved_by, "approved_fen": _fen(fact.amount_fen), "approved_on": on}
        case AssistanceDeclined():
            update = {"declined_on": on}
        case AssistanceWithdrawn():
            update = {"withdrawn_on": on}
        case AssistancePaid():
            paid = Payment(number=fact.number, on=on, amount_fen=_fen(fact.amount_fen), how=fact.how)
            update = {"payments": (*one.payments, paid), "paid_ever": max(one.paid_ever, fact.number)}
        case AssistanceAcknowledged():
            update = {"acknowledged_on": on, "acknowledged_by": fact.by}
        case AssistanceUndone():
            update = _undone(one, fact)
        case _:
            raise UnknownFact("care", fact)
    return one.model_copy(update=update)


_UNENDORSED: dict[str, object] = {"endorsed_by": "", "endorsed_fen": 0, "endorsed_on": None}
_UNAPPROVED: dict[str, object] = {"approved_by": "", "approved_fen": 0, "approved_on": None}


def _undone(one: Assistance, fact: AssistanceUndone) -> dict[str, object]:
    match fact.step:
        case Step.ENDORSEMENT:
            return _UNENDORSED
        case Step.APPROVAL:
            return _UNAPPROVED | _UNENDORSED
        case Step.PAYMENT:
            return {"payments": tuple(each for each in one.payments if each.number != fact.number)}
        case Step.ACKNOWLEDGEMENT:
            return {"acknowledged_on": None, "acknowledged_by": None}
        case Step.REFUSAL:
            return {"declined_on": None}
        case Step.WITHDRAWAL:
            return {"withdrawn_on": None}


def _fen(amount: int) -> int:
    return 0 if is_hidden(amount) else amount


def due_of(one: Assistance, clocks: AssistanceClocks) -> date | None:
    """By when the next step is to be taken; None when nothing is left to do."""
    match one.progress:
        case Progress.PROPOSED:
            since, days = one.proposed_on, clocks.decide_days
        case Progress.REQUESTED:
            since, days = one.requested_on, clocks.decide_days
        case Progress.ENDORSED:
            since, days = one.endorsed_on, clocks.decide_days
        case Progress.APPROVED:
            since, days = one.approved_on, clocks.pay_days
        case Progress.PAID:
            since, days = max(each.on for each in one.payments), clocks.acknowledge_days
        case _:
            return None
    return None if since is None else since + timedelta(days=days)
