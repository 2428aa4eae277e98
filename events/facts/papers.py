"""Stream `papers`, owned by registry: the book of numbered papers of one community, each kind without gaps.

The entity is the community's code with `:` for `.`, and `:papers` after it; see `paper_book`.
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Fact


class Paper(StrEnum):
    """What is numbered."""

    CARD = "card"
    """流动党员联系卡"""
    LETTER = "letter"
    """介绍信: the relation moves for a while."""


class PapersFact(Fact, owner="registry", stream="papers"):
    """About one community's book of papers."""


class PaperNumbered(PapersFact, name="hearth.papers.paper_numbered", version=1):
    """The number was given to a paper of this member, in the same append as the paper. Source: DOMAIN R6.

    Effective on the day it was written, whose year begins the number: `2026-0007`.
    """

    paper: Paper
    number: str
    member: str


def paper_book(community: str) -> str:
    """The entity id of a community's book: `demo.jinqiao` -> `demo:jinqiao:papers`."""
    return f"{community.replace('.', ':')}:papers"
