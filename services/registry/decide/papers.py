"""Stream `papers`: a community's book of numbered papers; each kind is counted afresh every year, without gaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact
from events.facts.decision import Decider, UnknownFact
from events.facts.papers import Paper, PaperNumbered
from services.registry.decide.receipts import ReceiptBook


class PaperBook(BaseModel):
    """The last number of each kind of paper."""

    model_config = ConfigDict(frozen=True)

    last: Mapping[str, ReceiptBook] = {}

    def next_number(self, paper: Paper, today: date) -> str:
        """The number a paper written today gets."""
        return self.last.get(paper.value, ReceiptBook()).next_number(today)


def evolve(book: PaperBook, fact: Fact, effective: date) -> PaperBook:
    """The book after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case PaperNumbered():
            year, serial = fact.number.split("-")
            return PaperBook(last={**book.last, fact.paper.value: ReceiptBook(year=int(year), last=int(serial))})
        case _:
            raise UnknownFact("papers", fact)


PAPERS: Final = Decider(owner="registry", stream="papers", initial=PaperBook(), evolve=evolve)
