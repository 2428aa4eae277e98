"""What a member's record remembers of other records: whose it stands for, which one stands for it, whose it is not."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict

from events.facts.merging import Likeness, Merged, MergeSide, ToldApart, Unmerged


class Alias(BaseModel):
    """`into` is the record that stands for this one. `absorbed` are those this one stands for: by id, the months that
    were paid there and their receipts. `apart` are other people, and what they have in common with this one.
    """

    model_config = ConfigDict(frozen=True)

    into: str | None = None
    absorbed: dict[str, dict[str, str]] = {}
    apart: dict[str, tuple[Likeness, ...]] = {}

    @property
    def paid(self) -> dict[str, str]:
        """Months that were paid on an absorbed record, and on which receipt."""
        return {month: receipt for months in self.absorbed.values() for month, receipt in months.items()}

    def after(self, fact: Merged | Unmerged | ToldApart) -> Self:
        """The same after a fact. Taken apart, it is as if they had never been merged."""
        match fact:
            case ToldApart():
                known = set(self.apart.get(fact.other_id, ())) | set(fact.alike)
                alike = tuple(one for one in Likeness if one in known)
                return self.model_copy(update={"apart": self.apart | {fact.other_id: alike}})
            case Merged(side=MergeSide.ABSORBED):
                return self.model_copy(update={"into": fact.other_id})
            case Unmerged(side=MergeSide.ABSORBED):
                return self.model_copy(update={"into": None})
            case Merged():
                paid = {one.month: one.receipt_no for one in fact.paid}
                return self.model_copy(update={"absorbed": self.absorbed | {fact.other_id: paid}})
            case Unmerged():
                left = {one: paid for one, paid in self.absorbed.items() if one != fact.other_id}
                return self.model_copy(update={"absorbed": left})
