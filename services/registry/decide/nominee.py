"""Stream `nominee`: what is remembered of a line of a unit's list, and how a pasted number is read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact, is_hidden
from events.facts.decision import Decider, UnknownFact
from events.facts.nominee import Nominated, Nominee, Remarked
from services.registry.decide.values import id_number_of

# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Line(BaseModel):
    """Who a line is about; None where it cannot be read (erased)."""

    model_config = ConfigDict(frozen=True)

    person: Nominee | None = None
    note: str | None = None


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(line: Line, fact: Fact, effective: date) -> Line:
    """The line after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Nominated():
            return Line(person=None if is_hidden(fact.person) else fact.person)
        case Remarked():
            return line.model_copy(update={"note": None if is_hidden(fact.note) else fact.note})
        case _:
            raise UnknownFact("nominee", fact)


NOMINEE: Final = Decider(owner="registry", stream="nominee", initial=Line(), evolve=evolve)


# ── reading a list ───────────────────────────────────────────────────────────────────────────────────────────────


def number_in(text: str) -> str | None:
    """The ID number a text stands for, as the register keeps it; None if it stands for none."""
    try:
        return id_number_of(text)
    except ValueError:
        return None


def same_person(person: Nominee) -> str:
    """What two lines about one person have in common: the number, or the name where there is no right number."""
    number = number_in(person.id_number)
    return number or re.sub(r"\s", "", unicodedata.normalize("NFKC", f"{person.name}/{person.id_number}"))
