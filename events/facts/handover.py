"""Stream `handover`, owned by registry: a unit hands people over to a community in a batch (DOMAIN R2).

A batch is an entity of its own, and nothing in it is personal: who a row is about stands with the nominee, that
somebody was taken over with the member. A row that is withdrawn before the batch is closed is open again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from events.facts.base import Fact
from events.facts.people import Word


class HandoverFact(Fact, owner="registry", stream="handover"):
    """About one batch; the entity is the batch's id."""


class Opened(HandoverFact, name="hearth.handover.opened", version=1):
    """A unit hands people over to this community. Effective on the day agreed for it. Source: DOMAIN R2.

    `employer` is the unit's path (`employer_path`), by which it is the same unit in every community.
    """

    employer: str
    employer_name: str


class ListedRow(Word):
    """One line of the unit's list. `funds_fen`: the activity money that comes along for this person, in fen."""

    row: int
    nominee_id: str
    funds_fen: int = 0


class PeopleListed(HandoverFact, name="hearth.handover.people_listed", version=1):
    """The unit's list has these lines, counted from 1 over the whole batch. Source: DOMAIN R2."""

    rows: tuple[ListedRow, ...]


class PersonUnlisted(HandoverFact, name="hearth.handover.person_unlisted", version=1):
    """The line was a slip of whoever wrote the list down, and is taken off it. Source: DOMAIN R2."""

    row: int


class PersonAccepted(HandoverFact, name="hearth.handover.person_accepted", version=1):
    """The community takes this person over; `TakenOver` stands on the member in the same append. Source: DOMAIN R2."""

    row: int
    member_id: str


class WhyRefused(StrEnum):
    """Why a community does not take somebody over; the receipt says so to the unit."""

    NOT_FOUND = "not_found"
    """查无此人：名单上的身份证号或姓名对不上"""
    LIVES_ELSEWHERE = "lives_elsewhere"
    """不在本社区居住"""
    PAPERS_MISSING = "papers_missing"
    """组织关系或档案材料不全"""
    ALREADY_TAKEN_OVER = "already_taken_over"
    """已由别的单位移交"""
    DIED = "died"
    UNWILLING = "unwilling"
    """本人不同意"""
    OTHER = "other"


class PersonRefused(HandoverFact, name="hearth.handover.person_refused", version=1):
    """The community does not take this person over, for this reason. Source: DOMAIN R2."""

    row: int
    why: WhyRefused


class DecisionWithdrawn(HandoverFact, name="hearth.handover.decision_withdrawn", version=1):
    """What was decided about the line was a mistake; the envelope says why. Source: DOMAIN R2.

    Before the batch is closed the line is open again; afterwards (`final`) the receipt keeps it, and says that it was
    withdrawn.
    """

    row: int
    final: bool = False


class Closed(HandoverFact, name="hearth.handover.closed", version=1):
    """Every line is decided and both sides sign. `funds_fen` is the activity money received in all. Source: R2."""

    accepted: int
    refused: int
    funds_fen: int


class Reopened(HandoverFact, name="hearth.handover.reopened", version=1):
    """It was closed by mistake, on the same day, and is as it was before. Source: DOMAIN R2."""


class Cancelled(HandoverFact, name="hearth.handover.cancelled", version=1):
    """The batch was a mistake as a whole; nobody was taken over by it. Source: DOMAIN R2."""


EMPLOYERS: Final = "employers"
_LABELS: Final = 3


def employer_path(community: str, code: str) -> str:
    """Where a unit stands: `demo.jinqiao`, `jichuangchang` -> `employers.demo.jichuangchang`.

    Beside the tree of cities and communities, never in it: whoever may see this path sees no community (ADR 33).
    """
    return f"{EMPLOYERS}.{community.partition('.')[0]}.{code}"


def is_employer(path: str) -> bool:
    """Whether a path is that of one unit; not that of several, nor a community's."""
    labels = path.split(".")
    return len(labels) == _LABELS and labels[0] == EMPLOYERS and all(labels)
