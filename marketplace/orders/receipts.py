"""Receipts of an order, one for each boutique that was paid for its part, and the refunds a shopper reads of."""

from collections.abc import Sequence
from uuid import UUID

from federation.node.languages import language
from federation.vocabulary.money import Money
from marketplace.errors import OrderNotFoundError
from marketplace.orders import checkout
from marketplace.orders.domain.receipt import PaymentShown, Receipt, receipt_of
from marketplace.orders.domain.refund_words import RefundShown, Transferred
from marketplace.orders.domain.values import Order, Part, is_charged, rate_words, sold
from marketplace.orders.store import parts as part_store
from payouts import service as payouts
from payouts.service import BanksWord, RefundView


async def of_order(token: str) -> list[Receipt]:
    """The receipts of an order, in the order of its parts; none before it is charged. Raises OrderNotFoundError."""
    order = await checkout.find(token)
    payment = await payouts.payment_of_order(order.id)
    if not order.paid_minor or payment is None:
        return []
    parts = [part for part in sold(await part_store.of_order(order.id)) if is_charged(order, part)]
    refunds, bank = await shown_of_order(order.id), await banks_word(order.id, order.currency)
    taken_at = payment.captured_at or order.paid_at or order.created_at
    paid = PaymentShown(id=payment.id, total=Money(order.paid_minor, order.currency), taken_at=taken_at)
    return [await _receipt(order, part, paid, refunds, bank) for part in parts]


async def of_part(token: str, shop_order_id: UUID) -> Receipt:
    """One boutique's receipt. Raises OrderNotFoundError when nothing was charged for that part."""
    found = next((one for one in await of_order(token) if one.shop_order_id == shop_order_id), None)
    if found is None:
        raise OrderNotFoundError("there is no receipt for this: nothing was charged for it")
    return found


async def _receipt(
    order: Order, part: Part, payment: PaymentShown, refunds: Sequence[RefundShown], bank: BanksWord
) -> Receipt:
    lines = await part_store.lines([part.id])
    own = [one for one in refunds if one.shop_order_id == part.id]
    words = rate_words(order, [part], language())
    return receipt_of(order, part, lines, payment, own, rate_words=words, by_bank=bank.of_parts.get(part.id))


async def shown_of_order(order_id: UUID) -> list[RefundShown]:
    """Every refund of an order, as its shopper reads of it."""
    return [shown(view) for view in await payouts.refunds_of_order(order_id)]


async def banks_word(order_id: UUID, currency: str) -> BanksWord:
    """What of an order's payment the shopper's bank has taken back without deciding, and what it has given them."""
    return await payouts.banks_word(order_id, currency)


def shown(view: RefundView) -> RefundShown:
    """A refund as its shopper reads of it."""
    return RefundShown(
        refund_id=view.id,
        shop_order_id=view.shop_order_id,
        amount=view.amount,
        standing=view.standing,
        asked_at=view.created_at,
        changed_at=view.changed_at,
        transferred=_transferred(view),
    )


def _transferred(view: RefundView) -> Transferred | None:
    made = view.by_hand
    if made is None or made.paid_on is None:
        return None
    return Transferred(made.transferred, made.given, made.owed, made.paid_on, made.reference)
