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
"""How long after its end a hub may still sell by a voucher: a shopper was looking at it."""

UNHEARD = timedelta(days=3)
"""How long at the most a hub may sell by a voucher of whose end it has not heard: the outbox tries as long to tell."""


class OfferedVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that the boutique made, with a word of its own about it.

    `stopped_at` is when the boutique ended it, `heard` when each hub (by its id) was known to have heard so.
    """

    id: UUID
    terms: Voucher
    words: str
    made_at: datetime
    stopped_at: datetime | None = None
    heard: dict[str, datetime] = {}

    @property
    def ends_at(self) -> datetime | None:
        """When it ends or ended, whichever comes first."""
        ends = [moment_of(self.terms.ends_at)] if self.terms.ends_at is not None else []
        ends += [self.stopped_at] if self.stopped_at is not None else []
        return min(ends, default=None)

    def ends_at_hub(self, hub_id: str) -> datetime | None:
        """When a hub had to stop selling by it: its last day, or when it heard that the boutique had ended it."""
        ends = [moment_of(self.terms.ends_at)] if self.terms.ends_at is not None else []
        if self.stopped_at is not None:
            latest = self.stopped_at + UNHEARD
            ends.append(min(self.heard.get(hub_id, latest), latest))
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


class Taking(msgspec.Struct, frozen=True):
    """By which hub a code was taken, and when the pieces were first held for it, by the boutique's own clock."""

    hub_id: str
    held_at: datetime


def refusal(order: ShopOrder, known: OfferedVoucher | None, taking: Taking) -> str | None:
    """Why an order's discounts are not the boutique's own, in a sentence; None when they are, or there are none."""
    given = tuple(0 if line.discount is None else line.discount.amount_minor for line in order.lines)
    if not order.voucher:
        return "the order has a discount and names no voucher" if any(given) else None
    if known is None:
        return f"this boutique has no voucher {order.voucher}"
    if known.terms.currency != order.currency:
        return f"voucher {order.voucher} is in {known.terms.currency}, the order in {order.currency}"
    begins, ends = moment_of(known.terms.starts_at), known.ends_at_hub(taking.hub_id)
    if taking.held_at < begins - TRAVEL or (ends is not None and taking.held_at > ends + TRAVEL):
        return f"voucher {order.voucher} was not offered when the pieces were held"
    priced = [Priced(line.product_id, line.unit_price.amount_minor * line.quantity) for line in order.lines]
    if given != discounts(known.terms, priced):
        return f"voucher {order.voucher} does not take this off these pieces"
    return None
