"""Buying through the API: a basket that lives for one request, then the same checkout as the pages' own."""

from datetime import datetime
from typing import Any

import msgspec

from federation.node.database import atomic
from marketplace.api.answers import checkout_answer
from marketplace.api.documents import CheckoutAnswer, CheckoutRequest
from marketplace.coupons.domain.guessing import WINDOW
from marketplace.coupons.guessing import HUB
from marketplace.currencies import service as currencies
from marketplace.errors import BasketChangedError, CodesShutError, CouponInvalidError
from marketplace.hub import Hub
from marketplace.orders import basket, checkout, drafting, reads, trying
from marketplace.orders.domain import order_life
from marketplace.orders.drafting import Checkout


class RequestBasket:
    """A session that ends with its request."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}


async def buy(
    hub: Hub, request: CheckoutRequest, now: datetime, *, client: bytes = b"", network: bytes = b""
) -> CheckoutAnswer:
    """Begin (or find by its key) the order, ask the boutiques, start the payment of what they hold.

    `client` and `network` stand for where it came from. Raises BasketInvalidError, BasketChangedError when `total` is
    not what the order comes to, CouponInvalidError, CodesShutError when too many codes were tried from there.
    """
    asked = drafting.checked(
        Checkout(
            key=request.key,
            quote="",
            country=request.country,
            contact=request.contact,
            address=request.address,
            client=client,
        )
    )
    known = await checkout.begun_before(asked)
    token = known.token if known is not None else await _begin(hub, request, asked, network, now)
    await checkout.hold_all(hub, token, now)
    held = await reads.held_view(token, now)
    goes_on = held.can_continue or held.state in order_life.BOUGHT
    redirect_url = await checkout.proceed(hub, token, now) if goes_on else None
    return checkout_answer(await reads.held_view(token, now), redirect_url)


async def _begin(hub: Hub, request: CheckoutRequest, asked: Checkout, network: bytes, now: datetime) -> str:
    session = RequestBasket()
    session.data[currencies.CHOICE] = request.currency or hub.settings.currency
    for line in request.lines:
        await basket.add(session, line.shop_id, line.product_id, line.variant_id, line.quantity, now=now)
    await _write_codes(session, request, asked.client, network, now)
    view = await basket.basket_view(session, request.country, now)
    if view.coupon_problem:
        raise CouponInvalidError(view.coupon_problem)
    problem = next((part.voucher_problem for part in view.parts if part.voucher_problem), "")
    if problem:
        raise CouponInvalidError(problem)
    if request.total is not None and request.total != view.total:
        raise BasketChangedError("the order comes to another total at today's prices", expected=view.total.amount_minor)
    return await checkout.begin(hub, session, msgspec.structs.replace(asked, quote=view.quote), now)


async def _write_codes(
    session: RequestBasket, request: CheckoutRequest, client: bytes, network: bytes, now: datetime
) -> None:
    """Use the codes; wrong ones are counted whatever becomes of the request."""
    exchange = await basket.exchange_of(session, now)
    place = client if network else b""
    buyer = trying.Buyer(country=request.country, exchange=exchange, place=place, network=network)
    codes = [(shop_id, code) for shop_id, code in request.vouchers.items() if shop_id]
    async with atomic():
        written = [await trying.write(session, *each, buyer, now) for each in (*codes, (HUB, request.coupon))]
    if not all(written):
        raise CodesShutError(trying.SHUT, retry_after_seconds=int(WINDOW.total_seconds()))
