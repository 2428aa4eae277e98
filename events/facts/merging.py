"""Stream `member`, owned by registry: two records turn out to be one person, or not (DOMAIN R1, ADR 30).

A merge stands on both records, in one append; so does taking them apart. Nothing here is sealed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from events.facts.member import MemberFact
from events.facts.people import Word


class MergeSide(StrEnum):
    """Which of the two records a fact of the merge stands on."""

    ABSORBED = "absorbed"
    """Reads on, but nothing more is written to it: the other one stands for the person."""
    KEPT = "kept"


class PaidBefore(Word):
    """A month of dues (`YYYY-MM`) that was paid on the other record, and its receipt."""

    month: str
    receipt_no: str


class Merged(MemberFact, name="hearth.member.merged", version=1, published=True):
    """This record and `other_id` are one person. Effective on the day it was decided. Source: DOMAIN R1.

    The envelope's reason says why, `evidence` what was looked at (identity card, household book). On the kept side
    `paid` are the months that the absorbed record had paid, so that no month is taken twice.
    """

    side: MergeSide
    other_id: str
    evidence: str | None = None
    paid: tuple[PaidBefore, ...] = ()


class Unmerged(MemberFact, name="hearth.member.unmerged", version=1, published=True):
    """This record and `other_id` are two people after all; both are as they were. Source: DOMAIN R1.

    `moved` are the ids of the facts that had been recorded on the kept record since and were about the absorbed one:
    they follow there once more in the same append, and are taken back on the kept one.
    """

    side: MergeSide
    other_id: str
    moved: tuple[str, ...] = ()


class Likeness(StrEnum):
    """What two records have in common."""

    ID_NUMBER = "id_number"
    NAME = "name"
    PINYIN = "pinyin"
    """The names sound alike, but are written otherwise."""
    BIRTH = "birth"
    PHONE = "phone"
    FAMILY_PHONE = "family_phone"
    """A relative is called by the same number."""
    ADDRESS = "address"


STRICT: Final = Likeness.ID_NUMBER
"""One number, one person: all the others are only likely."""


class ToldApart(MemberFact, name="hearth.member.told_apart", version=1):
    """A person compared the two records, alike in this, and says that they are two people. Source: DOMAIN R1.

    Stands on both. The pair is shown again only when something else speaks for it.
    """

    other_id: str
    alike: tuple[Likeness, ...]
