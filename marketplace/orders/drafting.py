"""Writing a priced basket down as an order: numbers, tokens and ids are drawn here, prices and splits frozen."""

import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.node.accounts import normal_email
from federation.node.languages import in_language, language
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.ids import new_id, new_token
from federation.vocabulary.product import ShopProfile
from federation.vocabulary.wording import sentence
from marketplace.accounts.setup import hub_id
from marketplace.errors import BasketInvalidError
from marketplace.hub import Hub
from marketplace.listings.service import ListedVariant
from marketplace.orders import basket as baskets
from marketplace.orders.domain.basket import BasketItem
from marketplace.orders.domain.division import divided, with_coupon
from marketplace.orders.domain.numbers import NUMBER_SPACE, order_number, shop_order_number
from marketplace.orders.domain.pricing import PricedBasket, PricedLine, PricedPart
from marketplace.orders.domain.values import Line, Order, Part, Seller
from marketplace.orders.store import orders as order_store
from marketplace.orders.views import Contact
from marketplace.terms import referrals
from marketplace.terms import service as terms
from marketplace.terms.domain.terms import HubTerms, Referrer, RuleBook, Sold, terms_of

HOLDING_SECONDS = 60
"""How long the boutiques may be asked before the sweep ends an order that a dead process left."""


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """What the checkout form says. `key` was made with the form; `quote` is BasketView.quote as it was shown.

    `client` stands for where it came from (`federation.node.visitor`), empty when nobody knows.
    """

    key: Annotated[str, msgspec.Meta(min_length=16, max_length=100)]
    quote: Annotated[str, msgspec.Meta(max_length=64)]
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    contact: Contact
    address: Address
    client: Annotated[bytes, msgspec.Meta(max_length=16)] = b""


def checked(checkout: Checkout) -> Checkout:
    """The form as it will travel: within its bounds, in Unicode normal form C, the address one that mail can reach.

    A page builds these values field by field, so nothing has judged them yet. Raises BasketInvalidError.
    """
    try:
        plain = _normal(msgspec.to_builtins(checkout))
        known = msgspec.convert(plain, Checkout)
        normal_email(known.contact.email)
    except msgspec.ValidationError as error:
        fault_words, _, path = str(error).partition(" - at `$.")
        where = path.rstrip("`").replace(".", "/")
        fault = FieldError(f"/{where}", "invalid", fault_words)
        raise BasketInvalidError(f"{where or 'the form'}: {fault_words}", errors=(fault,)) from error
    except RecordInvalidError as error:
        fault = FieldError("/contact/email", "invalid", error.detail)
        raise BasketInvalidError(error.sentence, errors=(fault,)) from error
    return known


def _normal(value: Any) -> Any:
    """Texts without blanks around them and control characters, in normal form C: what a signed document may hold."""
    if isinstance(value, dict):
        return {name: _normal(one) for name, one in value.items()}
    if isinstance(value, str):
        kept = "".join(mark if mark.isprintable() else " " for mark in value)
        return unicodedata.normalize("NFC", kept).strip()
    return value


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a sale as they stand when it is begun."""

    book: RuleBook
    hub: HubTerms
    destination: str
    referrer: Referrer | None = None


async def agreed(
    hub: Hub, session: baskets.SessionData, priced: PricedBasket, destination: str, now: datetime
) -> Agreed:
    """What the hub's rules, its settings and the shopper's way here come to today."""
    return Agreed(
        book=await terms.rule_book(hub.settings, now),
        hub=await terms.hub_terms(hub.settings, {part.shop_id for part in priced.parts}, now),
        destination=destination,
        referrer=await referrals.referrer(session, now),
    )


async def draft_order(checkout: Checkout, priced: PricedBasket, now: datetime) -> Order:
    """The order as asked for, with a number and a token of its own."""
    number = order_number(secrets.randbelow(NUMBER_SPACE))
    while await order_store.number_taken(number):
        number = order_number(secrets.randbelow(NUMBER_SPACE))
    return Order(
        id=new_id(),
        hub_id=await hub_id(),
        token=new_token(),
        number=number,
        state="holding",
        currency=priced.currency,
        language=language(),
        email=checkout.contact.email,
        note=checkout.contact.note,
        address=checkout.address,
        total_minor=priced.total.amount_minor,
        paid_minor=0,
        payment_id=None,
        redirect_url="",
        quote=priced.exchange.quote(now) if set(priced.listed_in) - {priced.currency} else None,
        asked_at=None,
        created_at=now,
        due_at=now + timedelta(seconds=HOLDING_SECONDS),
        paid_at=None,
        coupon=priced.coupon,
    )


def draft_parts(
    order: Order, priced: PricedBasket, listed: dict[baskets.Key, ListedVariant], on: Agreed
) -> tuple[list[Part], list[Line]]:
    """One part per boutique and its lines, prices, terms and split frozen."""
    parts, lines = [], []
    for position, priced_part in enumerate(priced.parts, start=1):
        profile = listed[_key(priced_part.lines[0].item)].shop.profile
        part = msgspec.structs.replace(_new_part(order, priced_part, position, on), seller=seller_of(profile))
        parts.append(part)
        for place, line in enumerate(priced_part.lines):
            lines.append(_new_line(part.id, place, line, listed[_key(line.item)], on))
    return parts, divided(parts, with_coupon(lines, priced.off.amount_minor), order.currency)


def _key(item: BasketItem) -> baskets.Key:
    return item.shop_id, item.product_id, item.variant_id


def seller_of(profile: ShopProfile) -> Seller:
    """Who sells, as receipts say it."""
    return Seller(
        name=profile.name,
        country=profile.country,
        town=profile.town,
        legal_name=profile.legal_name,
        address=profile.address,
        vat_id=profile.vat_id,
        email=profile.email,
    )


def list_currency_of(priced: PricedPart) -> str:
    """The currency of a boutique's own prices, in which its order is signed and, if need be, priced anew.

    Raises BasketInvalidError when it publishes pieces or parcels in several: no node of ours does.
    """
    found = {line.list_price.currency for line in priced.lines}
    if priced.shipping is not None:
        found.add(priced.shipping.list_price.currency)
    if len(found) > 1:
        named = " and ".join(sorted(found))
        raise BasketInvalidError(
            sentence("a boutique has prices in %(currencies)s for one parcel: remove its pieces", currencies=named)
        )
    return found.pop()


def _new_part(order: Order, priced: PricedPart, position: int, on: Agreed) -> Part:
    return Part(
        id=new_id(),
        order_id=order.id,
        position=position,
        shop_id=priced.shop_id,
        number=shop_order_number(order.number, position),
        state="asked",
        reservation_id=new_id(),
        attempt=1,
        held_until=None,
        reason="",
        available={},
        shipping_minor=priced.shipping.price.amount_minor if priced.shipping else 0,
        list_currency=list_currency_of(priced),
        list_shipping_minor=priced.shipping.list_price.amount_minor if priced.shipping else 0,
        shipping_refunded_minor=0,
        carrier="",
        tracking="",
        cancellation="none",
        placed_at=None,
        bears_fee=on.hub.shops_bear_fee,
        voucher=priced.voucher,
    )


def _new_line(part_id: UUID, place: int, priced: PricedLine, listed: ListedVariant, on: Agreed) -> Line:
    variant = listed.variant
    sold = Sold(
        shop_id=listed.shop.shop_id,
        profile=listed.shop.profile,
        category=listed.product.category,
        price=priced.list_price,
        destination=on.destination,
    )
    own = terms_of(sold, on.book, on.hub, on.referrer)
    former = variant.compare_at.amount_minor if variant.compare_at else variant.price.amount_minor
    return Line(
        id=new_id(),
        shop_order_id=part_id,
        position=place,
        product_id=listed.product.id,
        variant_id=variant.id,
        sku=variant.sku,
        title=in_language(listed.product.title),
        size_label=variant.size.label,
        colour=variant.colour.name,
        leaf_hash=listed.leaf_hash,
        quantity=priced.item.quantity,
        unit_minor=priced.unit_price.amount_minor,
        list_unit_minor=priced.list_price.amount_minor,
        commission_bp=own.rate_bp,
        vat_bp=own.vat_bp,
        commission_minor=0,
        commission_vat_minor=0,
        seller_minor=0,
        rule_id=own.rule_id,
        rule_revision=own.rule_revision,
        fixed_minor=own.fixed_minor,
        floor_minor=own.floor_minor,
        cap_minor=own.cap_minor,
        goods_vat_bp=own.goods_vat_bp,
        vat_treatment=own.vat_treatment,
        referral_bp=own.referral_bp,
        referrer=own.referrer,
        list_discount_minor=(former - variant.price.amount_minor) * priced.item.quantity,
        inside_vat_bp=own.inside_vat_bp,
        voucher_minor=priced.voucher_minor,
        list_voucher_minor=priced.list_voucher_minor,
    )
