"""Records and orders for tests, valid unless asked otherwise."""

from typing import Any

import msgspec

from federation.conversations.forms import Address
from federation.conversations.messages import OrderLine, SellerPart, ShopOrder
from federation.documents import json
from federation.log.records import PRODUCT_TYPE, product_key
from federation.service.catalogue import Change
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money


def product(number: int, price_minor: int = 18_900, **changes: Any) -> Change:
    """A put of a valid product."""
    body = {
        "id": f"p{number}",
        "title": {"en": f"Dress {number}"},
        "category": "dresses",
        "gender": "women",
        "variants": [
            {
                "id": f"v{number}",
                "sku": f"S{number}",
                "size": {"system": "IT", "value": "42", "label": "42"},
                "colour": {"name": "Notte", "family": "navy"},
                "price": {"amount_minor": price_minor, "currency": "EUR"},
            }
        ],
    }
    return Change("put", product_key(f"p{number}"), PRODUCT_TYPE, json.encode(body | changes))


def gone(number: int) -> Change:
    """A del of a product."""
    return Change("del", product_key(f"p{number}"))


def order(reservation_id: str, leaf_hash: str) -> ShopOrder:
    """An order of one piece of product 1."""
    euros = Money(18_900, "EUR")
    shipping = Money(900, "EUR")
    line = OrderLine(
        line_id=str(new_id()),
        product_id="p1",
        variant_id="v1",
        sku="S1",
        title="Dress 1",
        quantity=1,
        unit_price=euros,
        leaf_hash=leaf_hash,
    )
    return ShopOrder(
        id=str(new_id()),
        number="G-7K3Q-2",
        reservation_id=reservation_id,
        placed_at="2026-11-22T08:00:00Z",
        currency="EUR",
        lines=(line,),
        shipping=shipping,
        total=euros + shipping,
        address=Address(name="Ada", line1="Via Roma 1", postcode="50100", town="Firenze", country="IT"),
        email="ada@example.org",
        money=SellerPart(
            commission=Money(1_890, "EUR"),
            commission_vat=Money(416, "EUR"),
            seller=Money(16_594, "EUR"),
            shipping=shipping,
        ),
    )


def with_title(change: Change, title: str) -> Change:
    """The same product under another title."""
    body = msgspec.json.decode(change.body) | {"title": {"en": title}}
    return msgspec.structs.replace(change, body=json.encode(body))
