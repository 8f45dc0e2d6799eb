"""A boutique's voucher with what became of it, and whether an order may bear what it says that one took off. Pure.

Invariants: a code is given once; what a hub takes off in an order is exactly what the voucher takes off these pieces.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.conversations.messages import ShopOrder
from federation.conversations.vouchers import Priced, Voucher, discounts
from federation.documents.times import moment_of

TRAVEL = timedelta(hours=1)
"""How long after its end a hub may still sell by a voucher: it may not have heard, or the shopper was paying."""


class OfferedVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that the boutique made, with a word of its own about it; `stopped_at` is when it ended it."""

    id: UUID
    terms: Voucher
    words: str
    made_at: datetime
    stopped_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When it ends or ended, whichever comes first."""
        ends = [moment_of(self.terms.ends_at)] if self.terms.ends_at is not None else []
        ends += [self.stopped_at] if self.stopped_at is not None else []
        return min(ends, default=None)

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can use it any more."""
        return self.ends_at is not None and self.ends_at <= now


class ToldHub(msgspec.Struct, frozen=True, kw_only=True):
    """What a hub is known to have: the revision of the list, since when, and the uses by code (paid, being paid).

    `problem` says why it has not taken the list, empty when it has.
    """

    hub_id: str
    revision: int
    told_at: datetime | None
    uses: dict[str, tuple[int, int]] = {}
    problem: str = ""


def refusal(order: ShopOrder, known: OfferedVoucher | None, held_at: datetime) -> str | None:
    """Why an order's discounts are not the boutique's own, in a sentence; None when they are, or there are none."""
    given = tuple(0 if line.discount is None else line.discount.amount_minor for line in order.lines)
    if not order.voucher:
        return "the order has a discount and names no voucher" if any(given) else None
    if known is None:
        return f"this boutique has no voucher {order.voucher}"
    begins, ends = moment_of(known.terms.starts_at), known.ends_at
    if held_at < begins - TRAVEL or (ends is not None and held_at > ends + TRAVEL):
        return f"voucher {order.voucher} was not offered when the pieces were held"
    priced = [Priced(line.product_id, line.unit_price.amount_minor * line.quantity) for line in order.lines]
    if given != discounts(known.terms, priced):
        return f"voucher {order.voucher} does not take this off these pieces"
    return None
