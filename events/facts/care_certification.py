"""Stream `care`, the yearly proof of life without which a pension is stopped (养老金领取资格认证): due, reminded, done.

How somebody did it says how they are, and is sealed; that it is done is not (DOMAIN R21).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class CertificationWay(StrEnum):
    """How it is done."""

    OWN_PHONE = "own_phone"
    """自己或者家人用手机"""
    IN_PERSON = "in_person"
    """到社区或者经办窗口"""
    VIDEO = "video"
    """和工作人员视频, for those who live elsewhere"""
    AT_HOME = "at_home"
    """上门代办: a visitor does it with them, for those who cannot walk"""


class CertificationDue(CareFact, name="hearth.care.certification_due", version=1):
    """The member is to certify between `start` and `end`, both included, by `clause`. Source: DOMAIN R21.

    `year` names the turn: the year in which it begins. Effective on the day it was seen.
    """

    year: int
    start: date
    end: date
    clause: str


class CertificationReminded(CareFact, name="hearth.care.certification_reminded", version=1, published=True):
    """Little time is left and it is not done: the member is to be reminded. Source: DOMAIN R21."""

    year: int
    end: date


class CertificationDone(CareFact, name="hearth.care.certification_done", version=1, published=True):
    """The member has certified for this turn. Effective on that day. Source: DOMAIN R21."""

    year: int
    way: Sealed[Care, CertificationWay]
    note: Sealed[Care, str | None] = None


class CertificationTakenBack(CareFact, name="hearth.care.certification_taken_back", version=1, published=True):
    """It was noted by mistake: the turn is open again. Effective on the day it was said to be done. Source: R21."""

    year: int


CertificationPart = CertificationDue | CertificationReminded | CertificationDone | CertificationTakenBack
