"""Stream `receipts`, owned by registry: the receipt book of one community, its numbers without gaps, and what of the
money was handed up.

The entity is the community's code with `:` for `.` (a subject's tokens hold no dots); see `receipt_book`.
"""

from __future__ import annotations

from events.facts.base import Fact


class ReceiptsFact(Fact, owner="registry", stream="receipts"):
    """About one community's receipt book."""


class NumberIssued(ReceiptsFact, name="hearth.receipts.number_issued", version=1):
    """The number was given to a payment of this member, in the same append as the payment. Source: DOMAIN R10.

    Effective on the day the receipt was written, whose year begins the number: `2026-0341`.
    """

    number: str
    member: str


class DuesHandedUp(ReceiptsFact, name="hearth.receipts.dues_handed_up", version=1):
    """Money of the months from `first` to `last` (`YYYY-MM`) was handed to the superior committee. Source: DOMAIN R10.

    Effective on the day of the hand-over; `reference` is what the bank or the receipt of the other side says.
    """

    hand_up_id: str
    first: str
    last: str
    amount_fen: int
    reference: str


class HandUpWithdrawn(ReceiptsFact, name="hearth.receipts.hand_up_withdrawn", version=1):
    """The hand-over was written down by mistake and does not count. The envelope says why. Source: DOMAIN R10."""

    hand_up_id: str


class BillRowMatched(ReceiptsFact, name="hearth.receipts.bill_row_matched", version=1):
    """A person confirmed that this row of a bank or WeChat bill is the money of this receipt. Source: DOMAIN R10.

    `row` is a keyed hash of what the row says: the same row is known again, and nobody can read who paid. Effective on
    the day in the row.
    """

    row: str
    receipt_no: str


class BillRowReleased(ReceiptsFact, name="hearth.receipts.bill_row_released", version=1):
    """The row is not the money of that receipt after all. Source: DOMAIN R10."""

    row: str


def receipt_book(community: str) -> str:
    """The entity id of a community's receipt book: `demo.jinqiao` -> `demo:jinqiao`."""
    return community.replace(".", ":")
