"""Whether an order is for what was held, at the prices of the records it names. Pure.

Invariants: an order is taken only when every line names a leaf of this boutique's own log which was current when the
pieces were held first (or until an hour before: prices travel), and bears that leaf's price, currency and variant.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from federation import limits
from federation.conversations.messages import OrderLine, ShopOrder
from shops.catalog.domain.record import Published
from shops.inventory.domain.allocation import Pieces, wanted_by_variant

PRICE_TRAVEL = timedelta(hours=1)
"""How long before the hold a record may have been superseded: the hub may not have heard of the newer one."""

LAPSED = timedelta(seconds=limits.RESERVATION_REMEMBERED_SECONDS)
"""How long before the hold that was confirmed the first one may have been, which speaks for what was promised.

A bank may take two weeks over a payment, and a boutique be away for three days after it.
"""


def first_held_at(held_at: datetime, first: datetime) -> datetime:
    """When pieces were held first that were held anew at `held_at`; a first hold of long ago tells nothing."""
    return first if held_at - LAPSED <= first <= held_at else held_at


def refusal(
    order: ShopOrder,
    *,
    leaves: Mapping[str, Published],
    held: Iterable[Pieces],
    held_at: datetime,
    currency: str,
) -> str | None:
    """Why this order cannot be taken as written, in a sentence; None when it can. Sums were checked on receipt.

    `held_at` is when the pieces were held first.
    """
    if order.currency != currency:
        return f"the order is in {order.currency}, this boutique sells in {currency}"
    ordered = wanted_by_variant((line.variant_id, line.quantity) for line in order.lines)
    if ordered != wanted_by_variant((piece.variant_id, piece.quantity) for piece in held):
        return "the order is not for exactly the pieces of its reservation"
    for line in order.lines:
        fault = _line_fault(line, leaves.get(line.leaf_hash), held_at)
        if fault is not None:
            return f"line {line.line_id}: {fault}"
    return None


def _line_fault(line: OrderLine, leaf: Published | None, held_at: datetime) -> str | None:
    if leaf is None or leaf.product.id != line.product_id:
        return f"leaf {line.leaf_hash} is not a record of product {line.product_id} here"
    if leaf.superseded_at is not None and leaf.superseded_at < held_at - PRICE_TRAVEL:
        return f"leaf {line.leaf_hash} was superseded before the pieces were held"
    variant = next((variant for variant in leaf.product.variants if variant.id == line.variant_id), None)
    if variant is None:
        return f"product {line.product_id} has no variant {line.variant_id} in that record"
    if variant.price != line.unit_price:
        return (
            f"variant {line.variant_id} costs {variant.price.amount_minor} {variant.price.currency} (minor units) in "
            f"that record, not {line.unit_price.amount_minor} {line.unit_price.currency}"
        )
    return None
