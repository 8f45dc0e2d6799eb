"""Purchases at a hub, each a row that goes on until its outcome is known, whatever dies meanwhile."""

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from federation.conversations.forms import Address
from federation.conversations.messages import OrderLine, ReservationLine, ReservationRequest, SellerPart, ShopOrder
from federation.errors import ReplicaFrozenError
from federation.node.memory import Table, statement
from federation.service import orders, reservations
from federation.service.context import Federation
from federation.vocabulary.errors import PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money

HOLD_SECONDS = 60


class Purchase(msgspec.Struct, frozen=True):
    """One piece of one product on its way to a shopper."""

    hub_id: PartyId
    id: str
    shop_id: PartyId
    product: str
    variant_id: str
    leaf_hash: str
    placed_at: str
    state: Literal["new", "held", "confirmed", "ordered", "failed"] = "new"


PURCHASES = Table[Purchase]("desk_purchase", lambda row: (row.hub_id, row.id), together=1)


async def begin(hub_id: PartyId, shop_id: PartyId, what: tuple[str, str, str], now: datetime) -> Purchase:
    """Write down that somebody wants a piece; `what` are product, variant and leaf hash."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    purchase = Purchase(hub_id, str(new_id()), shop_id, *what, moment)
    async with statement() as own:
        await own.add(PURCHASES, purchase)
    return purchase


async def go_on(fed: Federation, hub_id: PartyId, now: datetime) -> None:
    """Take every purchase as far as it goes now."""
    async with statement() as own:
        waiting = [row for row in own.scan(PURCHASES, hub_id) if row.state in {"new", "held", "confirmed"}]
    for purchase in waiting:
        await advance(fed, purchase, now)


async def advance(fed: Federation, purchase: Purchase, now: datetime) -> None:
    """Hold, confirm and order; what stays unknown is asked again later with the same ids."""
    try:
        while purchase.state in {"new", "held", "confirmed"}:
            purchase = await _save(purchase, await _next(fed, purchase, now))
    except PeerUnreachableError:
        return
    except ReplicaFrozenError:
        await _save(purchase, "failed")
    except PeerRefusedError as error:
        if error.retry == "never":
            await _save(purchase, "failed")


async def _next(
    fed: Federation, purchase: Purchase, now: datetime
) -> Literal["held", "confirmed", "ordered", "failed"]:
    ends = (purchase.hub_id, purchase.shop_id)
    if purchase.state == "new":
        lines = (ReservationLine(purchase.variant_id, 1),)
        request = ReservationRequest(id=purchase.id, lines=lines, ttl_seconds=HOLD_SECONDS)
        answer = await reservations.hold_remote(fed, *ends, request, now)
        return "held" if answer.state == "held" else "failed"
    if purchase.state == "held":
        await reservations.confirm_remote(fed, *ends, purchase.id, now)
        return "confirmed"
    await orders.place_order_remote(fed, *ends, _order(purchase), now)
    return "ordered"


async def _save(purchase: Purchase, state: Literal["held", "confirmed", "ordered", "failed"]) -> Purchase:
    changed = msgspec.structs.replace(purchase, state=state)
    async with statement() as own:
        await own.put(PURCHASES, changed)
    return changed


def _order(purchase: Purchase) -> ShopOrder:
    price, shipping = Money(18_900, "EUR"), Money(900, "EUR")
    line = OrderLine(
        line_id=_derived(purchase.id),
        product_id=purchase.product,
        variant_id=purchase.variant_id,
        sku="S1",
        title="Dress",
        quantity=1,
        unit_price=price,
        leaf_hash=purchase.leaf_hash,
    )
    return ShopOrder(
        id=purchase.id,
        number="G-7K3Q-2",
        reservation_id=purchase.id,
        placed_at=purchase.placed_at,
        currency="EUR",
        lines=(line,),
        shipping=shipping,
        total=price + shipping,
        address=Address(name="Ada", line1="Via Roma 1", postcode="50100", town="Firenze", country="IT"),
        email="ada@example.org",
        money=SellerPart(
            commission=Money(1_890, "EUR"),
            commission_vat=Money(416, "EUR"),
            seller=Money(16_594, "EUR"),
            shipping=shipping,
        ),
    )


def _derived(text: str) -> str:
    """An id that follows from another, so that the same order always has the same bytes."""
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"
