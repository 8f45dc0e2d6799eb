"""What each hub holds of a boutique, and what it has sold and paid; decides nothing."""

from datetime import datetime

import msgspec

from federation.node import database
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from shops.orders.account_sql import DUE, ORDERS_WITH_ACCOUNT


class HubHolds(msgspec.Struct, frozen=True, kw_only=True):
    """What shoppers of one hub have set aside now: reservations, their pieces, when the last of them runs out."""

    hub_id: PartyId
    reservations: int
    pieces: int
    ends_at: datetime


class HubSales(msgspec.Struct, frozen=True, kw_only=True):
    """What one hub has sold in one currency; commission in hundredths of a percent of the lines, over all orders."""

    hub_id: PartyId
    currency: str
    orders: int
    unfinished: int
    due_minor: int
    owed_minor: int
    commission_basis_points: int | None

    def money(self, amount_minor: int) -> Money:
        """An amount in this currency."""
        return Money(amount_minor, self.currency)


async def open_holds(shop_id: PartyId) -> list[HubHolds]:
    """The hubs that hold something now."""
    rows = await database.fetch(
        """
        SELECT r.hub_id, count(DISTINCT r.reservation_id)::int AS reservations,
               coalesce(sum(h.quantity), 0)::int AS pieces, max(r.expires_at) AS ends_at
        FROM shop_reservation r
        LEFT JOIN shop_hold h ON h.shop_id = r.shop_id AND h.hub_id = r.hub_id AND h.reservation_id = r.reservation_id
        WHERE r.shop_id = $1 AND r.state = 'held' AND r.expires_at > clock_timestamp()
        GROUP BY r.hub_id
        """,
        shop_id,
    )
    return [HubHolds(**dict(row)) for row in rows]


async def sales(shop_id: PartyId) -> list[HubSales]:
    """Each hub's orders that were not declined or cancelled, by hub and currency."""
    rows = await database.fetch(
        f"""
        SELECT hub_id, currency, count(*)::int AS orders,
               (count(*) FILTER (WHERE state <> 'completed'))::int AS unfinished,
               sum({DUE})::bigint AS due_minor,
               sum({DUE} - transferred_minor + repaid_minor)::bigint AS owed_minor,
               round(sum(commission_minor) * 10000.0 / nullif(sum(total_minor - shipping_minor), 0))::int
                   AS commission_basis_points
        FROM {ORDERS_WITH_ACCOUNT} o WHERE state NOT IN ('declined', 'cancelled')
        GROUP BY hub_id, currency ORDER BY hub_id, currency
        """,  # noqa: S608 - fixed text
        shop_id,
    )
    return [HubSales(**dict(row)) for row in rows]
