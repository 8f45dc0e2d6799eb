"""An order's page, opened by its unguessable token."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from federation.node import clock
from federation.node.pages import country_in_words, page
from federation.node.web import AnyRequest, session_of
from marketplace.hub import hub_of
from marketplace.orders import after_sale, basket, reads, receipts, resuming
from marketplace.orders.after_sale import AfterSale
from marketplace.orders.domain.refund_words import RefundShown, paid_back, still_owed
from marketplace.orders.domain.returns import SENT
from marketplace.orders.domain.shop_order_life import MONEY_BACK, WORDS_BY_BANK
from marketplace.orders.views import OrderPartView, OrderView
from marketplace.storefront.handlers.context import prices_of
from marketplace.storefront.handlers.receipts import refund_words
from marketplace.storefront.handlers.returns import NOTICE
from payouts.service import BanksWord

WAITING = frozenset({"holding", "held", "paying"})
PACKING = frozenset({"confirming", "reholding", "confirmed", "placed", "accepted"})
"""States of a paid part of which nothing has left."""
LOOKS = {
    "shipped": ("good", "●"), "delivered": ("good", "●"), "accepted": ("calm", "◐"), "placed": ("calm", "◔"),
    "confirmed": ("calm", "◔"), "confirming": ("calm", "◔"), "reholding": ("calm", "◔"), "held": ("calm", "◔"),
    "asked": ("calm", "◔"), "declined": ("bad", "▲"), "cancelled": ("bad", "▲"), "refused": ("bad", "▲"),
    "released": ("done", "○"),
}  # fmt: skip
"""A state's tone and shape; the words come with the order."""
RETURN_LOOKS = {
    "requested": ("calm", "◔"), "authorised": ("todo", "◐"), "refused": ("bad", "▲"), "withdrawn": ("done", "○"),
    "in_transit": ("calm", "▶"), "received": ("calm", "◐"), "refunded": ("good", "●"), "rejected": ("bad", "▲"),
}  # fmt: skip
"""The same for a return."""


@get("/order/{token:str}", opt={"transaction": False})
async def show(request: AnyRequest, token: FromPath[str]) -> Template:
    """The order with a part per boutique, as the provider says now; what was paid for leaves the basket."""
    known = await resuming.ask_payment(hub_of(request), token, clock.now())
    view = await reads.order_view(token)
    await basket.drop_bought(session_of(request), token)
    prices_of(request).agreed(view.rate_words)
    after = await after_sale.of_order(view.order_id, clock.now())
    refunds = await receipts.shown_of_order(view.order_id)
    returned = _of_returns(refunds, after)
    returned_parts = {part.shop_order_id for part in view.parts if _has_gone_back(part, after.get(part.shop_order_id))}
    bank = await receipts.banks_word(view.order_id, view.paid.currency)
    came_back = paid_back(refunds, view.paid.currency)
    return page(
        request,
        "storefront/order.html",
        order=view,
        looks=LOOKS,
        waiting=view.state in WAITING,
        packing=sum(part.state in PACKING for part in view.parts),
        known=known,
        after=after,
        refunds=[one for one in refunds if one.refund_id not in returned],
        returned_money=returned,
        refund_words=refund_words,
        paid_back=came_back,
        owed=still_owed(refunds, view.paid.currency),
        bank=bank,
        by_bank=_by_bank(view, bank),
        words_by_bank=WORDS_BY_BANK,
        returned=returned_parts,
        all_returned=bool(returned_parts)
        and all(part.shop_order_id in returned_parts or part.state in MONEY_BACK for part in view.parts),
        all_came_back=not bank.given or came_back + bank.given >= view.paid,
        notice=session_of(request).data.pop(NOTICE, None),
        return_looks=RETURN_LOOKS,
        country_named=country_in_words,
        given_back=bool(view.parts) and bool(view.paid) and all(part.state in MONEY_BACK for part in view.parts),
        country_name=country_in_words(view.address.country),
    )


def _of_returns(refunds: Sequence[RefundShown], after: Mapping[UUID, AfterSale]) -> dict[UUID | None, RefundShown]:
    """The refunds that are shown with the return they are for."""
    made_for = {one.made.refund_id for each in after.values() for one in each.returns}
    return {one.refund_id: one for one in refunds if one.refund_id in made_for}


def _has_gone_back(part: OrderPartView, later: AfterSale | None) -> bool:
    """Whether the boutique has taken back every piece of a part that was sent."""
    if later is None or part.state not in SENT:
        return False
    taken = sum(line.refunded for one in later.returns if one.made.state == "refunded" for line in one.lines)
    return taken >= sum(line.quantity for line in part.lines)


def _by_bank(view: OrderView, bank: BanksWord) -> set[UUID]:
    """The parts that the shopper's bank gave money back for, and we gave none."""
    whole = bool(bank.given) and bank.given >= view.paid
    unpaid = [part.shop_order_id for part in view.parts if not part.refunded]
    return {part_id for part_id in unpaid if whole or bank.of_parts.get(part_id)}


ROUTES = [show]
