"""What a decision may say: these facts happened, nothing happened, or no and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact


class Command(BaseModel):
    """What somebody wants done; also the body of the API call that asks for it. Spaces around text are dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Happened:
    """Facts to append together, each with the day it became so in life. Empty: it was already so."""

    facts: tuple[tuple[Fact, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The command cannot be done. `code` is stable (`already_away`), `details` fill the sentence shown to a person."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


Decision = Happened | Refused
Decisions = Mapping[str, Happened] | Refused
"""One decision over several entities, by entity id: appended together or not at all."""


def facts(*happened: Fact, on: date) -> Happened:
    """These facts happened, all effective on one day."""
    return Happened(tuple((fact, on) for fact in happened))


def nothing() -> Happened:
    """It is already so: nothing to append, and the caller is told so without an error."""
    return Happened()


def refused(code: str, **details: Any) -> Refused:
    """No, because of `code`."""
    return Refused(code, details)


S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class Decider(Generic[S]):
    """One stream's memory: the state before any fact, and how each fact changes it. `evolve` never refuses."""

    owner: str
    stream: str
    initial: S
    evolve: Callable[[S, Fact, date], S]
    """(state, fact, effective day) -> state. Raises on a fact it does not know."""

    @property
    def model(self) -> type[S]:
        """The state's model, for snapshots."""
        return type(self.initial)


class UnknownFact(TypeError):
    """An entity's state was asked to evolve by a fact its stream does not know: the reader must stop or park it."""

    def __init__(self, stream: str, fact: Fact) -> None:
        super().__init__(f"the state of {stream!r} does not know {fact.TYPE or type(fact).__name__}")
