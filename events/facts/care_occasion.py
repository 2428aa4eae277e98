"""Stream `care`, what befalls a member and calls for a visit soon: in and out of hospital, hardship, a bereavement.

What it was, only those who give the care can read; others learn that it happened.
"""

from __future__ import annotations

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class Hospitalised(CareFact, name="hearth.care.hospitalised", version=1, published=True):
    """The member is in hospital. Effective on the day of admission. Source: DOMAIN R13."""

    hospital: Sealed[Care, str]
    note: Sealed[Care, str | None] = None


class Discharged(CareFact, name="hearth.care.discharged", version=1, published=True):
    """The member is out of hospital. Effective on that day. Source: DOMAIN R13."""

    note: Sealed[Care, str | None] = None


class HardshipReported(CareFact, name="hearth.care.hardship_reported", version=1, published=True):
    """The member, or the family, is in difficulties. Effective on the day it began. Source: DOMAIN R13."""

    what: Sealed[Care, str]


class Bereaved(CareFact, name="hearth.care.bereaved", version=1, published=True):
    """Somebody of the member's family died (`whom`: husband, son …). Effective on that day. Source: DOMAIN R13."""

    whom: Sealed[Care, str]
    note: Sealed[Care, str | None] = None
