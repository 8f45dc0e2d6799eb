"""Turning the hub's views into what the JSON API says. Pure."""

from collections.abc import Sequence

from federation.node.languages import in_language
from federation.vocabulary.money import Money
from marketplace.api.documents import (
    CheckoutAnswer,
    ClaimAnswer,
    ListedProduct,
    Listings,
    MoneyAnswer,
    OrderAnswer,
    OrderLineAnswer,
    OrderPartAnswer,
    PayoutAnswer,
    ProductAnswer,
    RefusedPart,
    SearchAnswer,
    SearchHit,
    ShopLeaves,
    ShopListings,
    TransferAnswer,
    VariantOffer,
)
from marketplace.currencies.domain.exchange import Exchange
from marketplace.listings.store.leaves import ListedLeaf
from marketplace.listings.views import CardView, ListingCount, ProductView
from marketplace.orders.views import HeldView, OrderLineView, OrderPartView, OrderView
from payouts.domain.records import ClaimRecord, PayoutRecord, SettlementRecord, TransferRecord


def listings_answer(counts: Sequence[ListingCount]) -> Listings:
    """All that is shown."""
    shops = [ShopListings(one.shop_id, one.handle, one.products, one.stale) for one in counts]
    return Listings(sum(one.listings for one in shops), shops)


def leaves_answer(shop_id: str, leaves: Sequence[ListedLeaf], limit: int) -> ShopLeaves:
    """A page of a boutique's products; a full one is followed by another."""
    products = [ListedProduct(one.product_id, one.leaf_hash, one.seq, one.stale) for one in leaves]
    return ShopLeaves(shop_id, products, products[-1].product_id if len(products) == limit else None)


def search_answer(cards: Sequence[CardView], total: int, page: int, pages: int, exchange: Exchange) -> SearchAnswer:
    """One page of cards, priced for somebody who pays in the exchange's currency."""
    hits = [
        SearchHit(
            shop_id=card.shop_id,
            shop=card.shop_name,
            product_id=card.product_id,
            title=card.title,
            price=card.price,
            shown=exchange.shown(card.price),
            url=card.url,
        )
        for card in cards
    ]
    return SearchAnswer(total, page, pages, hits, exchange.words(*(card.price.currency for card in cards)))


def product_answer(view: ProductView) -> ProductAnswer:
    """One product with its offers."""
    return ProductAnswer(
        shop_id=view.shop.shop_id,
        product_id=view.product.id,
        title=in_language(view.product.title),
        seq=view.seq,
        leaf_hash=view.leaf_hash,
        variants=[
            VariantOffer(
                variant_id=variant.id,
                sku=variant.sku,
                size=variant.size.label,
                colour=variant.colour.name,
                price=variant.price,
                available=view.offers[variant.id].available,
                in_stock=view.offers[variant.id].in_stock,
                freshness=view.offers[variant.id].freshness,
            )
            for variant in view.product.variants
        ],
    )


def checkout_answer(view: HeldView, redirect_url: str | None) -> CheckoutAnswer:
    """What is held, and where to pay."""
    return CheckoutAnswer(
        token=view.token,
        number=view.number,
        state=view.state,
        total=view.total,
        refused=[
            RefusedPart(part.shop.shop_id, part.shop.name, part.reason, dict(part.available))
            for part in view.parts
            if part.state == "refused"
        ],
        redirect_url=redirect_url,
    )


def order_answer(view: OrderView) -> OrderAnswer:
    """An order; parts carry their split when the view does."""
    return OrderAnswer(
        order_id=view.order_id,
        number=view.number,
        state=view.state,
        total=view.total,
        paid=view.paid,
        refunded=view.refunded,
        parts=[_part(part) for part in view.parts],
        rates=view.rate_words,
        coupon=view.coupon,
        off=view.off if view.coupon else None,
        vouchers_off=view.vouchers_off or None,
    )


def _part(part: OrderPartView) -> OrderPartAnswer:
    return OrderPartAnswer(
        shop_order_id=part.shop_order_id,
        shop_id=part.shop.shop_id,
        shop=part.shop.name,
        number=part.number,
        state=part.state,
        reason=part.reason,
        carrier=part.carrier,
        tracking=part.tracking,
        lines=[_line(line) for line in part.lines],
        shipping=part.shipping,
        total=part.total,
        refunded=part.refunded,
        split=part.split,
    )


def _line(line: OrderLineView) -> OrderLineAnswer:
    return OrderLineAnswer(
        line_id=line.line_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        title=line.title,
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=line.list_price,
        refunded_quantity=line.refunded_quantity,
        refunded=line.refunded,
    )


def money_answer(
    trial_balance: dict[str, int],
    transfers: Sequence[tuple[SettlementRecord, TransferRecord]],
    payouts: Sequence[PayoutRecord],
    claims: Sequence[tuple[SettlementRecord, ClaimRecord]],
) -> MoneyAnswer:
    """What the books say and what was sent; transfers and claims come with the settlement they are of."""
    return MoneyAnswer(
        trial_balance=trial_balance,
        transfers=[
            TransferAnswer(
                shop_id=settlement.shop_id,
                shop_order_id=settlement.shop_order_id,
                kind=settlement.kind,
                amount=transfer.amount,
                status=transfer.status,
            )
            for settlement, transfer in transfers
        ],
        payouts=[PayoutAnswer(shop_id=one.shop_id, amount=one.amount, status=one.status.value) for one in payouts],
        claims=[
            ClaimAnswer(
                shop_id=settlement.shop_id,
                shop_order_id=settlement.shop_order_id,
                amount=Money(claim.amount_minor, claim.currency),
                outstanding=Money(claim.outstanding_minor, claim.currency),
                status=claim.status.value,
            )
            for settlement, claim in claims
        ],
    )
