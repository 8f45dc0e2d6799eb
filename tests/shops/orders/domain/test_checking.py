"""Whether an order fits what was held and published."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from federation.conversations.forms import Address
from federation.conversations.messages import OrderLine, SellerPart, ShopOrder
from federation.vocabulary.ids import new_id
from shops.catalog.domain.record import Published
from shops.catalog.service import PUBLICATIONS_KEPT
from shops.inventory.domain.allocation import Pieces
from shops.inventory.store.reservations import REMEMBERED
from shops.orders.domain.checking import LAPSED, PRICE_TRAVEL, first_held_at, refusal
from tests.shops.house import euros, product

HELD_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
LEAF = "ab" * 32


def order(**line_changes: Any) -> ShopOrder:
    line = OrderLine(
        line_id=str(new_id()),
        product_id="dress",
        variant_id="dress-42",
        sku="dress-42",
        title="The dress",
        quantity=2,
        unit_price=euros(18_900),
        leaf_hash=LEAF,
    )
    line = msgspec.structs.replace(line, **line_changes)
    return ShopOrder(
        id=str(new_id()),
        number="G-1",
        reservation_id=str(new_id()),
        placed_at="2026-11-22T09:00:00Z",
        currency="EUR",
        lines=(line,),
        shipping=euros(0),
        total=euros(37_800),
        address=Address(name="A", line1="B", postcode="1", town="C", country="FR"),
        email="a@example.org",
        money=SellerPart(commission=euros(0), commission_vat=euros(0), seller=euros(37_800), shipping=euros(0)),
    )


def judged(placed: ShopOrder, superseded_at: datetime | None = None) -> str | None:
    return refusal(
        placed,
        leaves={LEAF: Published(product("dress"), superseded_at)},
        held=[Pieces("dress-42", "main", 1), Pieces("dress-42", "cellar", 1)],
        held_at=HELD_AT,
        currency="EUR",
    )


def test_an_order_as_published_is_taken() -> None:
    """Held pieces at the record's price are no reason to refuse, whatever places they lie in."""
    assert judged(order()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"unit_price": euros(18_899)}, "costs 18900 EUR"),
        ({"variant_id": "dress-44"}, "not for exactly the pieces"),
        ({"product_id": "gown"}, "not a record of product gown"),
        ({"leaf_hash": "00" * 32}, "not a record of product dress"),
        ({"quantity": 3}, "not for exactly the pieces"),
    ],
)
def test_what_differs_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    """A price, variant, product, leaf or count that differs is named in the refusal."""
    assert reason in (judged(order(**changes)) or "")


def test_another_currency_is_refused() -> None:
    """An order in another currency than the boutique's is refused whole."""
    assert "sells in EUR" in (judged(msgspec.structs.replace(order(), currency="USD")) or "")


def test_a_price_may_be_as_old_as_prices_travel() -> None:
    """A record superseded shortly before the hold still counts, one superseded long before does not."""
    assert judged(order(), HELD_AT - PRICE_TRAVEL / 2) is None
    assert "superseded" in (judged(order(), HELD_AT - PRICE_TRAVEL - timedelta(seconds=1)) or "")


def test_a_first_hold_speaks_for_a_few_weeks() -> None:
    """What was held anew was held first when it was; an old hold, or a later one, says nothing of it."""
    second = timedelta(seconds=1)
    assert first_held_at(HELD_AT, HELD_AT - LAPSED) == HELD_AT - LAPSED
    assert first_held_at(HELD_AT, HELD_AT - LAPSED - second) == HELD_AT
    assert first_held_at(HELD_AT, HELD_AT + second) == HELD_AT
    assert min(PUBLICATIONS_KEPT, REMEMBERED) > LAPSED, "what it speaks for is still known"
