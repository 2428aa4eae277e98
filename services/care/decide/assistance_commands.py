"""What may be asked about assistance; these are also bodies of the API calls. Amounts are integer fen."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from events.facts.care_assistance import AssistanceKind, Evidence, PaidHow, Step, TakenBy
from events.facts.decision import Command
from services.care.decide.commands import Line, Text

Fen = Annotated[int, Field(ge=1, le=100_000_000)]


class ProposeAssistance(Command):
    """Somebody may be helped because of the fact `because`; the id follows from it."""

    assistance_id: str
    kind: AssistanceKind
    because: str


class RequestAssistance(Command):
    """Help is asked for on the day `on`. `proposal`: it follows a proposal, by its id."""

    kind: AssistanceKind
    amount_fen: Fen
    on: date
    reason: Text
    evidence: tuple[Evidence, ...] = ()
    proposal: str | None = None


class CorrectAssistance(Command):
    """What is asked for was put down otherwise than it should be; without `reason` the words stay as they are."""

    amount_fen: Fen
    reason: Text | None = None
    evidence: tuple[Evidence, ...] = ()


class ApproveAssistance(Command):
    """It is agreed to, on that day; without an amount, to what the first one agreed to, or to what is asked for."""

    on: date
    amount_fen: Fen | None = None


class DeclineAssistance(Command):
    """It is not given, or the proposal is not followed."""

    why: Line


class WithdrawAssistance(Command):
    """It is not asked for any more."""

    why: Line


class PayAssistance(Command):
    """It was paid on that day; without an amount, all that is outstanding."""

    on: date
    how: PaidHow
    amount_fen: Fen | None = None


class AcknowledgeAssistance(Command):
    """Whoever took it signed for it."""

    on: date
    by: TakenBy


class UndoAssistance(Command):
    """The step was a slip. A payment is named by its number; without, it is the last one."""

    step: Step
    why: Line
    number: int | None = None
