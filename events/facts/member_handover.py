"""Stream `member`, the part about take-over: which unit handed a member over, and stays co-responsible (DOMAIN R2)."""

from __future__ import annotations

from events.facts.member import MemberFact


class TakenOver(MemberFact, name="hearth.member.taken_over", version=1, published=True):
    """The community took the member over from this unit, which stays co-responsible from the effective day on.

    `funds_fen` is the activity money that came along, and follows the person. Source: DOMAIN R2.
    """

    employer: str
    employer_name: str
    batch_id: str
    row: int
    funds_fen: int = 0


class TakeOverWithdrawn(MemberFact, name="hearth.member.take_over_withdrawn", version=1, published=True):
    """That the member was taken over was a mistake; the unit sees nothing of them any more. Source: DOMAIN R2.

    Effective on the day the mistake was found; the envelope says why.
    """

    employer: str
    batch_id: str
    row: int


HandoverPart = TakenOver | TakeOverWithdrawn
