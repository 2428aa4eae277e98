"""Every policy of care: what hears which fact."""

from __future__ import annotations

from typing import Final

from events.log.react import Reaction
from services.care.handle.care import Care
from services.care.react import apart, assistance, bereavement, contact, enrolment, illness, whereabouts

REACTIONS: Final[tuple[Reaction[Care], ...]] = (
    illness.plan_visit,
    assistance.propose_to_the_ill,
    assistance.propose_in_hospital,
    whereabouts.call_instead,
    whereabouts.visit_again,
    enrolment.plan_first,
    enrolment.cancel_everything,
    bereavement.tell_of_the_loss,
    contact.count_as_contact,
    contact.count_study,
    contact.count_call,
    apart.plan_again,
)
