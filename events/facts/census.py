"""Stream `census`, owned by registry: a round of questions to a community's members, and what each of them said.

A campaign is an entity of its own. What a member said is sealed, and keys are one record a person: it is a fact of the
*member*, so that erasing the person erases every answer, and a finding that is confirmed stands in one append with what
it changes.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from events.facts.base import Contact, Fact, Sealed
from events.facts.member import MemberFact
from events.facts.people import Relative, Word


class CensusFact(Fact, owner="registry", stream="census"):
    """About one campaign; the entity is the campaign's id."""


class Question(StrEnum):
    """What a campaign may ask; each answer means something to the register (DOMAIN R7)."""

    WHEREABOUTS = "whereabouts"
    """住在这里吗；在外的：去了哪里、从哪天起、到哪天、住址是否固定、那边的电话"""
    PHONE = "phone"
    ADDRESS = "address"
    FAMILY = "family"
    LIVES_ALONE = "lives_alone"
    WISHES = "wishes"
    """困难和愿望，照原话记"""


class Option(Word):
    """An answer that may be chosen. `lives_alone`: what it says of that; it becomes a finding, as if it were asked."""

    text: str
    lives_alone: bool | None = None


class Choice(Word):
    """A question of a campaign's own (one of its `free`) to which one of these is answered."""

    question: str
    options: tuple[Option, ...]


class QuestionSetRef(Word):
    """The set of questions that a campaign was begun with: whose, which version, SHA-256 of its file."""

    name: str
    version: str
    scope: str
    digest: str


class Begun(CensusFact, name="hearth.census.begun", version=1):
    """A campaign asks these questions until `until`, that day included. Effective on its first day. Source: DOMAIN R7.

    `branch_ids`: whom it asks; none are all members of the community. `free` are questions of its own, `choices` the
    answers to those of them that have some. Campaigns of before there were sets have neither choices nor a set.
    """

    title: str
    until: date
    questions: tuple[Question, ...]
    free: tuple[str, ...] = ()
    branch_ids: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    question_set: QuestionSetRef | None = None


CENTRE: Final = "centre:"


def part_of(branch_id: str = "", group_id: str | None = None, centre_id: str | None = None) -> str:
    """What names a part of a campaign where parts are counted or handed out: `branch`, `branch/group`, `centre:…`."""
    if centre_id:
        return f"{CENTRE}{centre_id}"
    return f"{branch_id}/{group_id}" if group_id else branch_id


class Assigned(CensusFact, name="hearth.census.assigned", version=1):
    """From the effective day on these accounts (nobody, if empty) ask the people of a part. Source: DOMAIN R7.

    A part is a branch ("" are the people who belong to none), a group of it, or a household centre (then no branch).
    """

    branch_id: str
    accounts: tuple[str, ...]
    group_id: str | None = None
    centre_id: str | None = None

    @property
    def part(self) -> str:
        """The part's name."""
        return part_of(self.branch_id, self.group_id, self.centre_id)


class Closed(CensusFact, name="hearth.census.closed", version=1):
    """Nobody is asked any more; what was found may still be confirmed. Source: DOMAIN R7."""


class AwayAnswer(Word):
    """Where somebody lives who does not live here. Days as they were said."""

    since: date
    destination: str
    expected_return: date | None = None
    fixed_place: bool = False
    intermittent: bool = False
    address: str | None = None
    phone: str | None = None
    reason: str | None = None


class FreeAnswer(Word):
    """What was said to a question of the campaign's own."""

    question: str
    answer: str


class Answers(Word):
    """What somebody said. None: the question was not asked, or nothing was said to it.

    `phone` and `address` stand here when they are other than the register's; `phone_right`, `address_right` when the
    register's were confirmed. `back_since` is the day from which somebody who was away lives here again.
    """

    lives_here: bool | None = None
    away: AwayAnswer | None = None
    back_since: date | None = None
    phone_right: bool | None = None
    phone: str | None = None
    address_right: bool | None = None
    address: str | None = None
    family: Relative | None = None
    lives_alone: bool | None = None
    wishes: str | None = None
    free: tuple[FreeAnswer, ...] = ()


class AskedWay(StrEnum):
    """How somebody was asked."""

    DOOR = "door"
    PHONE = "phone"


class WhyMissed(StrEnum):
    """Why there is no answer."""

    NOT_MET = "not_met"
    REFUSED = "refused"


class CensusAnswered(MemberFact, name="hearth.member.census_answered", version=1):
    """The member (or the family) answered a campaign's questions. Effective on the day they were asked. Source: R7.

    Nothing of it changes the register by itself. Later answers to the same campaign replace earlier ones.
    """

    campaign_id: str
    way: AskedWay = AskedWay.DOOR
    answers: Sealed[Contact, Answers]


class CensusMissed(MemberFact, name="hearth.member.census_missed", version=1):
    """The member was to be asked and there is no answer; `attempt` counts the tries from 1. Source: DOMAIN R7."""

    campaign_id: str
    way: AskedWay = AskedWay.DOOR
    why: WhyMissed
    attempt: int


class Finding(StrEnum):
    """What an answer may change in the register."""

    MOVED_AWAY = "moved_away"
    MOVED_ON = "moved_on"
    """Was away already, and lives at yet another place."""
    RETURNED = "returned"
    PHONE = "phone"
    ADDRESS = "address"
    FAMILY = "family"
    LIVES_ALONE = "lives_alone"


class CensusSettled(MemberFact, name="hearth.member.census_settled", version=1):
    """A person decided what becomes of these findings: `taken` into the register, or left as it is. Source: R7.

    What was taken stands beside it in the same append, unless the register said so already.
    """

    campaign_id: str
    findings: tuple[Finding, ...]
    taken: bool
