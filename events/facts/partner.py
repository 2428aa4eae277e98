"""Stream `partner`, owned by registry: units (结对共建单位) that work together with a community, and what they offer.

Which branch a unit is paired with is told by the branch (`PartnerPaired`), what was done together by meetings.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Contact, Fact, Sealed
from events.facts.people import Word


class PartnerFact(Fact, owner="registry", stream="partner"):
    """About one partner unit; the entity is its id."""


class PartnerKind(StrEnum):
    """What a partner unit is (DOMAIN R5)."""

    CLINIC = "clinic"
    """医院、社区卫生服务中心"""
    SCHOOL = "school"
    """学校"""
    FIRM = "firm"
    """企业"""
    OFFICE = "office"
    """机关、事业单位"""
    ASSOCIATION = "association"
    """社会组织"""
    FORCES = "forces"
    """部队、消防"""
    OTHER = "other"


class OfferKind(StrEnum):
    """What a unit can be asked for (DOMAIN R5)."""

    CHECK_UP = "check_up"
    """义诊、体检"""
    LECTURE = "lecture"
    """讲座、培训"""
    ROOM = "room"
    """场地、会议室"""
    VOLUNTEERS = "volunteers"
    """志愿者"""
    ADVICE = "advice"
    """法律、政策咨询"""
    GOODS = "goods"
    """物资、资金"""
    DISCOUNT = "discount"
    """优惠、便民服务"""
    JOBS = "jobs"
    """岗位、实习"""
    OTHER = "other"


class PartnerContact(Word):
    """Whom the community calls at the unit: a person, so it is sealed. The unit's own number stands outside."""

    name: str | None = None
    phone: str | None = None


class PartnerRegistered(PartnerFact, name="hearth.partner.registered", version=1):
    """The unit works together with the community from the effective day on. Source: DOMAIN R5.

    `office_phone` is the number of the unit's switchboard or counter, which hangs on its door.
    """

    name: str
    kind: PartnerKind
    office_address: str | None = None
    office_phone: str | None = None


class PartnerDescribed(PartnerFact, name="hearth.partner.described", version=1):
    """All of this is so of the unit from the effective day on. Source: DOMAIN R5."""

    name: str
    kind: PartnerKind
    office_address: str | None = None
    office_phone: str | None = None


class PartnerContactSet(PartnerFact, name="hearth.partner.contact_set", version=1):
    """The unit is reached through this person from the effective day on. Source: DOMAIN R5."""

    contact: Sealed[Contact, PartnerContact]


class OfferMade(PartnerFact, name="hearth.partner.offer_made", version=1):
    """The unit said, on the effective day, that it offers this from `since` to `until`, both included (None: until it
    says otherwise). Source: DOMAIN R5.
    """

    offer_id: str
    kind: OfferKind
    what: str
    since: date
    until: date | None = None


class OfferEnded(PartnerFact, name="hearth.partner.offer_ended", version=1):
    """The unit offers this no more from the effective day on. Source: DOMAIN R5."""

    offer_id: str


class PartnerLeft(PartnerFact, name="hearth.partner.left", version=1):
    """The unit does not work together with the community any more from the effective day on; the envelope says why.
    Source: DOMAIN R5. Its pairings end in the same append.
    """


class PartnerResumed(PartnerFact, name="hearth.partner.resumed", version=1):
    """The unit works together with the community again from the effective day on. Source: DOMAIN R5."""
