"""Stream `member`, the part about honours: who confirmed a good record, what was awarded, and what was a slip."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Identity, Sealed
from events.facts.member import MemberFact


class HonourKind(StrEnum):
    """What somebody is honoured by."""

    MEDAL = "medal"
    """光荣在党50年: the medal for fifty years of membership (DOMAIN R16)."""
    EXCELLENT_MEMBER = "excellent_member"
    """优秀共产党员"""
    EXCELLENT_WORKER = "excellent_worker"
    """优秀党务工作者"""
    OTHER = "other"


class RecordConfirmed(MemberFact, name="hearth.member.record_confirmed", version=1):
    """A person looked at the record and found it good: this honour may be awarded. Source: DOMAIN R16, §4 "medal".

    Effective on the day it was confirmed. `year` is the year of the award, `since` the day from which membership is
    counted and `clause` the rule it is counted by, `decided_by` the meeting or the person who confirmed it.
    """

    kind: HonourKind
    year: int
    since: date
    clause: str
    decided_by: str


class HonourSetAside(MemberFact, name="hearth.member.honour_set_aside", version=1):
    """A person decided that this honour is not awarded for now, and why; it can be taken up again. Source: R16."""

    kind: HonourKind
    year: int
    why: Sealed[Identity, str]


class HonourReconsidered(MemberFact, name="hearth.member.honour_reconsidered", version=1):
    """What was confirmed, or set aside, is open again: nothing is known of it. Source: DOMAIN R16."""

    kind: HonourKind


class Honoured(MemberFact, name="hearth.member.honoured", version=1, published=True):
    """The member was honoured. Effective on the day of the award. Source: DOMAIN R16, §3.

    `honour_id` is what a correction names; several people honoured together share it. `number` is the certificate's,
    where the community writes one; `since` and `clause` say what the medal rests on; `title` what another honour is
    called.
    """

    honour_id: str
    kind: HonourKind
    title: str | None = None
    number: str | None = None
    since: date | None = None
    clause: str | None = None


class HonourTakenBack(MemberFact, name="hearth.member.honour_taken_back", version=1, published=True):
    """The award was written down by mistake; its number is not used again, and the envelope says why. Source: R16."""

    honour_id: str
    kind: HonourKind
    number: str | None = None


HonourPart = RecordConfirmed | HonourSetAside | HonourReconsidered | Honoured | HonourTakenBack
