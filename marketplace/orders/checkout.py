"""From basket to payment: begin, ask all boutiques, show who refused, pay. Each function manages its own transactions.

Invariants: the order is committed before any boutique is asked, the payment before the provider is; a form sent twice
begins one order; what would be charged is what the shopper was shown (`quote`) less what was refused; an order left
behind at any step is ended by the sweep when it is due (60 s while asking, the earliest hold's end, 10 minutes of
paying), and every hold it had is given back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from federation.node.database import atomic
from federation.node.idempotency import IdempotencyConflictError
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id, new_token
from federation.vocabulary.money import Money
from federation.vocabulary.wording import as_sentence, message, sentence
from marketplace.coupons import service as coupons
from marketplace.coupons import vouchers
from marketplace.coupons.domain.coupons import CouponTerms
from marketplace.errors import (
    BasketChangedError,
    BasketInvalidError,
    CouponInvalidError,
    OrderNotFoundError,
    OrderStateError,
)
from marketplace.hub import Hub
from marketplace.orders import basket as baskets
from marketplace.orders import crowding, drafting, holds, requoting
from marketplace.orders.domain import order_life, shop_order_life
from marketplace.orders.domain.division import divided, goods_total, with_coupon
from marketplace.orders.domain.pricing import PricedBasket
from marketplace.orders.domain.values import Order, Part, part_total
from marketplace.orders.drafting import Checkout
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from payouts import service as payouts

PAYING_SECONDS = 600
HOLD_MARGIN_SECONDS = 60
"""A hold must outlast the time to pay by this much, else it is taken anew before paying."""

ASKING_SECONDS = 10
"""After this long without an answer noted, whoever asked has died, and the next click asks again (the same holds)."""

OVERDUE_MAX = 100
WAIT_FOR_OTHER_SECONDS = 6.0
WAIT_STEP_SECONDS = 0.1

_log = structlog.get_logger(__name__)


def new_checkout_key() -> str:
    """A key for a checkout form, so that sending it twice begins one order."""
    return new_token()


async def begin(hub: Hub, session: baskets.SessionData, checkout: Checkout, now: datetime) -> str:
    """Write down what is to be bought; returns the order's token.

    Raises BasketChangedError when the basket is no longer as shown, BasketInvalidError when it cannot be bought or too
    much is unfinished from the same place.
    """
    async with atomic():
        checkout = drafting.checked(checkout)
        known = await begun_before(checkout)
        if known is not None:
            return known.token
        if checkout.address.country != checkout.country:
            raise BasketInvalidError("the address is in another country than the shipping was worked out for")
        exchange = await baskets.exchange_of(session, now, hub.settings.currency)
        priced, listed = await baskets.priced_with_coupon(session, checkout.country, now, exchange)
        _check(priced, checkout)
        order = await drafting.draft_order(checkout, priced, now)
        if not await order_store.insert(order, checkout.key):
            return (await begun_before(checkout) or order).token
        if order.coupon is not None:
            await _use_coupon(order, order.coupon, now)
        on = await drafting.agreed(hub, session, priced, checkout.country, now)
        parts, lines = drafting.draft_parts(order, priced, listed, on)
        await _use_vouchers(order, parts, now)
        await crowding.admit(checkout.client, order.id, [part.shop_id for part in parts], now)
        await part_store.insert(parts, lines, now)
    baskets.begun(session, order.token)
    return order.token


async def _use_coupon(order: Order, coupon: CouponTerms, now: datetime) -> None:
    """Take a use of the coupon for this order; another shopper may have had the last one meanwhile."""
    try:
        await coupons.take(coupon, order.id, order.email, now)
    except CouponInvalidError as error:
        words = sentence(
            "%(reason)s Take the coupon out, or write another one; nothing has been charged.",
            reason=as_sentence(error.sentence),
        )
        raise BasketInvalidError(words) from error


async def _use_vouchers(order: Order, parts: list[Part], now: datetime) -> None:
    """Take a use of each boutique's voucher, in the order of the boutiques' ids: no two orders wait crosswise."""
    for part in sorted(parts, key=lambda one: one.shop_id):
        if not part.voucher:
            continue
        try:
            await vouchers.take(part.shop_id, part.voucher, order.id, now)
        except CouponInvalidError as error:
            words = sentence(
                "%(reason)s Take the voucher out, or write another one; nothing has been charged.",
                reason=as_sentence(error.sentence),
            )
            raise BasketInvalidError(words) from error


async def begun_before(checkout: Checkout) -> Order | None:
    """The order this very form began, if it was sent before.

    Raises IdempotencyConflictError when its key was used by somebody else's form: nobody is shown another's order.
    """
    known = await order_store.by_checkout_key(checkout.key)
    if known is None:
        return None
    same = (known.email, known.note, known.address) == (
        checkout.contact.email,
        checkout.contact.note,
        checkout.address,
    )
    if not same:
        raise IdempotencyConflictError(
            message("this checkout key was used before, for another address: make a new one")
        )
    return known


def _check(priced: PricedBasket, checkout: Checkout) -> None:
    if not priced.parts:
        raise BasketInvalidError("the basket is empty")
    if priced.quote != checkout.quote:
        raise BasketChangedError("Something in your basket has changed since you saw it; please look at it again.")
    if priced.problems:
        raise BasketInvalidError(priced.problems[0])


async def hold_all(hub: Hub, token: str, now: datetime) -> None:
    """Ask every boutique of the order at once and write down the answers. Again, or by two at once: asked once."""
    order = await find(token)
    if order.state != "holding":
        return
    if not await order_store.claim_asking(order.id, now, now - timedelta(seconds=ASKING_SECONDS)):
        await _wait_while(lambda: _is_holding(token))
        return
    asked = [part for part in await part_store.of_order(order.id) if part.state == "asked"]
    lines = await part_store.lines([part.id for part in asked])
    outcomes = await holds.ask_all(hub, order, asked, lines, now)
    await _record(order, outcomes, now)


async def _wait_while(waiting: Callable[[], Awaitable[bool]]) -> None:
    """Wait for another request of the same shopper (a double click) to finish asking; not for ever."""
    waited_seconds = 0.0
    while waited_seconds < WAIT_FOR_OTHER_SECONDS and await waiting():
        await asyncio.sleep(WAIT_STEP_SECONDS)
        waited_seconds += WAIT_STEP_SECONDS


async def _is_holding(token: str) -> bool:
    return (await find(token)).state == "holding"


async def _is_asked(order_id: UUID) -> bool:
    return any(part.state == "asked" for part in await part_store.of_order(order_id))


async def _record(order: Order, outcomes: dict[UUID, holds.HoldOutcome], now: datetime) -> list[Part]:
    """Write answers down; parts that were ended meanwhile stay so. Returns the parts as they stand."""
    async with atomic():
        locked = await order_store.lock(order.id)
        for part in await part_store.of_order(order.id):
            outcome = outcomes.get(part.id)
            if outcome is not None and part.state == "asked":
                await _record_one(order, part, outcome, now)
        parts = await part_store.of_order(order.id)
        held = [part for part in parts if part.state == "held"]
        if locked is None or locked.state not in {"holding", "held"}:
            return parts
        if not held:
            state = order_life.advance(locked.state, "all_refused")
            await order_store.change(order.id, now, state=state, due_at=None)
            await coupons.give_back(order.id, now)
            await vouchers.give_back(order.id, now)
            return parts
        if locked.coupon is not None:
            await _spread_coupon(locked, locked.coupon, parts)
        total_minor = await _total_minor(held)
        due_at = min(part.held_until for part in held if part.held_until)
        state = order_life.advance(locked.state, "answered") if locked.state == "holding" else locked.state
        await order_store.change(order.id, now, state=state, due_at=due_at, total_minor=total_minor)
        return parts


async def _spread_coupon(order: Order, coupon: CouponTerms, parts: list[Part]) -> None:
    """Spread the coupon over what the boutiques hold: what was refused has no part in it."""
    agreed = await part_store.lines([part.id for part in parts])
    held = [part for part in parts if part.state == "held"]
    held_ids = {part.id for part in held}
    lines = [line for line in agreed if line.shop_order_id in held_ids]
    off_minor = coupon.off_left_minor(goods_total(lines), goods_total(agreed))
    await part_store.reprice(divided(held, with_coupon(lines, off_minor), order.currency))


async def _record_one(order: Order, part: Part, outcome: holds.HoldOutcome, now: datetime) -> None:
    if outcome.held_until is not None:
        state = shop_order_life.advance(part.state, "held")
        await part_store.change(part.id, now, state=state, held_until=outcome.held_until)
        return
    if not outcome.certain:
        await holds.give_back(order.hub_id, part.shop_id, part.reservation_id, now)
    state = shop_order_life.advance(part.state, "refused")
    await vouchers.give_back(order.id, now, part.shop_id)
    available = msgspec.json.encode(outcome.available).decode()
    await part_store.change(part.id, now, state=state, reason=outcome.reason, available=available, held_until=None)


async def _total_minor(held: list[Part]) -> int:
    lines = await part_store.lines([part.id for part in held])
    return sum(part_total(part, lines) for part in held)


async def proceed(hub: Hub, token: str, now: datetime) -> str:
    """Start paying for what is held; returns where to send the shopper. Again: the same payment.

    Raises BasketChangedError when a hold had to be taken anew and was refused or the promised exchange rate ran out
    (show the held page again), OrderStateError when the order is over, and the provider's errors (try again).
    """
    order = await find(token)
    if order.state in order_life.BOUGHT:
        return order_url(hub, token)
    if order.state == "held":
        await requoting.renew_quote(order.id, now)
        await _renew(hub, order, now)
        await _wait_while(lambda: _is_asked(order.id))
        order = await _open_payment(hub, order.id, now)
    if order.state != "paying" or order.payment_id is None:
        words = sentence(order_life.WORDS[order.state])
        raise OrderStateError(sentence("This order cannot be paid: %(state)s.", state=words))
    payment = await payouts.start_payment(hub.payments, order.payment_id, now)
    if payment.redirect_url != order.redirect_url:
        await order_store.change(order.id, now, redirect_url=payment.redirect_url)
    return payment.redirect_url


async def _open_payment(hub: Hub, order_id: UUID, now: datetime) -> Order:
    async with atomic():
        order = await order_store.lock(order_id)
        if order is None or order.state != "held":
            return order or await _missing()
        parts = await part_store.of_order(order.id)
        if any(part.state == "asked" for part in parts):
            raise OrderStateError("the boutiques are still being asked; please try again in a moment")
        total_minor = await _total_minor([part for part in parts if part.state == "held"])
        payment = await payouts.open_payment(
            order.id,
            Money(total_minor, order.currency),
            f"Order {order.number}",
            order_url(hub, order.token),
            now,
            capture=hub.settings.capture,
        )
        await order_store.change(
            order.id,
            now,
            state=order_life.advance(order.state, "pay"),
            total_minor=total_minor,
            payment_id=payment.id,
            due_at=now + timedelta(seconds=PAYING_SECONDS),
        )
    return await find(order.token)


async def _missing() -> Order:
    raise OrderNotFoundError("this order is not known here")


async def _renew(hub: Hub, order: Order, now: datetime) -> None:
    """Take holds anew that would not outlast the payment: the old one is given back first, as it holds the piece."""
    needed_until = now + timedelta(seconds=PAYING_SECONDS + HOLD_MARGIN_SECONDS)
    short: list[Part] = []
    async with atomic():
        await order_store.lock(order.id)
        for part in await part_store.of_order(order.id):
            if part.state == "held" and (part.held_until is None or part.held_until < needed_until):
                short.append(part)
                await holds.give_back(order.hub_id, part.shop_id, part.reservation_id, now)
                state = shop_order_life.advance(part.state, "renew")
                await part_store.change(
                    part.id, now, state=state, reservation_id=new_id(), first_reservation_id=part.first_hold
                )
    if not short:
        return
    await asyncio.gather(*(_release_quietly(hub, order, part, now) for part in short))
    asked = [part for part in await part_store.of_order(order.id) if part.state == "asked"]
    lines = await part_store.lines([part.id for part in asked])
    outcomes = await holds.ask_all(hub, order, asked, lines, now)
    parts = await _record(order, outcomes, now)
    if any(part.id in outcomes and part.state != "held" for part in parts):
        raise BasketChangedError("a boutique could not keep its piece for you; please look at what is left")


async def _release_quietly(hub: Hub, order: Order, part: Part, now: datetime) -> None:
    """Release at once if the shop answers; the outbox holds the same release and goes on if it does not."""
    due = holds.ReleaseDue(order.hub_id, part.shop_id, part.reservation_id, now)
    await holds.release(hub, due, now)


async def stop(token: str, now: datetime) -> None:
    """The shopper does not want it after all: nothing is charged, all holds are given back. Again: no change."""
    await _end((await find(token)).id, "stopped", now)


async def end_overdue(now: datetime) -> int:
    """The sweep: end orders that were left behind; returns how many. Opens one transaction for each."""
    ended = 0
    for order_id in await order_store.due(now, OVERDUE_MAX):
        try:
            ended += await _end(order_id, "expired", now)
        except GalleriaError as error:
            _log.warning("order_not_ended", order_id=str(order_id), slug=error.slug, detail=error.detail)
    return ended


class _MovedOnError(Exception):
    """The order went another way between looking and locking: undo what was begun."""


async def _end(order_id: UUID, step: order_life.OrderStep, now: datetime) -> bool:
    """End an unpaid order and give everything back; False when it was paid or ended meanwhile.

    The payment is locked before the order, as payouts does when it reports a payment.
    """
    try:
        async with atomic():
            if not await payouts.cancel_payment(order_id, now):
                return False
            order = await order_store.lock(order_id)
            await _end_locked(order, step, now)
    except _MovedOnError:
        return False
    return True


async def _end_locked(order: Order | None, step: order_life.OrderStep, now: datetime) -> None:
    if order is None or not order_life.can(order.state, step):
        raise _MovedOnError
    if step == "expired" and (order.due_at is None or order.due_at > now):
        raise _MovedOnError
    await _give_all_back(order, now)
    await coupons.give_back(order.id, now)
    await vouchers.give_back(order.id, now)
    await order_store.change(order.id, now, state=order_life.advance(order.state, step), due_at=None)


async def _give_all_back(order: Order, now: datetime) -> None:
    for part in await part_store.of_order(order.id):
        if part.state in shop_order_life.LIVE:
            await holds.give_back(order.hub_id, part.shop_id, part.reservation_id, now)
            state = shop_order_life.advance(part.state, "release")
            await part_store.change(part.id, now, state=state, held_until=None)


async def find(token: str) -> Order:
    """The order behind a link. Raises OrderNotFoundError."""
    order = await order_store.by_token(token)
    if order is None:
        raise OrderNotFoundError("this link leads to no order; please use the one in your mail")
    return order


def order_url(hub: Hub, token: str) -> str:
    """Where the shopper follows the order."""
    return f"{hub.settings.public_url}/order/{token}"
