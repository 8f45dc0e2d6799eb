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
    places = Places(
        names={shop_id: shop.name for shop_id, shop in shops.items()},
        orders=await _orders(alerts.references(records)),
    )
    return [alerts.alert(one, places) for one in records]


async def _orders(references: set[str]) -> dict[str, str]:
    """The page of the order that each of these rows of money, or parts of orders, belongs to."""
    parts = await oversight.orders_of_parts(sorted(references))
    rows = await reads.orders_of(references - set(parts))
    return {
        **{part: page.replace("/console/orders/", "/console/money/orders/") for part, (_, page) in parts.items()},
        **{row: _ORDER.format(order_id) for row, order_id in rows.items()},
    }
