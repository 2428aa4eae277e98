"""The registry's rules as data: typed, each with the clause a result cites. The texts come in from `policy/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import Field, NonNegativeInt, model_validator

from events.facts.merging import Likeness
from events.facts.people import CardField
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.centre_policy import CentresPolicy
from services.registry.decide.clauses import cited_in
from services.registry.decide.contact_policy import ContactPolicy
from services.registry.decide.days import months_after
from services.registry.decide.funds_policy import FundsPolicy
from services.registry.decide.honours_policy import HonoursPolicy
from services.registry.decide.meeting_policy import (
    ElectionRule,
    ExclusionRule,
    LeaveRule,
    SeriesRule,
    StudyRule,
    TargetsRule,
    VotersRule,
    VoteRule,
)
from services.registry.decide.points_policy import PointsPolicy
from services.registry.decide.review_policy import ReviewPolicy
from services.registry.decide.rule import Rule
from services.registry.decide.talents_policy import TalentsPolicy


class LowRate(Rule):
    """Applies to a basic pension up to and including `up_to_fen` a month; `permille` of the whole of it."""

    up_to_fen: int = Field(ge=0)
    permille: int = Field(ge=0, le=1000)
    clause: str


class HighRate(Rule):
    """Applies above the low rate's limit; `permille` of the whole pension, not only of what is above."""

    permille: int = Field(ge=0, le=1000)
    clause: str


class ReliefRate(Rule):
    """Applies to those who live on relief, whatever the pension."""

    fen: int = Field(ge=0)
    clause: str


class ArrearsRule(Rule):
    """Who has not paid for so many months is shown, then called, and after so many months in a row a person looks into
    it; nothing else ever follows by itself (DOMAIN §4 "arrears").
    """

    flag_months: int = Field(ge=1)
    call_months: int = Field(ge=1)
    review_months: int = Field(ge=1)
    review_again_months: int = Field(ge=1)
    """So long after somebody closed it with a note it is looked into again, unless they say another day."""
    clause: str
    clause_review: str


class ReductionRule(Rule):
    """Who is in need pays less, as the branch decides and the superior committee approves; for so many months at most,
    then it is decided again (DOMAIN §4 "dues").
    """

    months_max: int = Field(ge=1, le=120)
    clause: str


class BillRule(Rule):
    """A row of a bill may be the money of a receipt that was written so many days earlier or later."""

    days_apart: int = Field(ge=0, le=60)
    clause: str


class DuesPolicy(Rule):
    """What a month of dues costs (DOMAIN R10)."""

    low: LowRate
    high: HighRate
    relief: ReliefRate
    arrears: ArrearsRule
    reduction: ReductionRule
    bill: BillRule
    months_ahead_max: int = Field(ge=0)
    clause_ahead: str

    def due(self, basis_fen: int) -> tuple[int, str]:
        """What is due for a month (fen, half a fen rounds up) on this basic pension, and the clause."""
        rate = self.low if basis_fen <= self.low.up_to_fen else self.high
        return (basis_fen * rate.permille + 500) // 1000, rate.clause


class QuorumRule(Rule):
    """An ordinary meeting counts when at least this share (in thousandths) of those who may vote are there."""

    share_permille: int = Field(ge=0, le=1000)
    probation_months: int = Field(ge=0)
    """Who joined longer ago than that may vote, where nobody wrote down since when."""
    clause: str

    def may_vote(self, joined_on: date | None, full_member_on: date | None, day: date) -> bool:
        """True for a full member on that day."""
        if full_member_on is not None:
            return full_member_on <= day
        return joined_on is not None and months_after(joined_on, self.probation_months) <= day

    def needed(self, voters: int) -> int:
        """How many of them must be there."""
        return -(-voters * self.share_permille // 1000)


class MeetingsPolicy(Rule):
    """What makes a meeting count (DOMAIN R9)."""

    quorum: QuorumRule
    voters: VotersRule
    exclusion: ExclusionRule
    vote: VoteRule
    election: ElectionRule
    targets: TargetsRule
    study: StudyRule
    leave: LeaveRule
    series: SeriesRule


class FullMembersRule(Rule):
    """From so many full members on."""

    full_members_min: int = Field(ge=1)
    clause: str


class SplitRule(Rule):
    """A branch with more members than this is advised to split."""

    members_max: int = Field(ge=1)
    clause: str


class TermRule(Rule):
    """A committee is elected for so many years."""

    years: int = Field(ge=1, le=10)
    clause: str


class TermReminderRule(Rule):
    """So many calendar months before the end of a term the next election is spoken of, the earliest first."""

    months_before: tuple[int, ...] = Field(min_length=1)
    clause: str

    @model_validator(mode="after")
    def _ever_nearer(self) -> TermReminderRule:
        if self.months_before[-1] < 1 or list(self.months_before) != sorted(set(self.months_before), reverse=True):
            raise ValueError("months_before: whole months, each smaller than the one before it")
        return self

    def looks_ahead_to(self, today: date) -> date:
        """The last day on which a term may end that is spoken of today."""
        return months_after(today, self.months_before[0])

    def reached(self, until: date, today: date) -> int | None:
        """The latest reminder that is due, in months before the end of a term; None if none is yet."""
        due = [months for months in self.months_before if until <= months_after(today, months)]
        return due[-1] if due else None


class BranchesPolicy(Rule):
    """How large a branch is, and how long its committee serves (DOMAIN R3). Nothing follows from it by itself: a person
    reads the advice.
    """

    stands: FullMembersRule
    committee: FullMembersRule
    split: SplitRule
    term: TermRule
    community_term: TermRule
    """Of the committee of a community's general branch."""
    term_reminder: TermReminderRule

    def term_of(self, *, general: bool) -> TermRule:
        """How long a committee serves."""
        return self.community_term if general else self.term

    def advice(self, members: int, full_members: int) -> list[tuple[str, str]]:
        """What to think about with so many members: (`too_few`, `form_committee` or `split`; the clause)."""
        found = []
        if full_members < self.stands.full_members_min:
            found.append(("too_few", self.stands.clause))
        if full_members >= self.committee.full_members_min:
            found.append(("form_committee", self.committee.clause))
        if members > self.split.members_max:
            found.append(("split", self.split.clause))
        return found


class CompletenessPolicy(Rule):
    """How complete a card is: what each of its fields weighs (DOMAIN R1). One that is not named counts for nothing."""

    weights: Mapping[CardField, NonNegativeInt]
    clause: str

    def percent(self, missing: Iterable[CardField]) -> int:
        """The share that is known, 0 to 100, rounded down: 100 only if nothing is missing that weighs anything."""
        return self.percent_without(sum(self.weights.get(field, 0) for field in set(missing)))

    def percent_without(self, lost: float) -> int:
        """The share that is known when the missing fields weigh so much together (on average, for several cards)."""
        total = sum(self.weights.values())
        return int((total - lost) * 100 // total) if total else 100

    def bits_below(self, percent: int) -> list[int]:
        """Every set of missing fields (a bit each, in the order of `CardField`) that leaves less than this share."""
        losses = [0]
        for field in CardField:
            weight = self.weights.get(field, 0)
            losses += [loss + weight for loss in losses]
        return [bits for bits, loss in enumerate(losses) if self.percent_without(loss) < percent]


class DuplicatesPolicy(Rule):
    """When two records are shown as perhaps one person (DOMAIN R1). Nothing follows from it: a person compares them.

    What two records have in common is weighed together. A number that more than `key_people_max` people are reached by
    does not lead from one of them to another.
    """

    threshold: int = Field(ge=1)
    key_people_max: int = Field(ge=2, le=1000)
    weights: Mapping[Likeness, NonNegativeInt]
    clause: str

    @model_validator(mode="after")
    def _whoever_is_alike_enough_is_found(self) -> DuplicatesPolicy:
        """Records are looked at that share a number, a phone, a relative's phone, or the sound of the name and the
        birth: what can be in common without any of these must not be enough.
        """
        weigh = self.weights.get
        named = max(weigh(Likeness.NAME, 0), weigh(Likeness.PINYIN, 0))
        alone = max(named, weigh(Likeness.BIRTH, 0)) + weigh(Likeness.ADDRESS, 0)
        if alone >= self.threshold:
            raise ValueError(
                f"threshold {self.threshold}: a name, or a birth, and an address must not be enough ({alone})"
            )
        if weigh(Likeness.ID_NUMBER, 0) < self.threshold:
            raise ValueError(f"threshold {self.threshold}: the same ID number must be enough")
        return self


class RegistryPolicy(Rule):
    """A whole pack. Every clause that a rule cites has its words in `clauses`."""

    dues: DuesPolicy
    away: AwayPolicy
    contact: ContactPolicy
    meetings: MeetingsPolicy
    branches: BranchesPolicy
    centres: CentresPolicy
    completeness: CompletenessPolicy
    duplicates: DuplicatesPolicy
    talents: TalentsPolicy
    honours: HonoursPolicy
    points: PointsPolicy
    review: ReviewPolicy
    funds: FundsPolicy
    clauses: Mapping[str, str]

    @model_validator(mode="after")
    def _every_clause_has_its_words(self) -> RegistryPolicy:
        cited = cited_in(self)
        if missing := sorted(cited - set(self.clauses)):
            raise ValueError(f"clauses without words: {', '.join(missing)}")
        return self


def policy_of(text: str) -> RegistryPolicy:
    """The rules written in this TOML text, whatever its head says. ValueError says which rule is wrong or missing."""
    return RegistryPolicy.model_validate({name: rule for name, rule in tomllib.loads(text).items() if name != "pack"})
