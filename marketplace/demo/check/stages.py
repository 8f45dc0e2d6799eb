"""What the check plays: searching, selling, racing, killing; each stage returns what it saw."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from time import monotonic
from urllib.parse import quote

import msgspec

from marketplace.api.documents import CheckoutAnswer, MoneyAnswer, OrderAnswer, OrderLineAnswer, PayoutAnswer
from marketplace.cli.errors import CommandError
from marketplace.demo.check.comparing import Compared
from marketplace.demo.check.figures import FOREIGN, Kill, Line, Movement, Part, Race, Sale, Search
from marketplace.demo.check.shopper import Piece, Shopper
from marketplace.demo.check.staff import Operator, accept_open_orders, ship_open_orders
from marketplace.demo.opening import OpenShop
from marketplace.demo.running import Ready

QUERIES = ("dress", "silk scarf", "leather bag", "wool coat", "gold ring", "boots", "navy", "jaket")
RACERS = 40
RACE_STOCK = 3
SALE_SHOPS = 3
SOLD = frozenset({"confirmed", "placed", "accepted", "shipped", "delivered"})
WITH_THE_SHOP = frozenset({"placed", "accepted", "shipped", "delivered"})
ACCEPTED = frozenset({"accepted", "shipped", "delivered"})
SENT = frozenset({"shipped", "delivered"})
MONEY_WAIT_SECONDS = 90.0
PAID_OUT = "paid"
"""How the hub calls a payout that has reached the bank."""

_LOOK_SECONDS = 0.5


class Sold(msgspec.Struct, frozen=True):
    """A sale under way: the order's token, the boutique that sold two pieces, all its boutiques.

    `payouts_before` are those made before it, on a state folder that has seen sales already.
    """

    token: str
    first_shop_id: str
    shops: tuple[OpenShop, ...]
    payouts_before: tuple[PayoutAnswer, ...]


async def search(shopper: Shopper) -> tuple[Search, ...]:
    """Ask the hub a few ordinary questions, one of them misspelt."""
    found = []
    for words in QUERIES:
        started = monotonic()
        told = await shopper.browser.get_json(f"/api/v1/search?q={quote(words)}")
        found.append(Search(words, told["total"], round((monotonic() - started) * 1000, 1)))
    return tuple(found)


async def sell(ready: Ready, shopper: Shopper, operator: Operator, pieces: dict[str, list[Piece]]) -> Sold:
    """A basket over boutiques on three nodes, two pieces of the first, paid once and accepted by each boutique.

    Where a boutique sells in a foreign currency, a piece of it is in the basket too, charged in the hub's own.
    """
    home = {shop_id: [one for one in found if one.currency not in FOREIGN] for shop_id, found in pieces.items()}
    abroad = {shop_id: [one for one in found if one.currency in FOREIGN] for shop_id, found in pieces.items()}
    chosen: list[tuple[Piece, int]] = []
    for node in ready.fleet.layout.shop_nodes[:SALE_SHOPS]:
        wanted = 1 if chosen else 2
        chosen.append((_piece(home, wanted, nodes=(node.name,)), wanted))
    if any(abroad.values()):
        chosen.append((_piece(abroad, 1), 1))
    before = tuple((await operator.money()).payouts)
    answer = await _held(shopper, chosen)
    await shopper.pay(answer)
    await shopper.until_parts(answer.token, WITH_THE_SHOP)
    for piece, _ in chosen:
        await accept_open_orders(ready, piece.shop)
    await shopper.until_parts(answer.token, ACCEPTED)
    shops = tuple(piece.shop for piece, _ in chosen)
    return Sold(answer.token, shops[0].shop_id, shops, before)


async def ship(ready: Ready, shopper: Shopper, operator: Operator, sold: Sold) -> Sale:
    """Each boutique ships what is left of its part; returns how the hub divided the sale."""
    for shop in sold.shops:
        await ship_open_orders(ready, shop)
    await shopper.until_parts(sold.token, SENT)
    return sale_of(await operator.order(sold.token))


def sale_of(order: OrderAnswer) -> Sale:
    """The sale as the hub divided it. Raises CommandError when the hub does not say how."""
    parts = []
    for part in order.parts:
        if part.split is None:
            raise CommandError(f"the hub does not say how the part of {part.shop} divides")
        split = part.split
        parts.append(
            Part(
                shop=part.shop,
                paid=split.paid.amount_minor,
                commission=split.commission.amount_minor,
                vat=split.commission_vat.amount_minor,
                shipping=split.shipping.amount_minor,
                seller=split.seller.amount_minor,
                lines=tuple(map(_line, part.lines)),
            )
        )
    return Sale(order.number, order.total.currency, order.total.amount_minor, tuple(parts))


def _line(line: OrderLineAnswer) -> Line:
    return Line(
        title=line.title,
        quantity=line.quantity,
        list_price=line.list_price.amount_minor,
        list_currency=line.list_price.currency,
        unit_price=line.unit_price.amount_minor,
        refunded_quantity=line.refunded_quantity,
        refunded=line.refunded.amount_minor,
    )


async def refund(shopper: Shopper, operator: Operator, sold: Sold) -> Movement:
    """One of the two pieces of the first boutique goes back before it is sent; waits until the hub says so."""
    await operator.refund_one(sold.token, sold.first_shop_id)
    deadline = monotonic() + MONEY_WAIT_SECONDS
    while True:
        order = await shopper.order(sold.token)
        part = next(part for part in order.parts if part.shop_id == sold.first_shop_id)
        done = part.refunded.amount_minor > 0 and order.refunded == part.refunded
        if done or monotonic() > deadline:
            status = "refunded" if done else "waiting"
            return Movement(part.shop, part.refunded.amount_minor, part.refunded.currency, status)
        await asyncio.sleep(_LOOK_SECONDS)


async def race(ready: Ready, compared: Compared) -> Race:
    """Many shoppers at once for a variant of which three are left; those who were given one pay for it."""
    piece = _piece(compared.pieces, RACE_STOCK, exactly=True)
    async with AsyncExitStack() as stack:
        hub_url = ready.fleet.layout.hub.url
        racers = [await stack.enter_async_context(Shopper(hub_url)) for _ in range(RACERS)]
        answers = await asyncio.gather(*(racer.check_out([(piece, 1)]) for racer in racers))
        lucky = [(racer, answer) for racer, answer in zip(racers, answers, strict=True) if answer is not None]
        await asyncio.gather(*(racer.pay(answer) for racer, answer in lucky))
        orders = await asyncio.gather(*(racer.until_parts(answer.token, SOLD) for racer, answer in lucky))
    return Race(stock=RACE_STOCK, tried=RACERS, sold=len(orders))


async def kill_hub_worker(ready: Ready, shopper: Shopper, compared: Compared) -> Kill:
    """The hub's worker dies between the payment and everything that follows from it."""
    name = f"{ready.fleet.layout.hub.name}-worker"
    answer = await _held(shopper, [(_piece(compared.pieces, 4), 1)])
    await ready.fleet.supervisor.kill(name)
    await shopper.pay(answer)
    return await _after_kill(ready, shopper, answer, name)


async def kill_shop_node(ready: Ready, shopper: Shopper, compared: Compared) -> Kill:
    """A shop node dies, pages and worker, after it held a piece and before the order reaches it."""
    node = ready.fleet.layout.shop_nodes[-1]
    answer = await _held(shopper, [(_piece(compared.pieces, 4, nodes=(node.name,)), 1)])
    await ready.fleet.supervisor.kill(f"{node.name}-worker")
    await ready.fleet.supervisor.kill(f"{node.name}-web")
    await shopper.pay(answer)
    return await _after_kill(ready, shopper, answer, f"{node.name}-web")


async def _after_kill(ready: Ready, shopper: Shopper, answer: CheckoutAnswer, name: str) -> Kill:
    order = await shopper.until_parts(answer.token, WITH_THE_SHOP)
    await ready.fleet.supervisor.until_ready(name)
    return Kill(name, ready.fleet.supervisor.restart_count(name), order.parts[0].state)


async def settle(operator: Operator, sold: Sold) -> MoneyAnswer:
    """Wait until every boutique of the sale has been paid out, or time is up; the books then, its own only."""
    shops = {shop.shop_id for shop in sold.shops}
    parts = {part.shop_order_id for part in (await operator.order(sold.token)).parts}
    deadline = monotonic() + MONEY_WAIT_SECONDS
    while True:
        money = await operator.money()
        payouts = list((Counter(money.payouts) - Counter(sold.payouts_before)).elements())
        paid_out = {payout.shop_id for payout in payouts if payout.status == PAID_OUT}
        if shops <= paid_out or monotonic() > deadline:
            own = [transfer for transfer in money.transfers if transfer.shop_order_id in parts]
            claims = [claim for claim in money.claims if claim.shop_order_id in parts]
            return msgspec.structs.replace(money, transfers=own, claims=claims, payouts=payouts)
        await asyncio.sleep(_LOOK_SECONDS)


async def _held(shopper: Shopper, chosen: Sequence[tuple[Piece, int]]) -> CheckoutAnswer:
    answer = await shopper.check_out(chosen)
    if answer is None or answer.refused:
        refused = answer.refused[0].reason if answer else "every boutique refused"
        raise CommandError(f"pieces that the hub shows as available could not be held: {refused}")
    return answer


def _piece(pieces: dict[str, list[Piece]], wanted: int, *, nodes: Collection[str] = (), exactly: bool = False) -> Piece:
    """A piece with enough (or exactly so many) left, at one of these nodes; the fullest shelf first."""
    for piece in sorted((piece for found in pieces.values() for piece in found), key=lambda piece: -piece.available):
        fits = piece.available == wanted if exactly else piece.available >= wanted
        if fits and (not nodes or piece.shop.node.name in nodes):
            return piece
    raise CommandError(f"no variant has {'exactly' if exactly else 'at least'} {wanted} left")
