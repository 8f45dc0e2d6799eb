"""Alerts about money as pages and letters show them, with what they are about looked up."""

from collections.abc import Sequence
from datetime import datetime

from federation.node import clock
from marketplace.console.views import alerts
from marketplace.console.views.alerts import Alert, Places
from marketplace.listings import service as listings
from marketplace.orders import oversight
from payouts.domain.records import AlertRecord
from payouts.service import reads

_ORDER = "/console/money/orders/{}"


async def shown_alerts(records: Sequence[AlertRecord], now: datetime | None = None) -> list[Alert]:
    """The alerts in the current language, boutiques by name, each with the page where something can be done."""
    shops = await listings.shops_by_id(alerts.shops(records), now or clock.now())
    orders = await _orders(alerts.references(records))
    places = Places(
        names={shop_id: shop.name for shop_id, shop in shops.items()},
        orders={reference: page for reference, (_, page) in orders.items()},
        numbers={reference: number for reference, (number, _) in orders.items()},
    )
    return [alerts.alert(one, places) for one in records]


async def _orders(references: set[str]) -> dict[str, tuple[str, str]]:
    """Number and page of the order that each of these rows of money, or parts of orders, belongs to."""
    parts = await oversight.orders_of_parts(sorted(references))
    rows = await reads.orders_of(references - set(parts))
    numbers = await oversight.order_numbers(set(rows.values()))
    return {
        **{part: (number, _in_money(page)) for part, (number, page) in parts.items()},
        **{row: (numbers.get(order_id, ""), _ORDER.format(order_id)) for row, order_id in rows.items()},
    }


def _in_money(page: str) -> str:
    return page.replace("/console/orders/", "/console/money/orders/")
