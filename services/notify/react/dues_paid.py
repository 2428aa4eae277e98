"""Who paid dues gets a receipt: the months and its number. How much is sealed for the dues and unknown here (R10)."""

from __future__ import annotations

from typing import Final

from events.facts.member import DuesPaid
from events.log.envelope import About
from events.log.react import reaction
from services.notify.decide.words import day_words, months_words
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

POLICY: Final = "dues-receipt"


@reaction(POLICY, on=DuesPaid)
async def give_receipt(fact: DuesPaid, about: About, notify: Notify) -> None:
    """One notice to the member."""
    person = await notify.person(about)
    if person is None:
        return
    said = {
        "months": months_words(fact.months),
        "receipt_no": fact.receipt_no,
        "day": day_words(about.effective),
    }
    await notify.tell(asked_by(POLICY, about), "dues_paid.member", about, person, said)
